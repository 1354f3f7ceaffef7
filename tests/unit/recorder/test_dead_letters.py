"""Dead letters are rows made of audit events alone: in any batches, and again after a rebuild."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.decision.dead_letters import OF_A_SOURCE, unread_id
from hub.decision.events import Event
from hub.io.sql.projection_tables import dead_letters, deliveries
from tests.support import NOW, stamped
from tests.unit.recorder.records import Province, Store, about

DETAIL = {
    "connector": "ket-noi-a",
    "adapter": "mau",
    "attempts": 3,
    "fingerprint": "0123456789abcdef",
    "peer_code": "E-7",
    "text": "field /a",
}
ENTRY = "ab" * 16


def dead(reason="peer_refused", detail=DETAIL, **fields):
    fields = {"recipient": "receiver"} | fields
    return about(Event.DEAD_LETTER, reason=reason, detail=detail, **fields)


def unread(event=Event.DEAD_LETTER, **detail):
    return about(event, source="receiver", id="", reason="bad", detail={"entry": ENTRY} | detail)


@pytest.fixture
def told(province):
    """Give the events of a message that became a dead letter."""
    province.decide(stamped())
    province.tell(dead())
    return province


def the(store):
    (row,) = store.rows(dead_letters)
    return row


def test_a_dead_letter_says_what_an_operator_needs(told, store):
    store.record(told.records)
    row = the(store)
    assert (row.source, row.id, row.recipient) == ("sender", "msg-0001", "receiver")
    assert (row.connector, row.code, row.peer_code) == ("ket-noi-a", "peer_refused", "E-7")
    assert (row.fingerprint, row.text, row.attempts) == ("0123456789abcdef", "field /a", 3)
    assert (row.at, row.ended_at, row.ended_by) == (NOW, None, None)


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("event", [Event.RESUMED, Event.EXPIRED, Event.DELIVERED, Event.WITHDRAWN])
def test_what_moves_the_delivery_on_ends_the_dead_letter(told, store, event, at_once):
    recipient = None if event is Event.WITHDRAWN else "receiver"
    told.tell(about(event, recipient=recipient, at=NOW + timedelta(hours=1)))
    for records in [told.records] if at_once else [[one] for one in told.records]:
        store.record(records)
    row = the(store)
    assert (row.ended_at, row.ended_by) == (NOW + timedelta(hours=1), event.value)


def test_a_retry_that_fails_opens_it_again(told, store):
    store.record(told.records)
    told.records.clear()
    told.tell(about(Event.RESUMED, recipient="receiver"))
    told.tell(dead("timeout", DETAIL | {"attempts": 4}))
    store.record(told.records)
    row = the(store)
    assert (row.code, row.attempts, row.ended_at) == ("timeout", 4, None)


def test_a_failure_after_the_recipient_spoke_is_no_dead_letter(province, store):
    province.decide(stamped())
    province.tell(about(Event.DELIVERED, recipient="receiver"))
    province.tell(dead())
    store.record(province.records)
    assert store.rows(dead_letters) == []


def test_two_sources_of_one_system_do_not_end_each_others_records(province, store):
    province.tell(unread(**DETAIL))
    province.tell(unread(Event.EXPIRED, connector="ket-noi-b"))
    store.record(province.records)
    assert the(store).ended_by is None


def test_a_record_of_a_source_is_a_dead_letter_without_a_message(province, store):
    province.tell(unread(**DETAIL))
    store.record(province.records)
    row = the(store)
    assert (row.source, row.id, row.recipient) == (
        *("receiver", unread_id("ket-noi-a", ENTRY)),
        OF_A_SOURCE,
    )
    assert store.rows(deliveries) == []


@pytest.mark.parametrize("event", [Event.RESUMED, Event.EXPIRED])
@pytest.mark.parametrize("at_once", [True, False])
def test_a_record_of_a_source_ends_with_its_own_events(province, store, event, at_once):
    province.tell(unread(**DETAIL))
    province.tell(unread(event, **DETAIL))
    for records in [province.records] if at_once else [[one] for one in province.records]:
        store.record(records)
    assert the(store).ended_by == event.value


@pytest.mark.parametrize("detail", [{}, {"text": 7, "fingerprint": None}, {"text": "a\0b"}])
def test_whatever_stands_in_the_detail_is_recorded(province, store, detail):
    province.decide(stamped())
    province.tell(dead(None, detail))
    store.record(province.records)
    row = the(store)
    assert (row.code, row.fingerprint, row.attempts) == ("unknown", "unknown", 0)
    assert row.text in {None, "a\ufffdb"}


def test_a_rebuild_finds_the_same_dead_letters(told, store):
    told.tell(unread(**DETAIL))
    told.tell(unread(Event.EXPIRED, **DETAIL))
    store.record(told.records)
    before = store.dump()
    assert len(store.rows(dead_letters)) == 2
    store.projection.clear()
    assert store.rows(dead_letters) == []
    store.record(told.records)
    assert store.dump() == before


MOVES = st.sampled_from(
    [
        dead(),
        dead("timeout"),
        *(about(event, recipient="receiver") for event in (Event.RESUMED, Event.RETRYING)),
        *(about(event, recipient="receiver") for event in (Event.EXPIRED, Event.DELIVERED)),
        about(Event.WITHDRAWN),
        *(unread(event, **DETAIL) for event in (Event.DEAD_LETTER, Event.RESUMED, Event.EXPIRED)),
    ]
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(moves=st.lists(MOVES, max_size=8), cut=st.integers(0, 8))
def test_the_rows_do_not_depend_on_the_batches(tmp_path_factory, moves, cut):
    province = Province()
    province.decide(stamped())
    for number, move in enumerate(moves):
        province.tell(_at(move, number))
    path = tmp_path_factory.mktemp("stores")
    whole, parts = Store(path / "whole.db"), Store(path / "parts.db")
    whole.record(province.records)
    for records in (province.records[:cut], province.records[cut:]):
        if records:
            parts.record(records)
    assert whole.dump() == parts.dump()
    for one in (whole, parts):
        open_ = [row for row in one.rows(dead_letters) if row.recipient == "receiver"]
        (delivery,) = one.rows(deliveries)
        # One truth, told twice: open here means dead letter there.
        assert any(row.ended_at is None for row in open_) == (delivery.state == "dead_letter")
        one.engine.dispose()


def _at(event, seconds):
    return about(
        event.event,
        source=event.source,
        id=event.id,
        at=NOW + timedelta(seconds=seconds),
        recipient=event.recipient,
        reason=event.reason,
        detail=event.detail,
    )
