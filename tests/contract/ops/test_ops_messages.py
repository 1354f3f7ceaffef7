"""`/ops/messages`: what operators find, what a part of the province sees, and what is exported."""

import csv
import io
import unicodedata
from datetime import timedelta
from typing import Any

import pytest

from hub.api.ops import messages as resource
from hub.control.people.rights import Role
from hub.decision.events import Event
from tests.ops_rig import clerk_of
from tests.support import (
    DOSSIER,
    NOW,
    TO_GROUP,
    TO_OTHER,
    TO_RECEIVER,
    receipt,
    stamped,
    withdrawal,
)
from tests.unit.recorder.records import about

KEY = "H99-Mẫu-1"
PATH = "/ops/messages"


@pytest.fixture
async def known(rig):
    """Give a province with five messages: to two, to one, to the other, refused, and a receipt."""
    tell = rig.province
    first = tell.decide(stamped(id="to-both", recipients=TO_GROUP, subject=KEY))
    tell.decide(stamped(id="to-receiver", recipients=TO_RECEIVER, correlationid="vu-mau"))
    tell.decide(stamped(id="to-other", recipients=TO_OTHER, priority="urgent"))
    tell.decide(stamped(id="bad", recipients="urn:hub:org:H99.77"))
    tell.decide(receipt("acknowledged", ("to-both", first.deliveries[0])))
    tell.tell(
        about(
            Event.RETRYING,
            id="to-other",
            recipient="other",
            reason="timeout",
            at=NOW + timedelta(minutes=1),
            detail={"connector": "ket-noi-mau", "attempts": 3},
        )
    )
    await rig.record()
    rig.now = NOW + timedelta(hours=1)
    return rig


async def ids(rig, **query):
    return [line["id"] for line in (await rig.get(PATH, **query))["items"]]


FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["bad", "to-other", "to-receiver", "to-both"]),
    ({"key": KEY}, ["to-both"]),
    ({"key": unicodedata.normalize("NFD", KEY)}, ["to-both"]),
    ({"id": "to-other"}, ["to-other"]),
    ({"source": "sender", "recipient": "other"}, ["to-other", "to-both"]),
    ({"source_organisation": "org-sender"}, ["bad", "to-other", "to-receiver", "to-both"]),
    ({"source_organisation": "org-nobody"}, []),
    ({"recipient_organisation": "org-receiver"}, ["to-receiver", "to-both"]),
    ({"outcome": "refused"}, ["bad"]),
    ({"reason": "not_permitted"}, ["bad"]),
    ({"reason": "timeout"}, ["to-other"]),
    ({"state": "acknowledged"}, ["to-both"]),
    ({"connector": "ket-noi-mau"}, ["to-other"]),
    ({"attempts": 3}, ["to-other"]),
    ({"attempts": 4}, []),
    ({"priority": "urgent"}, ["to-other"]),
    ({"correlation": "vu-mau"}, ["to-receiver"]),
    ({"type": DOSSIER, "state": "pending"}, ["to-receiver", "to-both"]),
    ({"since": (NOW + timedelta(seconds=2)).isoformat()}, ["bad", "to-other"]),
    ({"until": (NOW + timedelta(seconds=1)).isoformat()}, ["to-both"]),
]


async def test_each_filter_narrows_the_list(known):
    found = [(query, await ids(known, **query)) for query, _ in FILTERS]
    assert found == FILTERS


async def test_receipts_are_shown_only_where_they_are_asked_for(known):
    assert len(await ids(known, receipts=True)) == 5


async def test_a_list_without_a_time_shows_the_last_day_but_who_names_a_message_finds_it(known):
    known.now = NOW + timedelta(days=3)
    page = await known.get(PATH)
    assert page["items"] == []
    assert page["since"] == "2026-11-24T03:00:00Z"
    assert await ids(known, key=KEY) == ["to-both"]


async def test_a_line_says_what_it_is_and_never_what_is_in_it(known):
    (line,) = (await known.get(PATH, key=KEY))["items"]
    assert line["states"] == {"acknowledged": 1, "pending": 1}
    assert (line["type"], line["subject"], line["outcome"]) == (DOSSIER, KEY, "admitted")
    assert not {"body", "data"} & line.keys()


async def test_pages_lead_on_and_back(known):
    first = await known.get(PATH, limit=2)
    assert first["previous"] is None
    second = await known.get(PATH, limit=2, after=first["next"])
    assert [line["id"] for line in second["items"]] == ["to-receiver", "to-both"]
    assert second["next"] is None
    back = await known.get(PATH, limit=2, before=second["previous"])
    assert back["items"] == first["items"]


async def test_what_comes_while_a_page_is_looked_at_is_found_before_it(known):
    page = await known.get(PATH, limit=2)
    assert (await known.get(PATH, before=(await known.get(PATH))["next"] or "", limit=1))["items"]
    known.province.decide(stamped(id="new", recipients=TO_RECEIVER))
    await known.record()
    first = await known.get(PATH, limit=2, after=page["next"])
    newer = await known.get(PATH, before=first["previous"])
    assert [line["id"] for line in newer["items"]] == ["new", "bad", "to-other"]


async def test_a_cursor_that_is_none_is_refused(known):
    for text in ("x", "WyJ4Il0", "WyIyMDI2LTExLTIyIiwiYSIsImIiXQ"):
        await known.refused(PATH, 400, "invalid_cursor", after=text)
        await known.refused(PATH, 400, "invalid_cursor", before=text)


NO_QUESTIONS: list[dict[str, Any]] = [
    {"state": "lost"},
    {"key": "\0"},
    {"since": "0001-01-01T00:00:00+14:00"},
    {"since": "2026-11-22T00:00:00"},
    {"limit": 201},
    {"colour": "red"},
    {"source": "A"},
]


async def test_a_question_that_is_none_is_refused_with_its_place(known):
    for query in NO_QUESTIONS:
        document = await known.refused(PATH, 422, "invalid_request", **query)
        assert [error["place"] for error in document["errors"]] == [next(iter(query))]


async def test_somebody_of_one_organisation_sees_what_it_sent_and_what_is_for_it(known):
    known.person = clerk_of("org-other")
    assert await ids(known) == ["to-other", "to-both"]
    (line,) = (await known.get(PATH, key=KEY))["items"]
    assert line["states"] == {"pending": 1}
    known.person = clerk_of("org-sender")
    assert await ids(known) == ["bad", "to-other", "to-receiver", "to-both"]
    known.person = clerk_of("org-other", Role.OPERATOR, types=frozenset({"vn.gov.khac.v1"}))
    assert await ids(known) == []


async def test_without_the_right_nothing_is_answered(known):
    known.person = clerk_of("org-other", Role.CLERK)
    await known.refused(PATH, 403, "forbidden")
    known.person = None
    await known.refused(PATH, 401, "unauthorized")


async def test_a_count_is_exact_while_it_is_small(known):
    assert await known.get(f"{PATH}/count") == {"count": 4, "exact": True}
    assert await known.get(f"{PATH}/count", outcome="refused", exact=True) == {
        "count": 1,
        "exact": True,
    }


async def test_an_export_holds_what_the_list_shows(known):
    shown = (await known.get(PATH))["items"]
    assert await known.get(f"{PATH}/export", format="json") == shown
    answer = await known.http.get(f"{PATH}/export")
    assert answer.headers["content-disposition"] == 'attachment; filename="messages.csv"'
    assert answer.content.startswith("\ufeff".encode())
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["id"] for row in rows] == [line["id"] for line in shown]
    assert rows[-1]["states"] == "acknowledged:1 pending:1"


async def test_a_subject_is_no_formula_in_a_spreadsheet(known):
    known.province.decide(stamped(id="evil", subject="=1+1", recipients=TO_RECEIVER))
    await known.record()
    answer = await known.http.get(f"{PATH}/export", params={"id": "evil"})
    assert ",'=1+1," in answer.text


async def test_an_export_is_refused_whole_rather_than_cut(known, monkeypatch):
    monkeypatch.setattr(resource, "MAX_EXPORT", 3)
    await known.refused(f"{PATH}/export", 422, "too_many")
    assert len(await known.get(f"{PATH}/export", format="json", source="sender", state="pending"))


async def test_a_list_says_whether_the_projection_is_whole(known):
    answer = await known.http.get(PATH)
    assert answer.headers["hub-projection"] == "whole"


async def test_a_withdrawn_message_says_so(known):
    known.province.decide(withdrawal("to-receiver"))
    await known.record()
    (line,) = (await known.get(PATH, id="to-receiver"))["items"]
    assert line["withdrawn_at"] is not None
    assert line["states"] == {"withdrawn": 1}
