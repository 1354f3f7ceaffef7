"""`/ops/where`: plain sentences for an agency's own people."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, insert

from hub.api.ops import where_words
from hub.control.people.rights import Role
from hub.decision.events import Event
from hub.decision.states import State
from hub.io.sql.views_tables import view_matters
from tests.ops_rig import clerk_of
from tests.support import NOW, TO_GROUP, receipt, stamped
from tests.unit.recorder.records import about

KEY = "H99-MAU-1"


@pytest.fixture
async def known(rig):
    """Give a document for two: one has taken it, for one it is a dead letter; and a refused one."""
    sent = rig.province.decide(stamped(id="mau-1", recipients=TO_GROUP, subject=KEY))
    to_receiver = next(one for one in sent.deliveries if one.system == "receiver")
    rig.province.decide(receipt("acknowledged", ("mau-1", to_receiver)))
    late = NOW + timedelta(minutes=5)
    rig.province.tell(
        about(Event.DEAD_LETTER, id="mau-1", recipient="other", reason="bad", at=late)
    )
    rig.province.decide(stamped(id="bad", recipients="urn:hub:org:H99.77", subject="H99-MAU-2"))
    await rig.record()
    rig.person = clerk_of("org-sender", Role.CLERK)
    return rig


async def test_a_clerk_reads_where_it_is_since_when_and_who_must_act(known):
    found = await known.get("/ops/where", key=KEY)
    dead, taken = found["items"]
    assert dead["vi"] == (
        "Không chuyển được tới Phường Thử nghiệm Hai, trục ngừng thử lúc 10:05 22/11/2026; "
        "người vận hành trục phải xử lý."
    )
    assert (dead["state"], dead["who"]) == ("dead_letter", "operator")
    assert "Phường Thử nghiệm Một took it" in taken["en"]
    assert (taken["sender"], found["left_out"]) == ("Sở Thử nghiệm", 0)


async def test_a_recipients_clerk_reads_of_his_own_agency_only(known):
    known.person = clerk_of("org-receiver", Role.CLERK)
    found = await known.get("/ops/where", key=KEY)
    assert [one["recipient"] for one in found["items"]] == ["Phường Thử nghiệm Một"]
    assert "Hai" not in str(found)
    known.person = clerk_of("org-agent", Role.CLERK)
    assert (await known.get("/ops/where", key=KEY))["items"] == []


async def test_a_message_is_found_by_its_id_too(known):
    assert len((await known.get("/ops/where", key="mau-1"))["items"]) == 2


async def test_a_refused_document_says_why_and_what_its_sender_does_next(known):
    (item,) = (await known.get("/ops/where", key="H99-MAU-2"))["items"]
    assert (item["state"], item["who"], item["recipient"]) == ("refused", "sender", None)
    assert item["vi"].startswith("Trục không nhận từ Sở Thử nghiệm lúc 10:00 22/11/2026: ")
    assert "Phải làm: " in item["vi"]
    assert "{" not in item["vi"] + item["en"]


async def test_a_letter_to_very_many_is_told_in_part_and_says_so(known, monkeypatch):
    monkeypatch.setattr("hub.api.ops.where.MAX_ANSWERS", 1)
    found = await known.get("/ops/where", key=KEY)
    assert (len(found["items"]), found["left_out"]) == (1, 1)


async def test_every_state_has_its_sentences():
    for state in State:
        vi, en = where_words.told(state, sender="S", recipient="{R}", at=NOW)
        assert vi != en
        assert "10:00 22/11/2026" in vi
        assert "{at}" not in vi + en


async def test_a_clerk_reads_until_when_and_who_must_be_done_by_then(known):
    assert (await known.get("/ops/where", key=KEY))["limit"] is None
    due = NOW + timedelta(days=1)

    async def put(**more):
        row = {"kind": "dossier", "key": KEY, "org": "org-receiver", "due_at": due, "facts": 1}
        row |= {"moved": False, "amount_paid": 0, "amount_refunded": 0, "offsets": "{}"} | more
        async with known.engine.begin() as connection:
            await connection.execute(delete(view_matters))
            await connection.execute(insert(view_matters).values(row))
        return (await known.get("/ops/where", key=KEY))["limit"]

    found = await put()
    assert (found["by"], found["overdue"]) == ("2026-11-23T03:00:00Z", False)
    assert found["vi"].startswith("Hạn: 10:00 23/11/2026; ")
    assert (await put(due_at=NOW - timedelta(days=1)))["overdue"] is True
    done = await put(due_at=NOW - timedelta(days=1), closed_at=NOW)
    assert (done["overdue"], done["en"]) == (
        False,
        "Done at 10:00 22/11/2026; it was due by 10:00 21/11/2026.",
    )
    known.person = clerk_of("org-agent", Role.CLERK)
    assert (await known.get("/ops/where", key=KEY))["limit"] is None
