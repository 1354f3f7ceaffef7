"""Dead letters over the admin API: seen by cause, retried or dropped with a name and a reason."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert, update

from hub.control import dead_letter_job, dead_letter_jobs, dead_letters
from hub.control.dead_letter_job import Pace
from hub.decision.dead_letters import OF_A_SOURCE, unread_id
from hub.decision.rows import DeadLetterRow
from hub.io.kafka.connector_records import Action
from hub.io.sql.projection_tables import dead_letters as table
from hub.ports import Unavailable
from tests.connector_api import BINH, WHY, problem, trail

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
PATH = "/dead-letters"
ENTRY = "ab" * 16


def row(number, **fields):
    given: dict[str, Any] = {
        "source": "he-thong-b",
        "id": f"msg-{number}",
        "recipient": "he-thong-a",
        "connector": "ket-noi-a",
        "adapter": "mau",
        "code": "peer_refused",
        "peer_code": "E-7",
        "fingerprint": "aa" * 8,
        "text": "field /a",
        "attempts": 3,
        "at": AT + timedelta(seconds=number),
    }
    return DeadLetterRow(**(given | fields))


def id_of(one):
    return f"{one.source}/{one.id}/{one.recipient}"


UNREAD = row(
    9,
    source="he-thong-a",
    id=unread_id("ket-noi-a", ENTRY),
    recipient=OF_A_SOURCE,
    fingerprint="bb" * 8,
)


@pytest.fixture
async def rows(control):
    """Record five dead letters of one cause, one of another, one ended, one of a source."""
    made = [row(number) for number in range(5)]
    made += [row(7, code="timeout", fingerprint="cc" * 8, connector="ket-noi-b", adapter="khac")]
    made += [row(8, ended_at=AT, ended_by="resumed"), UNREAD]
    async with control.engine.begin() as connection:
        await connection.execute(insert(table), [msgspec.structs.asdict(one) for one in made])
    return made


@pytest.fixture(autouse=True)
def _recorded(rows):
    """Every test of this file has them."""


async def listed(client, **query):
    page = (await client.get(PATH, params=query)).json()
    return [item["message"] for item in page["items"]]


async def order(client, action="retry", **body):
    return await client.post(f"{PATH}:{action}", json={"reason": WHY} | body)


async def test_what_is_open_is_listed_the_newest_first(client):
    found = await listed(client)
    assert found == [UNREAD.id, "msg-7", "msg-4", "msg-3", "msg-2", "msg-1", "msg-0"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"code": "timeout"}, ["msg-7"]),
        ({"connector": "ket-noi-b"}, ["msg-7"]),
        ({"adapter": "khac"}, ["msg-7"]),
        ({"fingerprint": "bb" * 8}, [UNREAD.id]),
        ({"since": "2026-01-02T10:04:12+07:00"}, [UNREAD.id, "msg-7"]),
        ({"system": "he-thong-c"}, []),
        ({"code": "timeout", "fingerprint": "bb" * 8}, []),
    ],
    ids=str,
)
async def test_a_filter_narrows_the_list(client, query, found):
    assert await listed(client, **query) == found


async def test_a_system_sees_what_is_for_it_and_what_its_source_read(client):
    assert len(await listed(client, system="he-thong-a")) == 7


async def test_the_list_comes_in_pages_that_lose_and_repeat_nothing(client):
    seen, after = [], ""
    while after is not None:
        page = (await client.get(PATH, params={"limit": 2, "after": after})).json()
        seen += [item["message"] for item in page["items"]]
        after = page["next"]
    assert seen == await listed(client)


async def test_causes_are_counted_and_come_in_pages(client):
    seen, after = [], ""
    while after is not None:
        page = (await client.get(f"{PATH}/groups", params={"limit": 1, "after": after})).json()
        seen += [(item["fingerprint"][:2], item["count"]) for item in page["items"]]
        after = page["next"]
    assert seen == [("bb", 1), ("cc", 1), ("aa", 5)]
    group = page["items"][0]
    assert (group["first_at"], group["last_at"]) == ("2026-01-02T03:04:05Z", "2026-01-02T03:04:09Z")
    assert (group["code"], group["peer_code"], group["text"]) == ("peer_refused", "E-7", "field /a")
    assert group["adapter"] == "mau"


@pytest.mark.parametrize("after", ["AAAA", "_", "W10"])
async def test_a_cursor_of_somewhere_else_is_refused(client, after):
    problem(await client.get(PATH, params={"after": after}), 400, "invalid_cursor")


@pytest.mark.parametrize("query", [{"since": "hôm nay"}, {"limit": 0}, {"la": "1"}, {"code": "\0"}])
async def test_a_query_that_breaks_its_grammar_is_refused(client, query):
    problem(await client.get(PATH, params=query), 422, "invalid_request")


async def test_one_is_shown_also_once_it_has_ended(client, rows):
    found = (await client.get(f"{PATH}/{id_of(rows[6])}")).json()
    assert (found["ended_by"], found["attempts"]) == ("resumed", 3)
    assert (await client.get(f"{PATH}/{id_of(UNREAD)}")).json()["recipient"] == "-"
    problem(await client.get(f"{PATH}/a/b/c"), 404, "not_found")


async def test_a_retry_tells_the_connector_who_and_why(client, commands, rows):
    answer = await order(client, ids=[id_of(rows[0])])
    assert answer.json() == {"ordered": [id_of(rows[0])], "job": None}
    (command,) = commands.sent
    assert (command.action, command.connector) == (Action.RETRY, "ket-noi-a")
    assert (command.source, command.message) == ("he-thong-b", "msg-0")
    assert (command.by, command.reason) == ("an", WHY)
    assert await trail(client, f"dead/{id_of(rows[0])}") == [("an", WHY)]


async def test_a_record_of_a_source_is_named_as_its_connector_knows_it(client, commands):
    await order(client, "drop", ids=[id_of(UNREAD)])
    (command,) = commands.sent
    assert (command.action, command.source, command.message) == (Action.DROP, "", ENTRY)


async def test_what_has_ended_is_not_ordered_again(client, commands, rows):
    answer = await order(client, ids=[id_of(rows[6]), id_of(rows[1])])
    assert answer.json()["ordered"] == [id_of(rows[1])]
    assert [one.message for one in commands.sent] == ["msg-1"]


async def test_of_ids_with_an_unknown_one_none_is_ordered(client, commands, rows):
    answer = await order(client, ids=[id_of(rows[0]), "he-thong-b/khac/he-thong-a"])
    problem(answer, 404, "not_found")
    assert commands.sent == []


async def test_what_no_connector_holds_is_not_ordered(client, commands, control, rows):
    async with control.engine.begin() as connection:
        await connection.execute(update(table).values(connector=None))
    assert (await order(client, ids=[id_of(rows[0])])).json()["ordered"] == []
    preview = (await order(client, filter={})).json()["job"]
    assert (preview["count"], commands.sent) == (0, [])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"ids": []},
        {"ids": ["a"]},
        {"ids": ["he-thong-b/msg-0/he-thong-a"], "filter": {}},
        {"filter": {"la": 1}},
        {"filter": {"since": "2026-01-02T03:04:05"}},
        {"filter": {}, "reason": "x"},
    ],
    ids=str,
)
async def test_an_order_that_breaks_its_grammar_is_refused(client, commands, body):
    problem(await order(client, **body), 422, "invalid_request")
    assert commands.sent == []


async def test_by_filter_nothing_is_done_before_the_number_is_confirmed(client, commands):
    job = (await order(client, filter={"fingerprint": "aa" * 8})).json()["job"]
    assert (job["count"], job["ended_at"], commands.sent) == (5, None, [])
    where = f"{PATH}/jobs/{job['id']}"
    problem(await client.post(f"{where}:confirm", json={"count": 4}), 409, "count_differs")
    assert commands.sent == []
    done = (await client.post(f"{where}:confirm", json={"count": 5})).json()
    assert (done["handled"], done["confirmed_by"]) == (5, "an")
    assert done["ended_at"] is not None
    assert [one.message for one in commands.sent] == [f"msg-{n}" for n in range(5)]
    assert await trail(client, "dead/he-thong-b/msg-3/he-thong-a") == [("an", WHY)]
    again = (await client.post(f"{where}:confirm", json={"count": 5})).json()
    assert (again, len(commands.sent)) == (done, 5)
    assert (await client.get(where)).json() == done


async def test_what_came_after_the_preview_is_not_among_it(client, control, commands):
    job = (await order(client, filter={})).json()["job"]
    later = row(0, id="sau", at=datetime.now(UTC) + timedelta(seconds=1))
    async with control.engine.begin() as connection:
        await connection.execute(insert(table), [msgspec.structs.asdict(later)])
    await client.post(f"{PATH}/jobs/{job['id']}:confirm", json={"count": job["count"]})
    assert len(commands.sent) == job["count"] == 7
    assert "sau" not in [one.message for one in commands.sent]


async def test_a_large_job_is_done_in_parts_and_goes_on_after_a_fault(
    client, commands, monkeypatch
):
    monkeypatch.setattr(dead_letter_jobs, "Pace", partial(Pace, batch=2))
    monkeypatch.setattr(dead_letter_jobs, "SLICES", 1)
    job = (await order(client, "drop", filter={"code": "peer_refused"})).json()["job"]
    where, body = f"{PATH}/jobs/{job['id']}:confirm", {"count": job["count"]}
    assert (await client.post(where, json=body)).json()["handled"] == 2

    async def away(*_):
        raise Unavailable("Kafka does not answer")

    with monkeypatch.context() as broken:
        broken.setattr(commands, "send", away)
        problem(await client.post(where, json=body), 503, "unavailable")
    told = [(await client.post(where, json=body)).json() for _ in range(3)]
    assert [one["handled"] for one in told] == [4, 6, 6]
    assert [one["ended_at"] is None for one in told] == [True, True, False]
    assert len(commands.sent) == len({one.message for one in commands.sent}) == 6


async def confirm(client, job, headers=None, **body):
    where = f"{PATH}/jobs/{job['id']}:confirm"
    return await client.post(where, json={"count": job["count"]} | body, headers=headers)


async def test_many_are_dropped_only_when_a_second_person_says_why(client, commands, monkeypatch):
    monkeypatch.setattr(dead_letter_job, "DROPPED_ALONE", 4)
    job = (await order(client, "drop", filter={"fingerprint": "aa" * 8})).json()["job"]
    assert (job["count"], job["second_person"]) == (5, True)
    refused = problem(await confirm(client, job, reason=WHY), 409, "second_person_needed")
    assert f"hub dead-letter confirm {job['id']}" in refused["detail"]
    problem(await confirm(client, job, BINH), 409, "second_person_needed")
    assert commands.sent == []
    done = (await confirm(client, job, BINH, reason="Đã đối chiếu")).json()
    assert (done["asked_by"], done["confirmed_by"], done["handled"]) == ("an", "binh", 5)
    assert {command.by for command in commands.sent} == {"binh"}
    told = await trail(client, f"job/{job['id']}")
    assert told == [("binh", "Đã đối chiếu"), ("an", WHY)]


async def test_a_retry_of_many_and_a_drop_of_few_need_one_person(client, commands, monkeypatch):
    monkeypatch.setattr(dead_letter_job, "DROPPED_ALONE", 4)
    for action, wanted in (("retry", {}), ("drop", {"code": "timeout"})):
        job = (await order(client, action, filter=wanted)).json()["job"]
        assert job["second_person"] is False
        assert (await confirm(client, job)).json()["ended_at"] is not None
    assert len(commands.sent) == 8


async def test_the_second_person_is_not_passed_by_with_ids(client, commands, rows, monkeypatch):
    monkeypatch.setattr(dead_letters, "DROPPED_ALONE", 2)
    ids = [id_of(one) for one in rows[:3]]
    problem(await order(client, "drop", ids=ids), 409, "second_person_needed")
    assert commands.sent == []
    assert len((await order(client, "retry", ids=ids)).json()["ordered"]) == 3


async def test_a_job_that_is_not_there_is_not_found(client):
    problem(await client.get(f"{PATH}/jobs/khong-co"), 404, "not_found")
    answer = await client.post(f"{PATH}/jobs/khong-co:confirm", json={"count": 0})
    problem(answer, 404, "not_found")


async def test_the_deed_is_in_the_trail_before_it_is_done(client, commands, rows, monkeypatch):
    async def away(*_):
        raise Unavailable("Kafka does not answer")

    with monkeypatch.context() as broken:
        broken.setattr(commands, "send", away)
        problem(await order(client, ids=[id_of(rows[0])]), 503, "unavailable")
    assert await trail(client, f"dead/{id_of(rows[0])}") == [("an", WHY)]
    assert (await order(client, ids=[id_of(rows[0])])).json()["ordered"] == [id_of(rows[0])]
