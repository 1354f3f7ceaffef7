"""Document policies: what waits for a verdict, what a verdict does, and who waits behind it."""

from datetime import timedelta

import pytest
from lgsp_message.reason import Reason, Refused
from msgspec.structs import replace

from hub.decision.check import check
from hub.decision.documents import documents_of
from hub.decision.events import Event
from hub.decision.histories import history
from hub.decision.holding import hold_key
from hub.decision.order_record import Do, Found, Order, read_order
from hub.decision.orders import LONGEST_HOLD, follow
from hub.decision.states import State
from hub.signing.macs import command_mac
from hub.signing.verdicts import Grade, VerdictReason
from tests import support
from tests.documents_rig import OTHER_PDF, PDF, PICTURE, World, body, events, letter, rules
from tests.support import NOW, TO_OTHER, TO_RECEIVER, stamped

HELD = (Event.HELD, "document_check")
BEHIND = (Event.HELD, "waits_behind_documents")
GOOD = (Event.VERDICT, "valid")
RESUMED = (Event.RESUMED, None)


@pytest.fixture
def world():
    return World()


def test_a_type_without_a_policy_is_delivered_as_if_there_were_none():
    world = World("off")
    for policy in (None, "off"):
        decided = world.send(letter(f"plain-{policy}"), policy)
        assert [event for event, _ in events(decided)] == [Event.ADMITTED]
        assert "documents" not in decided.entries[0].event.detail
        (memory,) = decided.remembered
        assert memory.answer.hold is None
    assert len(world.delivered()) == 2


def test_a_recorded_type_is_delivered_at_once_and_the_verdict_is_told_later():
    world = World("record")
    decided = world.send(letter())
    assert decided.deliveries
    told = decided.entries[0].event.detail["documents"]
    assert told == {"held": False, "policy": "record", "hashes": [PDF]}
    assert events(world.tell("msg-0001", "invalid")) == [(Event.VERDICT, "invalid")]
    assert world.delivered() == ["msg-0001"]


def test_a_required_type_waits_for_its_verdict_with_every_recipient(world):
    decided = world.send(letter(recipients=f"{TO_RECEIVER} {TO_OTHER}"))
    assert events(decided) == [(Event.ADMITTED, None), HELD]
    assert decided.deliveries == ()
    assert decided.entries[0].event.detail["recipients"] == ["receiver", "other"]


@pytest.mark.parametrize("grade", ["valid", "valid_legacy"])
def test_a_good_verdict_delivers_what_would_have_been_delivered_at_once(grade):
    world, plain = World(), World("off")
    to_both = f"{support.TO_RECEIVER_OLD_CODE} {TO_OTHER}"
    world.send(letter(recipients=to_both))
    released = world.tell("msg-0001", grade, reasons=(VerdictReason.NO_TIMESTAMP,))
    assert events(released) == [(Event.VERDICT, grade), RESUMED]
    at_once = plain.send(letter(recipients=to_both))
    assert released.deliveries == at_once.deliveries
    assert released.received.body == at_once.received.body
    (document,) = released.entries[0].event.detail["documents"]
    assert document == {"hash": PDF, "grade": grade, "reasons": ["no_timestamp"]}


def test_an_invalid_document_ends_the_message_and_nobody_gets_it(world):
    world.send(letter())
    assert events(world.tell("msg-0001", "invalid")) == [
        (Event.VERDICT, "invalid"),
        (Event.EXPIRED, "document_invalid"),
    ]
    assert world.delivered() == []
    assert events(world.tell("msg-0001", "valid")) == []


def test_an_indeterminate_verdict_waits_for_a_person_who_releases_or_drops(world):
    for id_ in ("one", "two"):
        world.send(letter(id_, subject=id_))
        assert events(world.tell(id_, "indeterminate"))[1] == (
            Event.HELD,
            "document_indeterminate",
        )
        assert events(world.look(id_)) == []
    released = world.order(Do.RELEASE, "one", by="an", reason="Đã kiểm tra (mẫu)")
    assert events(released) == [RESUMED]
    assert released.entries[0].event.detail == {"by": "an", "reason": "Đã kiểm tra (mẫu)"}
    assert events(world.order(Do.DROP, "two", by="an", reason="mẫu")) == [
        (Event.EXPIRED, "dropped")
    ]
    assert world.delivered() == ["one"]


def test_a_later_verdict_may_end_the_review(world):
    world.send(letter())
    world.tell("msg-0001", "indeterminate")
    assert events(world.tell("msg-0001", "indeterminate")) == []
    assert events(world.tell("msg-0001", "valid")) == [GOOD, RESUMED]


def test_the_same_order_again_changes_nothing(world):
    world.send(letter())
    world.tell("msg-0001", "valid")
    for do in Do:
        again = world.order(do, "msg-0001")
        assert (again.entries, again.deliveries, again.remembered) == ((), (), ())


def test_a_verdict_that_passes_over_a_document_is_indeterminate(world):
    world.send(letter(objects=f"{PDF} {OTHER_PDF}"))
    told = world.tell("msg-0001", "valid")
    assert events(told)[0] == (Event.VERDICT, "indeterminate")
    assert told.entries[0].event.detail["documents"][1]["reasons"] == ["judge_failed"]


def test_a_message_is_as_good_as_its_worst_document(world):
    world.send(letter(objects=f"{PDF} {OTHER_PDF}"))
    found = (Found(hash=PDF, grade=Grade.VALID), Found(hash=OTHER_PDF, grade=Grade.INVALID))
    told = world.order(Do.TELL, "msg-0001", found=found)
    assert events(told)[-1] == (Event.EXPIRED, "document_invalid")


def test_a_required_type_without_a_document_is_refused_not_delivered(world):
    for bare in (letter(objects=None), letter(content=body(PICTURE, "image/png"), objects=PICTURE)):
        assert events(world.send(bare)) == [(Event.REFUSED, Reason.DOCUMENT_MISSING)]
    found = check(letter(objects=None), "sender", set(), world.rules, world.memory, NOW)
    assert [finding.reason for finding in found] == [Reason.DOCUMENT_MISSING]


def test_an_object_that_the_body_does_not_describe_counts_as_a_document():
    value = [{"hash": PICTURE, "media_type": "image/png"}, {"hash": PDF}]
    assert documents_of(value, (PICTURE, PDF, OTHER_PDF)) == (PDF, OTHER_PDF)
    twice = [{"hash": PDF, "media_type": "image/png"}, {"hash": PDF, "media_type": "Text/XML"}]
    assert documents_of(twice, (PDF,)) == (PDF,)


def test_successors_of_the_same_subject_wait_and_keep_their_order_and_others_pass(world):
    world.send(letter("a"))
    assert events(world.send(stamped(id="b"), "off")) == [(Event.ADMITTED, None), BEHIND]
    assert events(world.send(letter("c")))[1] == HELD
    world.send(stamped(id="aside", subject="another"), "off")
    world.send(stamped(id="alone", subject=None), "off")
    assert world.delivered() == ["aside", "alone"]
    assert events(world.look("b")) == []
    assert events(world.tell("c", "valid")) == [GOOD, BEHIND]
    assert events(world.look("c")) == []
    assert events(world.tell("a", "valid")) == [GOOD, RESUMED]
    assert events(world.look("c")) == []
    assert events(world.look("b")) == [RESUMED]
    assert events(world.look("c")) == [RESUMED]
    world.send(stamped(id="d"), "off")
    assert world.delivered() == ["aside", "alone", "a", "b", "c", "d"]


def test_what_has_ended_in_the_middle_of_a_line_lets_nobody_overtake(world):
    for id_ in ("a", "b", "c"):
        world.send(letter(id_))
    world.tell("b", "invalid")
    assert events(world.tell("c", "valid")) == [GOOD, BEHIND]
    world.send(letter("d"))
    world.tell("a", "valid")
    assert events(world.look("c")) == [RESUMED]
    assert events(world.tell("d", "valid")) == [GOOD, RESUMED]
    assert world.delivered() == ["a", "c", "d"]


def test_a_released_message_still_waits_its_turn(world):
    world.send(letter("a"))
    world.send(letter("b"))
    world.tell("b", "indeterminate")
    assert events(world.order(Do.RELEASE, "b", by="an", reason="mẫu")) == [BEHIND]
    world.tell("a", "valid")
    assert events(world.look("b")) == [RESUMED]


def test_a_recorded_message_behind_a_required_one_is_judged_and_waits(world):
    world.send(letter("a"))
    world.send(letter("b"), "record")
    assert events(world.tell("b", "indeterminate")) == [(Event.VERDICT, "indeterminate")]
    world.tell("a", "valid")
    assert events(world.look("b")) == [RESUMED]
    world.send(letter("c"))
    world.send(letter("d"), "record")
    world.tell("c", "valid")
    assert events(world.look("d")) == [RESUMED]
    assert events(world.tell("d", "valid")) == [GOOD]


def test_what_expires_while_it_is_held_ends_and_those_behind_it_go_on(world):
    soon = (NOW + timedelta(minutes=1)).isoformat()
    world.send(letter("a", expirytime=soon))
    world.send(letter("b", expirytime=soon, subject="other"))
    world.send(letter("c"))
    world.now = NOW + timedelta(minutes=1)
    assert events(world.look("a")) == [(Event.EXPIRED, None)]
    assert events(world.tell("b", "valid")) == [GOOD, (Event.EXPIRED, None)]
    assert events(world.tell("c", "valid")) == [GOOD, RESUMED]


def test_what_nobody_decides_ends_before_its_bytes_are_gone(world):
    world.send(letter())
    world.tell("msg-0001", "indeterminate")
    world.now = NOW + LONGEST_HOLD
    assert events(world.look("msg-0001")) == [(Event.EXPIRED, "held_too_long")]


def test_a_withdrawal_ends_what_is_held_and_tells_nobody_who_never_had_it(world):
    world.send(letter("a"))
    world.send(letter("b"))
    taken_back = world.send(support.withdrawal("a"))
    assert taken_back.deliveries == ()
    assert events(taken_back)[1] == (Event.WITHDRAWN, None)
    assert events(world.tell("a", "valid")) == []
    assert events(world.tell("b", "valid")) == [GOOD, RESUMED]


def test_a_withdrawal_after_the_release_goes_to_the_recipients(world):
    world.send(letter())
    world.tell("msg-0001", "valid")
    assert [d.system for d in world.send(support.withdrawal("msg-0001")).deliveries] == ["receiver"]


def test_a_withdrawal_of_what_was_never_delivered_tells_nobody(world):
    world.send(letter())
    world.tell("msg-0001", "invalid")
    assert world.send(support.withdrawal("msg-0001")).deliveries == ()


def test_an_order_on_another_message_than_it_names_is_refused(world):
    world.send(letter("a"))
    world.send(letter("b", subject="other"))
    order = Order(do=Do.RELEASE, source="sender", id="a")
    for other in (letter("b", subject="other"), letter("a", content=body() + b" ")):
        with pytest.raises(Refused) as refusal:
            follow(order, other, world.rules, world.memory, NOW)
        assert refusal.value.reason is Reason.NOT_ADMITTED


def test_an_order_of_anybody_else_is_refused():
    order = b'{"do":"release","source":"sender","id":"a"}'
    assert read_order(order, command_mac(support.MACS, order), rules()).do is Do.RELEASE
    with pytest.raises(Refused):
        read_order(order + b" ", command_mac(support.MACS, order), rules())


@pytest.mark.parametrize(
    ("grade", "state"),
    [
        (None, State.HELD),
        ("valid", State.PENDING),
        ("indeterminate", State.MANUAL_REVIEW),
        ("invalid", State.EXPIRED),
    ],
)
def test_the_trace_says_for_each_recipient_where_it_stands(world, grade, state):
    world.send(letter(recipients=f"{TO_RECEIVER} {TO_OTHER}"))
    if grade:
        world.tell("msg-0001", grade)
    told = history([entry.event for outcome in world.outcomes for entry in outcome.entries])
    assert told is not None
    assert told.state == "admitted"
    assert told.recipients == {"receiver": state, "other": state}


def test_the_line_is_remembered_beside_message_ids(world):
    world.send(letter())
    subject = letter().attributes["subject"]
    assert world.memory.get("sender", hold_key(subject)).line.last == "msg-0001"
    answer = world.memory.get("sender", "msg-0001")
    assert replace(answer, hold=None).recipients == ("receiver",)
