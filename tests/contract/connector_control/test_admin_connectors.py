"""Connectors over the admin API, on SQLite and on PostgreSQL."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from hub.api import admin_tokens
from hub.io.kafka.connector_records import Action
from hub.io.sql.connector_status import ConnectorStatuses
from tests.connector_api import BINH, WHY, problem, trail
from tests.control_support import change_set, connector, wish

ONE = "/connectors/ket-noi-a"


@dataclass(frozen=True, kw_only=True)
class Report:
    """As a connector makes it."""

    name: str = "ket-noi-a"
    generation: int = 0
    state: str = "waiting"
    vi: str = "Bên kia không trả lời"
    en: str = "The other side does not answer"
    last_success_at: datetime | None = None
    delivered: int = 7
    failed: int = 1
    waiting: int = 2
    dead_letters: int = 3
    lag_messages: int = 40
    lag_seconds: float = 1.5
    breaker: str = "open"
    running: str | None = None
    checkpoint: str | None = "41"
    read_at: datetime | None = None
    next_read_at: datetime | None = None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Checked:
    """As a connector answers a test."""

    command: str
    ok: bool = True
    vi: str = "Kết nối tốt"
    en: str = "Well connected"
    at: datetime


def now():
    return datetime.now(UTC)


async def told(client, order, name="ket-noi-a"):
    return await client.post(f"/connectors/{name}:{order}", json={"reason": WHY})


async def test_a_connector_that_never_reported_is_silent(client):
    (item,) = (await client.get("/connectors")).json()["items"]
    assert (item["id"], item["wanted"], item["state"]) == ("ket-noi-a", "running", "silent")
    assert item["reported"] is None


async def test_a_connector_is_shown_with_its_last_report(client, control):
    await ConnectorStatuses(control.engine).report([Report(at=now(), last_success_at=now())])
    item = (await client.get(ONE)).json()
    assert (item["state"], item["system"]) == ("waiting", "he-thong-a")
    reported = item["reported"]
    assert (reported["en"], reported["lag_messages"]) == ("The other side does not answer", 40)
    assert (reported["delivered"], reported["dead_letters"]) == (7, 3)


async def test_an_old_report_is_not_how_it_is(client, control):
    old = Report(at=now() - timedelta(minutes=2))
    await ConnectorStatuses(control.engine).report([old])
    item = (await client.get(ONE)).json()
    assert (item["state"], item["reported"]["state"]) == ("silent", "waiting")


async def test_a_report_that_comes_late_does_not_replace_a_newer_one(client, control):
    statuses, at = ConnectorStatuses(control.engine), now()
    await statuses.report([Report(at=at, state="running")])
    await statuses.report([Report(at=at - timedelta(seconds=9), state="failed")])
    await statuses.report([])
    assert (await client.get(ONE)).json()["state"] == "running"


async def test_a_connector_made_anew_does_not_look_like_its_predecessor(client, control):
    await ConnectorStatuses(control.engine).report([Report(at=now(), state="stopped")])
    for change in (wish(kind="stop"), wish(kind="delete"), connector()):
        await control.write(change_set(change), actor="an")
    item = (await client.get(ONE)).json()
    assert (item["state"], item["reported"]) == ("silent", None)


async def test_the_list_comes_in_pages(client, control):
    more = [connector(f"ket-noi-{letter}") for letter in "bc"]
    await control.write(change_set(*more), actor="an")
    page = (await client.get("/connectors", params={"limit": 2})).json()
    rest = (await client.get("/connectors", params={"after": page["next"]})).json()
    ids = [item["id"] for item in (*page["items"], *rest["items"])]
    assert (ids, rest["next"]) == (["ket-noi-a", "ket-noi-b", "ket-noi-c"], None)


@pytest.mark.parametrize(
    ("order", "wanted"), [("pause", "paused"), ("stop", "stopped"), ("resume", "running")]
)
async def test_an_order_is_a_version_of_the_rules_with_a_reason(client, order, wanted):
    await told(client, "pause" if order == "resume" else "resume")
    before = (await client.get("/rules")).json()["version"]
    answer = await told(client, order)
    assert (answer.json()["version"], answer.json()["changed"]) == (before + 1, 1)
    assert (await client.get(ONE)).json()["wanted"] == wanted
    assert (await trail(client, "connector/ket-noi-a"))[0] == ("an", WHY)
    assert (await told(client, order)).json()["changed"] == 0


async def test_each_restart_is_a_new_generation(client):
    for generation in (1, 2):
        assert (await told(client, "restart")).json()["changed"] == 1
        assert (await client.get(ONE)).json()["generation"] == generation


@pytest.mark.parametrize("order", ["pause", "resume", "stop", "restart", "test"])
async def test_what_is_not_there_is_not_found(client, commands, order):
    problem(await told(client, order, "khong-co"), 404, "not_found")
    problem(await client.get("/connectors/khong-co"), 404, "not_found")
    assert commands.sent == []


async def test_an_order_without_a_reason_is_refused(client):
    found = problem(await client.post(f"{ONE}:pause", json={}), 422, "invalid_request")
    assert found["errors"][0]["place"] == "reason"
    problem(await client.post(f"{ONE}:explode", json={"reason": WHY}), 422, "invalid_request")


async def test_a_secret_in_place_of_a_reference_is_refused_and_not_repeated(client):
    change = connector(config={"url": "http://10.9.8.7/", "token": "matkhau-rat-dai"})
    answer = await client.post("/changes", json={"reason": WHY, "changes": [change]})
    found = problem(answer, 422, "config_refused")
    assert (found["place"], found["detail"]) == ("changes/0/config", "token: secret_reference")
    assert "matkhau" not in answer.text


async def test_a_test_is_a_command_and_its_answer_is_given_back(client, control, commands):
    asking = asyncio.create_task(client.post(f"{ONE}:test"))
    async with asyncio.timeout(30):
        while not commands.sent:  # noqa: ASYNC110  (a list, not an event)
            await asyncio.sleep(0.01)
    (command,) = commands.sent
    assert (command.action, command.connector, command.by) == (Action.CHECK, "ket-noi-a", "an")
    answer = Checked(command=command.id, at=now())
    for _ in range(2):
        await ConnectorStatuses(control.engine).checked(answer)
    found = await asking
    assert (found.status_code, found.json()["ok"]) == (200, True)
    assert found.json()["vi"] == "Kết nối tốt"


async def test_a_test_that_is_not_answered_yet_can_be_asked_for_again(client, control, commands):
    answer = await client.post(f"{ONE}:test", params={"wait": 0})
    assert (answer.status_code, answer.json()["ok"]) == (202, None)
    assert "has never reported" in answer.json()["en"]
    where = f"{ONE}/tests/{answer.json()['id']}"
    assert (await client.get(where)).json()["answered_at"] is None
    failed = Checked(command=commands.sent[0].id, ok=False, at=now())
    await ConnectorStatuses(control.engine).checked(failed)
    assert (await client.get(where)).json()["ok"] is False
    problem(await client.get(f"{ONE}/tests/khong-co"), 404, "not_found")


async def test_a_test_without_an_answer_tells_when_the_connector_was_heard_last(client, control):
    await ConnectorStatuses(control.engine).report([Report(at=now() - timedelta(minutes=5))])
    answer = (await client.post(f"{ONE}:test", params={"wait": 0})).json()
    assert answer["ok"] is None
    assert "state waiting" in answer["en"]
    assert int(answer["en"].split(" s ago")[0].rpartition(" ")[2]) >= 300


async def test_an_answer_to_a_test_that_nobody_asked_for_changes_nothing(client, control):
    await ConnectorStatuses(control.engine).checked(Checked(command="khong-co", at=now()))
    problem(await client.get(f"{ONE}/tests/khong-co"), 404, "not_found")


async def test_one_asks_for_a_network_and_another_approves(client):
    body = {"cidr": "10.20.0.0/16", "reason": WHY}
    asked = (await client.post(f"{ONE}/networks", json=body)).json()
    assert (asked["asked_by"], asked["approved_by"]) == ("an", None)
    problem(await client.post(f"{ONE}/networks:approve", json=body), 409, "second_person_needed")
    assert (await client.get(ONE)).json()["networks"] == []
    approved = await client.post(f"{ONE}/networks:approve", json=body, headers=BINH)
    assert approved.json()["approved_by"] == "binh"
    assert (await client.get(ONE)).json()["networks"] == ["10.20.0.0/16"]
    left = await client.post(f"{ONE}/networks:withdraw", json=body)
    assert left.json() == {"items": []}
    assert (await client.get(ONE)).json()["networks"] == []


@pytest.mark.parametrize("cidr", ["127.0.0.0/8", "169.254.169.254/32", "0.0.0.0/0", "10.0.0.1/8"])
async def test_a_network_that_nobody_may_call_is_refused(client, cidr):
    answer = await client.post(f"{ONE}/networks", json={"cidr": cidr, "reason": WHY})
    problem(answer, 422, "network_refused")


@pytest.mark.parametrize("cidr", ["", "a b", "http://10.0.0.1", "10.0.0.0/8\n", "fe80::1%eth0"])
async def test_a_network_that_is_none_is_refused(client, cidr):
    answer = await client.post(f"{ONE}/networks", json={"cidr": cidr, "reason": WHY})
    problem(answer, 422, "invalid_request")


async def test_networks_of_what_is_not_there_are_not_found(client):
    body = {"cidr": "10.20.0.0/16", "reason": WHY}
    where = "/connectors/khong-co/networks"
    problem(await client.get(where), 404, "not_found")
    problem(await client.post(where, json=body), 404, "not_found")
    problem(await client.post(f"{ONE}/networks:withdraw", json=body), 404, "not_found")


async def test_a_broken_adapter_is_listed_with_its_problem_beside_the_others(client):
    broken, sample = (await client.get("/adapters")).json()["items"]
    assert (broken["name"], broken["problem"]) == ("hong", "ImportError")
    assert (sample["kind"], sample["version"]) == ("sink", "1.0.0")
    assert sample["title"] == {"vi": "Bộ chuyển mẫu", "en": "Sample adapter"}
    token = sample["config_schema"]["properties"]["token"]
    assert "secret-reference" in str(token)


PATHS = ["/connectors", ONE, f"{ONE}/networks", f"{ONE}/tests/x", "/adapters", "/administrators"]


@pytest.mark.parametrize("path", PATHS)
async def test_nothing_is_shown_to_strangers(client, path):
    stranger = {"authorization": "Bearer khac"}
    problem(await client.get(path, headers=stranger), 401, "unauthorized")


async def test_an_administrator_acts_under_a_name_of_his_own(client):
    # The hash of the token `cuc-bi-mat-cua-chi`; the token itself is never sent.
    digest = "b5f7d5a0d8c7d0c7f1b2d6d9a64b0f3b1b8b0a2f7e3f6f0c6a9e5b1b7d4c2a1e"
    body = {"name": "chi", "token_sha256": digest, "reason": WHY}
    for _ in range(2):
        answer = await client.post("/administrators", json=body)
        assert [one["name"] for one in answer.json()["items"]] == ["chi"]
    assert await trail(client, "administrator/chi") == [("an", WHY)]
    other = {**body, "token_sha256": "00" * 32}
    problem(await client.post("/administrators", json=other), 409, "name_taken")
    problem(await client.post("/administrators", json={**body, "name": "du"}), 409, "name_taken")
    problem(await client.post("/administrators", json={**other, "name": "hub"}), 409, "name_taken")


async def test_a_revoked_administrator_is_a_stranger_and_his_name_is_gone(client, monkeypatch):
    monkeypatch.setattr(admin_tokens, "FRESH_SECONDS", 0.0)
    digest = admin_tokens.digest("ma-cua-chi").hex()
    headers = {"authorization": "Bearer ma-cua-chi"}
    problem(await client.get("/rules", headers=headers), 401, "unauthorized")
    body = {"name": "chi", "token_sha256": digest, "reason": WHY}
    await client.post("/administrators", json=body)
    assert (await client.get("/rules", headers=headers)).status_code == 200
    for _ in range(2):
        answer = await client.post("/administrators/chi:revoke", json={"reason": WHY})
        assert answer.json()["items"][0]["revoked_at"] is not None
    problem(await client.get("/rules", headers=headers), 401, "unauthorized")
    problem(await client.post("/administrators", json=body), 409, "name_taken")
    nobody = await client.post("/administrators/du:revoke", json={"reason": WHY})
    problem(nobody, 404, "not_found")
