"""People and their roles: who is added by whom, what two persons do, and that all of it is kept."""

from datetime import timedelta

import pytest

from hub.control.people.second_person import COOLING
from tests.people_rig import PASSWORD, WHY, problem, sign_in

STORES = ("sqlite", "postgresql")
ADMINISTRATOR = {"role": "administrator"}
OPERATOR = {"role": "operator"}
REASON = {"reason": WHY}


async def roles_of(desk, name):
    found = (await desk.machine().get(f"/ops/users/{name}")).json()
    return [one["role"] for one in found["roles"]]


async def test_accounts_come_in_pages_and_never_with_a_password(desk):
    for name in ("an.1", "an.2", "an.3"):
        await desk.add(name, OPERATOR)
    admin = desk.machine()
    first = await admin.get("/ops/users", params={"limit": 2})
    rest = await admin.get("/ops/users", params={"after": first.json()["next"]})
    names = [one["name"] for page in (first, rest) for one in page.json()["items"]]
    assert names == ["an.1", "an.2", "an.3"]
    assert "argon2" not in first.text + rest.text


@pytest.mark.parametrize("name", ["an.1", "hub"])
async def test_a_name_means_one_person_for_ever(desk, name):
    await desk.add("an.1")
    await desk.machine().post("/ops/users/an.1:disable", json=REASON)
    body = {"name": name, "display": "Người khác (mẫu)", "reason": WHY}
    problem(await desk.machine().post("/ops/users", json=body), 409, "name_taken")


@pytest.mark.parametrize(
    "grant",
    [
        {"role": "clerk"},
        {"role": "operator", "organisation": "khong-co"},
    ],
)
async def test_a_role_in_no_place_is_not_given(desk, grant):
    await desk.add("binh")
    body = {"grants": [grant], "reason": WHY}
    answer = await desk.machine().post("/ops/users/binh:roles", json=body)
    found = problem(answer, 422, "role_refused")
    assert found["place"] == "grants/0/organisation"
    assert await roles_of(desk, "binh") == []


async def test_a_clerk_sees_his_agency_and_what_is_below_it(desk):
    await desk.add("van-thu", {"role": "clerk", "organisation": "so-mau"})
    account = await desk.app.state.staff.people.find("van-thu")
    (grant,) = account.grants
    assert grant.within == {"so-mau", "xa-a"}


async def test_the_only_manager_needs_nobody_for_the_second_one(desk):
    made = await desk.add("binh", ADMINISTRATOR)
    assert made["waiting"] is None
    assert await roles_of(desk, "binh") == ["administrator"]


async def asked(desk):
    """Let `an` ask for a powerful role for `chi`; return the request and the browser of `binh`."""
    binh = await desk.arrive("binh", ADMINISTRATOR)
    made = await desk.add("chi", ADMINISTRATOR)
    assert await roles_of(desk, "chi") == []
    return made["waiting"], binh


async def test_a_powerful_role_counts_once_another_person_approves(desk):
    request, binh = await asked(desk)
    (item,) = (await binh.get("/ops/requests")).json()["items"]
    assert (item["id"], item["asked_by"], item["may_approve"]) == (request, "an", True)
    assert item["payload"]["grants"] == [ADMINISTRATOR]
    for _ in range(2):
        done = (await binh.post(f"/ops/requests/{request}:approve", json=REASON)).json()
        assert (done["decision"], done["decided_by"]) == ("approved", "binh")
    assert await roles_of(desk, "chi") == ["administrator"]
    assert (await binh.get("/ops/requests")).json()["items"] == []
    late = await desk.machine().post(f"/ops/requests/{request}:refuse", json=REASON)
    problem(late, 409, "decided")


async def test_the_same_person_does_not_approve_with_another_key_to_the_house(desk):
    """Whether he comes by token or by session: the person counts."""
    _, binh = await asked(desk)
    body = {"name": "du", "display": "Du (mẫu)", "grants": [ADMINISTRATOR], "reason": WHY}
    request = (await binh.post("/ops/users", json=body)).json()["waiting"]
    by_session = await binh.post(f"/ops/requests/{request}:approve", json=REASON)
    problem(by_session, 409, "second_person_needed")
    token = desk.machine("other")  # the rig's token of binh
    by_token = await token.post(f"/ops/requests/{request}:approve", json=REASON)
    problem(by_token, 409, "second_person_needed")
    assert await roles_of(desk, "du") == []


async def test_a_password_that_the_asker_has_reset_approves_nothing_for_a_day(desk, clock):
    request, _ = await asked(desk)
    made = await desk.machine().post("/ops/users/binh:reset", json=REASON)
    impostor = desk.browser()
    await sign_in(impostor, "binh", made.json()["first_password"])
    body = {"present": made.json()["first_password"], "new": PASSWORD + " hai"}
    found = await impostor.post("/ops/password", json=body)
    impostor.headers["x-csrf-token"] = found.json()["csrf"]
    early = await impostor.post(f"/ops/requests/{request}:approve", json=REASON)
    problem(early, 409, "second_person_needed")
    clock.pass_by(seconds=(COOLING + timedelta(seconds=1)).total_seconds())
    again = desk.browser()
    await sign_in(again, "binh", PASSWORD + " hai")
    done = await again.post(f"/ops/requests/{request}:approve", json=REASON)
    assert done.json()["decision"] == "approved"


async def test_what_was_asked_for_other_roles_than_there_are_now_is_asked_again(desk):
    request, binh = await asked(desk)
    body = {"grants": [OPERATOR], "reason": WHY}
    await desk.machine().post("/ops/users/chi:roles", json=body)
    late = await binh.post(f"/ops/requests/{request}:approve", json=REASON)
    problem(late, 409, "no_longer_fits")
    assert await roles_of(desk, "chi") == ["operator"]


async def test_what_is_refused_or_withdrawn_is_not_done(desk):
    request, binh = await asked(desk)
    problem(await binh.post(f"/ops/requests/{request}:withdraw", json=REASON), 409, "decided")
    refused = (await binh.post(f"/ops/requests/{request}:refuse", json=REASON)).json()
    assert refused["decision"] == "refused"
    assert await roles_of(desk, "chi") == []
    problem(await binh.post("/ops/requests/khong-co:approve", json=REASON), 404, "not_found")


async def test_a_request_is_approved_by_who_has_its_right_only(desk):
    request, _ = await asked(desk)
    await desk.machine().post("/ops/users/binh:roles", json={"grants": [OPERATOR], "reason": WHY})
    browser = desk.browser()
    await sign_in(browser, "binh", PASSWORD)
    problem(await browser.post(f"/ops/requests/{request}:approve", json=REASON), 403, "forbidden")


async def test_a_disabled_person_is_out_at_once_everywhere(desk):
    browser = await desk.arrive("binh", OPERATOR)
    await desk.machine().post("/ops/users/binh:disable", json=REASON)
    problem(await browser.get("/ops/me"), 401, "unauthorized")
    problem(await sign_in(desk.browser(), "binh", PASSWORD), 401, "sign_in_refused")
    await desk.machine().post("/ops/users/binh:enable", json=REASON)
    assert (await sign_in(desk.browser(), "binh", PASSWORD)).status_code == 200


async def test_taken_roles_are_gone_with_the_next_request(desk):
    browser = await desk.arrive("binh", OPERATOR)
    assert (await browser.get("/v1/admin/rules")).status_code == 200
    body = {"grants": [], "reason": WHY}
    await desk.machine().post("/ops/users/binh:roles", json=body)
    problem(await browser.get("/v1/admin/rules"), 403, "forbidden")


@pytest.mark.parametrize("order", ["disable", "enable", "reset"])
async def test_nobody_is_not_found(desk, order):
    answer = await desk.machine().post(f"/ops/users/khong-ai:{order}", json=REASON)
    problem(answer, 404, "not_found")


async def test_every_write_needs_a_reason(desk):
    await desk.add("binh")
    for order in ("disable", "enable", "reset", "roles"):
        body: dict[str, list[str]] = {"grants": []} if order == "roles" else {}
        answer = await desk.machine().post(f"/ops/users/binh:{order}", json=body)
        assert "reason" in str(problem(answer, 422, "invalid_request")["errors"])


async def test_roles_are_listed_in_both_languages(desk):
    found = (await desk.machine().get("/ops/roles")).json()
    clerk = next(one for one in found["roles"] if one["role"] == "clerk")
    assert (clerk["vi"], clerk["needs_organisation"]) == ("Văn thư của cơ quan", True)
    assert all(one["vi"] and one["en"] for one in found["rights"])
