"""Signing in and out: what a session is bound to, and when it ends."""

import asyncio
import json

import pytest

from hub.control.people.sessions import digest_of
from hub.control.people.sign_in import FREE_TRIES
from tests.people_rig import (
    ORIGIN,
    PASSWORD,
    WHY,
    choose,
    looks_like_a_first_password,
    problem,
    sign_in,
)

OPERATOR = {"role": "operator"}


async def test_a_first_password_opens_nothing_but_the_choice_of_another(desk):
    made = await desk.add("binh", OPERATOR)
    assert looks_like_a_first_password(made["first_password"])
    browser = desk.browser()
    answer = await sign_in(browser, "binh", made["first_password"])
    assert answer.json()["must_change_password"] is True
    problem(await browser.get("/v1/admin/rules"), 403, "password_change_needed")
    assert (await choose(browser, made["first_password"], PASSWORD)).status_code == 200
    assert (await browser.get("/v1/admin/rules")).status_code == 200
    again = await sign_in(desk.browser(), "binh", made["first_password"])
    problem(again, 401, "sign_in_refused")


async def test_the_cookie_is_bound_to_host_tls_and_site_and_hidden_from_scripts(desk):
    made = await desk.add("binh", OPERATOR)
    answer = await sign_in(desk.browser(), "binh", made["first_password"])
    cookie = answer.headers["set-cookie"]
    name, _, rest = cookie.partition("=")
    parts = {part.strip().lower() for part in rest.split(";")[1:]}
    assert name == "__Host-hub"
    assert {"secure", "httponly", "samesite=strict", "path=/"} <= parts
    assert not any(part.startswith("domain") for part in parts)


async def test_me_tells_name_rights_and_the_token_of_the_session(desk):
    browser = await desk.arrive("binh", OPERATOR)
    me = (await browser.get("/ops/me")).json()
    assert (me["name"], me["via"], me["language"]) == ("binh", "session", "vi")
    assert [one["role"] for one in me["roles"]] == ["operator"]
    assert "messages.retry" in me["rights"]
    assert "users.manage" not in me["rights"]
    assert me["csrf"] == browser.headers["x-csrf-token"]


async def test_unknown_disabled_and_wrong_look_alike(desk):
    made = await desk.add("binh", OPERATOR)
    wrong = await sign_in(desk.browser(), "binh", "không phải mật khẩu này")
    unknown = await sign_in(desk.browser(), "khong-ai", "không phải mật khẩu này")
    await desk.machine().post("/ops/users/binh:disable", json={"reason": WHY})
    disabled = await sign_in(desk.browser(), "binh", made["first_password"])
    assert wrong.content == unknown.content == disabled.content
    problem(wrong, 401, "sign_in_refused")


async def test_guessing_is_slowed_also_for_names_that_do_not_exist(desk, clock):
    made = await desk.add("binh", OPERATOR)
    for name in ("binh", "khong-ai"):
        for _ in range(FREE_TRIES):
            problem(await sign_in(desk.browser(), name, "sai"), 401, "sign_in_refused")
        refused = await sign_in(desk.browser(), name, made["first_password"])
        problem(refused, 429, "too_many_requests")
        assert int(refused.headers["retry-after"]) >= 30
    clock.pass_by(seconds=31)
    assert (await sign_in(desk.browser(), "binh", made["first_password"])).status_code == 200


async def test_many_guesses_at_once_are_many_tries(desk):
    await desk.add("binh", OPERATOR)
    answers = await asyncio.gather(*(sign_in(desk.browser(), "binh", "sai") for _ in range(12)))
    compared = [one for one in answers if one.status_code == 401]
    assert len(compared) <= FREE_TRIES


async def test_a_session_ends_without_activity_and_after_a_day_of_it(desk, clock):
    browser = await desk.arrive("binh", OPERATOR)
    clock.pass_by(minutes=29)
    assert (await browser.get("/ops/me")).status_code == 200
    clock.pass_by(minutes=31)
    problem(await browser.get("/ops/me"), 401, "unauthorized")
    await sign_in(browser, "binh", PASSWORD)
    for _ in range(24):
        clock.pass_by(minutes=29)
        assert (await browser.get("/ops/me")).status_code == 200
    clock.pass_by(minutes=29)
    problem(await browser.get("/ops/me"), 401, "unauthorized")


@pytest.mark.parametrize("quietly", [{"x-hub-background": "1"}, {"accept": "text/event-stream"}])
async def test_a_page_that_goes_on_by_itself_keeps_nobody_signed_in(desk, clock, quietly):
    browser = await desk.arrive("binh", OPERATOR)
    clock.pass_by(minutes=20)
    assert (await browser.get("/ops/me", headers=quietly)).status_code == 200
    clock.pass_by(minutes=20)
    problem(await browser.get("/ops/me", headers=quietly), 401, "unauthorized")


async def test_each_sign_in_is_a_new_secret_and_ends_the_old_one(desk):
    browser = await desk.arrive("binh", OPERATOR)
    planted = browser.cookies["__Host-hub"]
    await sign_in(browser, "binh", PASSWORD)
    assert browser.cookies["__Host-hub"] != planted
    other = desk.browser(cookie=f"__Host-hub={planted}")
    problem(await other.get("/ops/me"), 401, "unauthorized")


async def test_sql_keeps_no_secret(desk, control):
    browser = await desk.arrive("binh", OPERATOR)
    secret = browser.cookies["__Host-hub"]
    async with control.engine.connect() as connection:
        tables = ("sessions", "people", "trail", "trail_entities")
        rows = [
            str(row._mapping)
            for name in tables
            for row in await connection.exec_driver_sql(f"SELECT * FROM {name}")
        ]
    assert any(digest_of(secret) in row for row in rows)
    assert not any(secret in row or PASSWORD in row for row in rows)


async def test_signing_out_ends_the_session_here_or_everywhere(desk):
    first = await desk.arrive("binh", OPERATOR)
    second, third = desk.browser(), desk.browser()
    for browser in (second, third):
        await sign_in(browser, "binh", PASSWORD)
    assert len((await first.get("/ops/sessions")).json()["items"]) == 3
    gone = await second.delete("/ops/session")
    assert gone.status_code == 204
    assert "Max-Age=0" in gone.headers["set-cookie"]
    problem(await second.get("/ops/me"), 401, "unauthorized")
    assert (await third.get("/ops/me")).status_code == 200
    await first.delete("/ops/session", params={"everywhere": True})
    for browser in (first, third):
        problem(await browser.get("/ops/me"), 401, "unauthorized")


async def test_a_new_password_ends_all_other_sessions(desk):
    first = await desk.arrive("binh", OPERATOR)
    other = desk.browser()
    await sign_in(other, "binh", PASSWORD)
    assert (await choose(first, PASSWORD, "một câu khác cũng dài (mẫu)")).status_code == 200
    problem(await other.get("/ops/me"), 401, "unauthorized")
    assert (await first.get("/ops/me")).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"x-csrf-token": ""},
        {"x-csrf-token": "0" * 64},
        {"origin": "https://ke-gian.test"},
        {"origin": "null"},
        {"origin": ORIGIN.replace("https", "http")},
        {"origin": f"{ORIGIN}.ke-gian.test"},
    ],
)
async def test_a_session_changes_nothing_for_another_site(desk, headers):
    browser = await desk.arrive("binh", {"role": "administrator"})
    body = {"on": True, "reason": WHY}
    answer = await browser.post("/ops/read-only", json=body, headers=headers)
    problem(answer, 403, "csrf_refused")
    assert (await browser.get("/ops/read-only")).json()["on"] is False


async def test_another_site_cannot_sign_its_victim_in(desk):
    made = await desk.add("binh", OPERATOR)
    for origin in ("https://ke-gian.test", ""):
        browser = desk.browser(origin=origin)
        answer = await sign_in(browser, "binh", made["first_password"])
        problem(answer, 403, "csrf_refused")
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("new", "rule"),
    [
        ("ngắn", "15"),
        ("a" * 40, "different"),
        ("binh là tên tôi mà thôi", "name"),
        ("matkhau123456789", "guessers"),
        (PASSWORD, "another"),
    ],
)
async def test_a_password_that_breaks_a_rule_is_refused_with_the_rule(desk, new, rule):
    browser = await desk.arrive("binh", OPERATOR)
    found = problem(await choose(browser, PASSWORD, new), 422, "password_refused")
    assert rule in found["detail"]
    assert new not in found["detail"]


async def test_the_present_password_is_asked_for_and_guesses_count(desk):
    browser = await desk.arrive("binh", OPERATOR)
    for _ in range(FREE_TRIES):
        answer = await choose(browser, "không phải nó", "một câu khác cũng dài (mẫu)")
        problem(answer, 422, "password_wrong")
    problem(await choose(browser, PASSWORD, PASSWORD + "!"), 429, "too_many_requests")


async def test_sign_ins_stand_in_the_trail_without_what_was_typed(desk):
    await desk.arrive("binh", OPERATOR)
    await sign_in(desk.browser(), "binh", "sai hoàn toàn nhé")
    await sign_in(desk.browser(), "lỡ gõ mật khẩu vào đây", "x")
    found = await desk.machine().get("/ops/audit", params={"action": "sign_in"})
    told = [(one["actor"], one["result"]) for one in found.json()["items"]]
    assert told == [("binh", "failed"), ("binh", "done")]
    assert "lỡ gõ" not in found.text


async def test_a_stranger_is_not_read_for_long(desk):
    body = {"name": "binh", "password": "x" * 20_000}
    problem(await desk.browser().post("/ops/session", json=body), 413, "too_large")


@pytest.mark.parametrize("name", ["\x00", "a\nb", "\ud800", ""])
async def test_a_name_that_no_store_could_keep_is_refused(desk, name):
    body = json.dumps({"name": name, "password": "x"})
    headers = {"content-type": "application/json"}
    answer = await desk.browser().post("/ops/session", content=body, headers=headers)
    problem(answer, 422, "invalid_request")


async def test_a_profile_is_kept(desk):
    browser = await desk.arrive("binh", OPERATOR)
    body = {"language": "en", "time_zone": "UTC"}
    me = (await browser.post("/ops/profile", json=body)).json()
    assert (me["language"], me["time_zone"]) == ("en", "UTC")
    wrong = await browser.post("/ops/profile", json=body | {"time_zone": "../etc"})
    problem(wrong, 422, "invalid_request")
