from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.decision.event_rows import cleaned
from hub.decision.events import Event, IngressRef
from hub.decision.history import History
from hub.decision.rows import Outcome
from hub.decision.states import State
from tests.support import NOW, TO_GROUP, receipt, stamped, withdrawal
from tests.unit.recorder.records import about, on_the_wire

OBJECT = "sha256:" + "0f" * 32


def history_of(records):
    history = History()
    for record in records:
        history.take(record)
    return history


def only(rows):
    (row,) = rows
    return row


def states(history):
    return {row.recipient: row.state for row in history.deliveries if row.id == "msg-0001"}


def test_an_admitted_message_is_pending_for_each_recipient(province):
    province.decide(stamped(recipients=TO_GROUP))
    history = history_of(province.records)
    message = only(history.messages)
    assert message.outcome is Outcome.ADMITTED
    assert (message.type, message.subject) == (
        "vn.gov.dossier.received.v1",
        "000.00.01.H99-261122-0001",
    )
    assert (message.peer, message.ingress_offset, message.rules_version) == ("sender", 41, 7)
    assert message.received_at == NOW
    assert message.size > 100
    assert states(history) == {"receiver": State.PENDING, "other": State.PENDING}


def test_receipts_move_only_their_own_recipient(province):
    decision = province.decide(stamped(recipients=TO_GROUP))
    mine = next(item for item in decision.deliveries if item.system == "receiver")
    province.decide(receipt("acknowledged", ("msg-0001", mine)))
    assert states(history_of(province.records)) == {
        "receiver": State.ACKNOWLEDGED,
        "other": State.PENDING,
    }


def test_a_refused_message_may_be_sent_again_and_both_stay_in_its_history(province):
    province.decide(stamped(type="vn.gov.nothing.v1"))
    province.decide(stamped())
    history = history_of(province.records)
    assert only(history.messages).outcome is Outcome.ADMITTED
    assert only(history.messages).reason is None
    assert [step.event for step in history.steps] == ["refused", "admitted"]
    assert states(history) == {"receiver": State.PENDING}


def test_of_several_refusals_the_last_one_stands(province):
    province.decide(stamped(type="vn.gov.nothing.v1"))
    province.decide(stamped(recipients="urn:hub:org:NOBODY"))
    assert only(history_of(province.records).messages).ingress_offset == 42


def test_a_refusal_never_hides_an_admission(province):
    province.decide(stamped())
    province.decide(stamped(subject="another subject"))
    history = history_of(province.records)
    assert [step.reason for step in history.steps] == [None, "id_reused"]
    assert only(history.messages).outcome is Outcome.ADMITTED


def test_a_duplicate_changes_nothing_but_the_history(province):
    province.decide(stamped())
    before = history_of(province.records)
    province.decide(stamped())
    after = history_of(province.records)
    assert after.messages == before.messages
    assert after.deliveries == before.deliveries
    assert [step.event for step in after.steps] == ["admitted", "duplicate"]


def test_a_withdrawal_stops_what_is_pending_and_tells_who_already_has_it(province):
    decision = province.decide(stamped(recipients=TO_GROUP))
    mine = next(item for item in decision.deliveries if item.system == "receiver")
    province.decide(receipt("delivered", ("msg-0001", mine)))
    province.decide(withdrawal("msg-0001"))
    history = history_of(province.records)
    assert states(history) == {"receiver": State.DELIVERED, "other": State.WITHDRAWN}
    assert all(row.withdrawn_at for row in history.deliveries if row.id == "msg-0001")
    assert next(row for row in history.messages if row.id == "msg-0001").withdrawn_at


def test_a_late_event_is_history_and_marked_as_such(province):
    decision = province.decide(stamped())
    province.decide(receipt("processed", ("msg-0001", decision.deliveries[0])))
    province.decide(receipt("acknowledged", ("msg-0001", decision.deliveries[0])))
    history = history_of(province.records)
    assert states(history) == {"receiver": State.PROCESSED}
    late = {step.event: step.late for step in history.steps if step.id == "msg-0001"}
    assert late == {"admitted": False, "processed": False, "acknowledged": True}


def test_recipients_may_read_the_objects_of_an_admitted_message(province):
    province.decide(stamped(objects=OBJECT, recipients=TO_GROUP))
    grants = {(grant.hash, grant.system) for grant in history_of(province.records).grants}
    assert grants == {(OBJECT, "receiver"), (OBJECT, "other")}


def test_a_refused_message_grants_nothing(province):
    province.decide(stamped(objects=OBJECT, type="vn.gov.nothing.v1"))
    assert history_of(province.records).grants == []


def test_a_held_record_is_undecided_until_it_is_released_and_decided(province):
    here = IngressRef(partition=5, offset=40)
    province.tell(about(Event.HELD, reason="fault", ingress=here))
    history = history_of(province.records)
    assert (only(history.messages).outcome, history.deliveries) == (Outcome.HELD, [])
    province.tell(about(Event.RESUMED))
    assert only(history_of(province.records).messages).outcome is Outcome.HELD
    province.decide(stamped())
    assert only(history_of(province.records).messages).outcome is Outcome.ADMITTED


def test_a_repetition_that_is_held_does_not_hold_the_admitted_message(province):
    province.decide(stamped())
    here = IngressRef(partition=5, offset=42)
    province.tell(about(Event.HELD, reason="fault", ingress=here))
    history = history_of(province.records)
    assert only(history.messages).outcome is Outcome.ADMITTED
    assert states(history) == {"receiver": State.PENDING}


def test_a_delivery_that_is_retried_counts_its_attempts(province):
    province.decide(stamped())
    for number in (1, 2):
        event = about(Event.RETRYING, recipient="receiver", reason="timeout")
        event.detail["attempts"] = number
        province.tell(event)
    row = only(history_of(province.records).deliveries)
    assert (row.state, row.attempts, row.reason) == (State.RETRYING, 2, "timeout")
    province.tell(about(Event.RESUMED, recipient="receiver"))
    row = only(history_of(province.records).deliveries)
    assert (row.state, row.attempts, row.reason) == (State.PENDING, 2, None)


def test_a_held_document_is_resumed_for_the_recipients_that_are_held(province):
    province.decide(stamped(recipients=TO_GROUP))
    province.tell(about(Event.HELD, reason="verdict_pending"))
    province.tell(about(Event.DEAD_LETTER, recipient="other", reason="gone"))
    province.tell(about(Event.RESUMED))
    assert states(history_of(province.records)) == {
        "receiver": State.PENDING,
        "other": State.DEAD_LETTER,
    }


def test_an_id_admitted_again_after_it_was_forgotten_begins_anew(province):
    decision = province.decide(stamped())
    province.decide(receipt("processed", ("msg-0001", decision.deliveries[0])))
    again = province.records[0].event
    province.tell(again)
    assert states(history_of(province.records)) == {"receiver": State.PROCESSED}
    province.tell(
        about(
            Event.ADMITTED,
            at=NOW + timedelta(days=40),
            ingress=IngressRef(partition=5, offset=9_000),
            detail={"recipients": ["receiver"]},
        )
    )
    assert states(history_of(province.records)) == {"receiver": State.PENDING}


def test_an_event_about_a_message_nobody_read_proves_that_it_was_admitted():
    history = history_of([on_the_wire(about(Event.DELIVERED, recipient="receiver"), 0)])
    assert only(history.messages).outcome is Outcome.ADMITTED
    assert states(history) == {"receiver": State.DELIVERED}


def test_names_on_a_record_without_stamp_prove_nothing_about_their_message(province):
    province.decide(stamped(type="vn.gov.nothing.v1"))
    province.tell(about(Event.REFUSED, reason="not_admitted"), partition=2)
    history = history_of(province.records)
    assert only(history.messages).reason == "not_permitted"
    assert len(history.steps) == 2


@pytest.mark.parametrize("first", [0, 1])
def test_refusals_of_records_without_stamp_give_the_same_row_in_any_order(first):
    two = [
        on_the_wire(about(Event.REFUSED, reason="not_admitted", at=NOW + delay), 0, partition)
        for partition, delay in enumerate((timedelta(0), timedelta(seconds=1)))
    ]
    assert only(history_of([two[first], two[1 - first]]).messages).decided_at == NOW


def test_bytes_without_names_are_a_step_of_no_message(province):
    province.tell(about(Event.REFUSED, source="", id="", reason="signature_malformed"))
    history = history_of(province.records)
    assert history.messages == []
    assert only(history.steps).reason == "signature_malformed"


def test_a_null_character_in_a_claimed_name_reaches_no_database():
    record = cleaned(on_the_wire(about(Event.REFUSED, id="a\0b", place="/\0"), 0))
    assert record.event is not None
    assert (record.event.id, record.event.place) == ("a\ufffdb", "/\ufffd")


NAMES = st.sampled_from(["receiver", "other", None])
DETAILS = st.dictionaries(
    st.sampled_from(["recipients", "objects", "attempts", "size", "time", "type"]),
    st.one_of(st.none(), st.integers(), st.text(max_size=5), st.lists(st.text(max_size=5))),
    max_size=4,
)
EVENTS = st.builds(
    about,
    st.sampled_from(list(Event)),
    id=st.sampled_from(["a", "b", ""]),
    recipient=NAMES,
    reason=st.sampled_from([None, "manual_review", "not_admitted"]),
    ingress=st.none() | st.builds(IngressRef, partition=st.just(5), offset=st.integers(0, 3)),
    detail=DETAILS,
)


@given(st.lists(EVENTS, max_size=20))
def test_whatever_is_recorded_every_delivery_is_in_a_known_state(events):
    records = [on_the_wire(event, offset) for offset, event in enumerate(events)]
    history = history_of(records)
    assert len(history.steps) == len(events)
    assert all(row.state in State for row in history.deliveries)
    known = {(row.source, row.id) for row in history.messages if row.outcome is Outcome.ADMITTED}
    assert {(row.source, row.id) for row in history.deliveries} <= known


@given(st.lists(EVENTS, max_size=20), st.data())
def test_a_history_taken_in_two_parts_is_the_history_taken_at_once(events, data):
    records = [on_the_wire(event, offset) for offset, event in enumerate(events)]
    cut = data.draw(st.integers(0, len(records)))
    first = history_of(records[:cut])
    second = History(first.messages, first.deliveries)
    for record in records[cut:]:
        second.take(record)
    whole = history_of(records)
    merged = {(row.source, row.id): row for row in (*first.messages, *second.messages)}
    assert merged == {(row.source, row.id): row for row in whole.messages}
