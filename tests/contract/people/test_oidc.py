"""Signing in at an identity provider: what its word is worth, and what is not its word."""

import asyncio
import time
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from joserfc.jwk import OctKey

from hub.api import ops_oidc
from hub.api.browser import Browser
from hub.api.ops_oidc import TRANSIT_SECONDS, Door
from hub.control.own_notices import PROVIDER_LASTS, seen_by
from hub.control.people.arrivals import Arrivals, name_from
from hub.control.people.rights import parse_groups
from hub.io.oidc import Provider
from tests.admin_rig import admin_app
from tests.oidc_provider import CLIENT, OTHER_KEY, SECRET, OidcProvider
from tests.people_rig import ORIGIN, WHY, Desk, problem

GROUPS = parse_groups(
    {"truc-ban": ["operator"], "van-thu": ["clerk@so-mau"], "quan-tri": ["administrator"]}
)
BINH = {"sub": "u-1", "preferred_username": "Bình.Trần", "name": "Trần Bình (mẫu)"}
START, CALLBACK = "/ops/oidc/start", "/ops/oidc/callback"


@pytest.fixture
async def provider():
    async with asyncio.TaskGroup() as tasks:
        made = OidcProvider(person=BINH | {"groups": ["truc-ban"]})
        async with made.serving(tasks):
            yield made


@pytest.fixture
async def desk(control, provider):
    def door(control, staff):
        return Door(
            provider=Provider(provider.issuer, CLIENT, SECRET, label="Tỉnh (mẫu)"),
            arrivals=Arrivals(control, staff.people, staff.groups, "groups"),
            key=b"k" * 32,
        )

    app = admin_app(control, browser=Browser(public_url=ORIGIN), door=door, groups=GROUPS)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)

    def opened(**more):
        return httpx2.AsyncClient(transport=transport, base_url=ORIGIN, **more)

    made = Desk(app, opened)
    yield made
    await made.close()


async def sent(browser, to="/"):
    """Begin; return the query that the provider sends back with the browser."""
    begun = await browser.get(START, params={"to": to})
    assert begun.status_code == 303, begun.text
    async with httpx2.AsyncClient() as outside:
        back = await outside.get(begun.headers["location"])
    address = urlsplit(back.headers["location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == ORIGIN + CALLBACK
    return dict(parse_qsl(address.query))


async def arrive(browser, to="/"):
    return await browser.get(CALLBACK, params=await sent(browser, to))


async def test_whom_the_provider_knows_comes_in_with_the_roles_of_his_groups(desk):
    browser = desk.browser()
    answer = await arrive(browser, "/messages?state=pending")
    assert (answer.status_code, answer.headers["location"]) == (303, "/messages?state=pending")
    assert "samesite=strict" in answer.headers["set-cookie"].lower()
    me = (await browser.get("/ops/me")).json()
    assert (me["name"], me["display"]) == ("binh.tran", "Trần Bình (mẫu)")
    assert [one["role"] for one in me["roles"]] == ["operator"]
    assert (await browser.get("/v1/admin/rules")).status_code == 200


async def test_he_is_the_same_person_next_time_and_his_groups_are_asked_anew(desk, provider):
    await arrive(desk.browser())
    provider.person |= {"preferred_username": "ten-moi", "groups": ["van-thu"]}
    browser = desk.browser()
    await arrive(browser)
    me = (await browser.get("/ops/me")).json()
    assert (me["name"], me["roles"][0]["role"]) == ("binh.tran", "clerk")
    assert me["roles"][0]["organisation"] == "so-mau"
    problem(await browser.get("/v1/admin/rules"), 403, "forbidden")


WRONG = {
    "nonce of another sign-in": {"nonce": "khac"},
    "no nonce": {"nonce": None},
    "expired": {"exp": 1_700_000_000, "iat": 1_699_999_000},
    "from the future": {"iat": int(time.time()) + 3_600},
    "no end": {"exp": None},
    "another audience": {"aud": "he-thong-khac"},
    "for another party": {"aud": [CLIENT, "he-thong-khac"], "azp": "he-thong-khac"},
    "for two, nobody named": {"aud": [CLIENT, "he-thong-khac"]},
    "another issuer": {"iss": "https://ke-gian.test"},
    "nobody": {"sub": None},
    "a subject that is none": {"sub": 7},
    "a subject that no store could keep": {"sub": "u\x00"},
    "signed with the client's secret": {"alg": "HS256", "key": OctKey.import_key(SECRET)},
    "another access token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
}


@pytest.mark.parametrize("lie", WRONG)
async def test_a_token_that_is_not_good_signs_nobody_in(desk, provider, lie):
    provider.lie |= WRONG[lie]
    browser = desk.browser()
    problem(await arrive(browser), 401, "sign_in_refused")
    problem(await browser.get("/ops/me"), 401, "unauthorized")


async def test_a_token_by_a_key_that_the_provider_does_not_show_signs_nobody_in(desk, provider):
    provider.lie |= {"key": OTHER_KEY, "alg": "RS256"}
    problem(await arrive(desk.browser()), 401, "sign_in_refused")


async def test_a_new_key_of_the_provider_is_found(desk, provider):
    await arrive(desk.browser())
    door = desk.app.state.provider.provider
    door._keys = (door._keys[0] - 120, door._keys[1])
    provider.key = type(provider.key).generate_key("P-256", {"kid": "k2", "use": "sig"})
    provider.lie |= {"kid": "k2"}
    assert (await arrive(desk.browser())).status_code == 303
    assert provider.asked.count("keys") == 2


@pytest.mark.parametrize("groups", [["khac"], [], None, "khac", {"truc-ban": 1}, 7])
async def test_a_group_that_nobody_set_gives_nothing_and_makes_no_account(desk, provider, groups):
    provider.person |= {"groups": groups}
    problem(await arrive(desk.browser()), 403, "no_rights")
    users = (await desk.machine().get("/ops/users")).json()
    assert users["items"] == []


async def test_who_has_lost_his_groups_is_refused_and_it_stands_in_the_trail(desk, provider):
    await arrive(desk.browser())
    provider.person |= {"groups": []}
    problem(await arrive(desk.browser()), 403, "no_rights")
    found = await desk.machine().get("/ops/audit", params={"action": "sign_in_provider"})
    told = [(one["actor"], one["result"]) for one in found.json()["items"]]
    assert told == [("binh.tran", "denied"), ("binh.tran", "done")]


async def test_a_disabled_person_is_not_let_in_by_his_provider(desk):
    await arrive(desk.browser())
    await desk.machine().post("/ops/users/binh.tran:disable", json={"reason": WHY})
    problem(await arrive(desk.browser()), 403, "no_rights")


async def test_an_answer_that_another_browser_asked_for_signs_nobody_in(desk):
    """An attacker's own code in a link: the victim would work in the attacker's account."""
    attackers = await sent(desk.browser())
    victim = desk.browser()
    problem(await victim.get(CALLBACK, params=attackers), 401, "sign_in_refused")
    await sent(victim)
    problem(await victim.get(CALLBACK, params=attackers), 401, "sign_in_refused")


async def test_a_code_counts_once(desk):
    browser = desk.browser()
    query = await sent(browser)
    kept = dict(browser.cookies)
    assert (await browser.get(CALLBACK, params=query)).status_code == 303
    again = desk.browser(cookie="; ".join(f"{name}={value}" for name, value in kept.items()))
    problem(await again.get(CALLBACK, params=query), 401, "sign_in_refused")


async def test_a_forged_or_late_cookie_is_none(desk, clock):
    browser = desk.browser()
    query = await sent(browser)
    cookie = browser.cookies["__Host-hub-oidc"]
    for forged in (cookie[:-4] + "AAAA", "e30." + cookie.partition(".")[2], "x", "é.é"):
        other = desk.browser(cookie=f"__Host-hub-oidc={forged}".encode())
        problem(await other.get(CALLBACK, params=query), 401, "sign_in_refused")
    clock.pass_by(seconds=TRANSIT_SECONDS + 1)
    problem(await browser.get(CALLBACK, params=query), 401, "sign_in_refused")


async def test_an_answer_of_another_provider_is_refused(desk):
    browser = desk.browser()
    query = await sent(browser) | {"iss": "https://ke-gian.test"}
    problem(await browser.get(CALLBACK, params=query), 401, "sign_in_refused")


async def test_a_person_who_said_no_at_the_provider_can_begin_again(desk):
    browser = desk.browser()
    state = (await sent(browser))["state"]
    refused = await browser.get(CALLBACK, params={"state": state, "error": "access_denied"})
    problem(refused, 401, "sign_in_refused")
    assert (await arrive(browser)).status_code == 303


@pytest.mark.parametrize(
    "to",
    ["https://ke-gian.test/", "//ke-gian.test", "/\\ke-gian.test", "javascript:1", "", "/\r\nx"],
)
def test_nobody_is_sent_to_another_site_afterwards(to):
    assert ops_oidc._own_page(to) == "/"
    assert ops_oidc._own_page("/messages?state=pending#x") == "/messages?state=pending#x"


@pytest.mark.parametrize(
    "lie",
    [
        {"issuer": "https://ke-gian.test"},
        {"authorization_endpoint": "http://ke-gian.test/authorize"},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
)
async def test_a_configuration_that_speaks_for_another_is_refused(desk, provider, lie):
    provider.configuration |= lie
    problem(await desk.browser().get(START), 401, "sign_in_refused")


async def test_a_provider_that_is_away_is_unavailable_and_local_accounts_still_open(desk, provider):
    door = desk.app.state.provider.provider
    door._told = (
        time.time(),
        {
            "issuer": "x",
            "authorization_endpoint": f"{provider.issuer}/a",
            "token_endpoint": "http://127.0.0.1:1/token",
        },
    )
    browser = desk.browser()
    begun = await browser.get(START)
    state = dict(parse_qsl(urlsplit(begun.headers["location"]).query))["state"]
    answer = await browser.get(CALLBACK, params={"state": state, "code": "x"})
    problem(answer, 503, "unavailable")
    assert (await desk.arrive("chi", {"role": "operator"})).headers["x-csrf-token"]


async def test_a_person_reads_a_page_in_both_languages_and_not_json(desk, provider):
    provider.person |= {"groups": []}
    browser = desk.browser(accept="text/html,*/*")
    answer = await arrive(browser)
    assert (answer.status_code, answer.headers["content-type"]) == (403, "text/html; charset=utf-8")
    assert "chưa được cấp quyền" in answer.text
    assert "no role in this hub" in answer.text
    assert not [word for word in ("<script", "style=", "<style") if word in answer.text]
    forged = await browser.get(CALLBACK, params={"state": "<script>alert(1)</script>"})
    assert (forged.status_code, "<script" in forged.text) == (401, False)


async def test_the_button_has_its_name(desk):
    assert (await desk.browser().get("/ops/sign-in")).json()["provider"] == "Tỉnh (mẫu)"


async def test_a_name_that_is_somebodys_is_not_taken_over(desk):
    await desk.add("binh.tran", {"role": "administrator"})
    browser = desk.browser()
    await arrive(browser)
    me = (await browser.get("/ops/me")).json()
    assert me["name"].startswith("binh.tran-")
    assert [one["role"] for one in me["roles"]] == ["operator"]


async def test_an_account_can_be_made_before_its_person_comes(desk, provider):
    subject = {"issuer": provider.issuer, "subject": "u-1"}
    made = await desk.add("binh", {"role": "auditor"}, provider=subject)
    assert made["first_password"] is None
    provider.person |= {"groups": []}
    browser = desk.browser()
    await arrive(browser)
    me = (await browser.get("/ops/me")).json()
    assert (me["name"], [one["role"] for one in me["roles"]]) == ("binh", ["auditor"])


@pytest.mark.parametrize("name", ["admin", "hub", "", None, "🙂", "1", "a" * 300, "Ad\u0301min"])
def test_no_provider_gives_a_name_that_is_kept_back(name):
    found = name_from({"preferred_username": name}, "https://x.test", "u-1")
    assert found not in {"admin", "hub"}
    assert 2 <= len(found) <= 63


async def set_group(client, group, *grants, status=200):
    body = {"group": group, "grants": list(grants), "reason": WHY}
    answer = await client.post("/ops/groups", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def given(desk, group):
    items = (await desk.machine().get("/ops/groups")).json()["items"]
    [found] = [one for one in items if one["group"] == group]
    return [one["role"] for one in found["grants"]], found["set_by"]


async def test_what_a_group_gives_more_counts_once_another_person_has_approved_it(desk, provider):
    await desk.add("binh", {"role": "administrator"})
    provider.person |= {"groups": ["moi"]}
    asked = await set_group(desk.machine(), "moi", {"role": "auditor"})
    problem(await arrive(desk.browser()), 403, "no_rights")
    path = f"/ops/requests/{asked['waiting']}:approve"
    problem(await desk.machine().post(path, json={"reason": WHY}), 409, "second_person_needed")
    other = desk.machine("other")
    assert (await other.post(path, json={"reason": WHY})).status_code == 200
    assert await given(desk, "moi") == (["auditor"], "binh")
    browser = desk.browser()
    await arrive(browser)
    me = (await browser.get("/ops/me")).json()
    assert [one["role"] for one in me["roles"]] == ["auditor"]


async def test_what_a_group_gives_no_more_is_taken_at_once_also_from_who_is_signed_in(desk):
    browser = desk.browser()
    await arrive(browser)
    local = await desk.arrive("chi", {"role": "operator"})
    assert await set_group(desk.machine(), "truc-ban") | {"items": []} == {
        "items": [],
        "waiting": None,
    }
    problem(await browser.get("/ops/me"), 401, "unauthorized")
    problem(await arrive(desk.browser()), 403, "no_rights")
    assert (await local.get("/ops/me")).status_code == 200
    found = await desk.machine().get("/ops/audit", params={"action": "set_group"})
    [entry] = found.json()["items"]
    [target] = entry["targets"]
    assert (entry["actor"], entry["reason"], target["entity"]) == ("an", WHY, "group/truc-ban")
    assert await given(desk, "truc-ban") == ([], "an")
    assert await given(desk, "van-thu") == (["clerk"], None)


async def meant(control, clock):
    async with control.engine.connect() as connection:
        return dict(await seen_by(connection, clock.now))


async def test_who_has_his_roles_by_groups_is_told_of_alerts_while_they_count(
    desk, control, provider, clock
):
    browser = desk.browser()
    await arrive(browser)
    browser.headers["x-csrf-token"] = (await browser.get("/ops/me")).json()["csrf"]
    wanted = {"kind": "email", "target": "b@mau.example", "organisation": "*", "least": "critical"}
    assert (await browser.put("/ops/profile/notices", json=wanted)).status_code == 200
    assert [*(await meant(control, clock)).values()] == [None]
    clock.now += PROVIDER_LASTS + timedelta(seconds=1)
    assert await meant(control, clock) == {}
    await arrive(desk.browser())
    assert len(await meant(control, clock)) == 1
    await set_group(desk.machine(), "van-thu")  # Less: whoever came by the provider comes anew.
    assert await meant(control, clock) == {}
    await arrive(desk.browser())
    assert len(await meant(control, clock)) == 1
    provider.person |= {"groups": ["khong-ai-dat"]}
    problem(await arrive(desk.browser()), 403, "no_rights")
    assert await meant(control, clock) == {}


async def test_a_group_that_gives_what_cannot_be_given_is_refused(desk):
    for grant in ({"role": "clerk"}, {"role": "operator", "organisation": "khong-co"}):
        await set_group(desk.machine(), "moi", grant, status=422)
    await set_group(desk.machine(), " moi", {"role": "operator"}, status=422)
    operator = await desk.arrive("chi", {"role": "operator"})
    await set_group(operator, "truc-ban", {"role": "administrator"}, status=403)
