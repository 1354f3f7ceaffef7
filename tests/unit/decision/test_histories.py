"""From audit events to where a message stands."""

from hub.decision.events import AuditEvent, Event
from hub.decision.histories import history
from tests.support import NOW


def event(kind, recipient=None, **detail):
    return AuditEvent(
        event=kind, source="sender", id="1", at=NOW, recipient=recipient, detail=detail
    )


ADMITTED = event(Event.ADMITTED, recipients=["receiver", "other"])


def told_by(events):
    told = history(events)
    assert told is not None
    return told


def test_of_nothing_there_is_no_history():
    assert history([]) is None


def test_each_recipient_has_its_own_state():
    told = told_by([ADMITTED, event(Event.DELIVERED, "receiver")])
    assert told.state == "admitted"
    assert told.recipients == {"receiver": "delivered", "other": "pending"}
    assert [step.event for step in told.steps] == ["admitted", "delivered"]


def test_a_withdrawal_concerns_all_that_have_not_spoken():
    told = told_by([ADMITTED, event(Event.ACKNOWLEDGED, "other"), event(Event.WITHDRAWN)])
    assert told.state == "withdrawn"
    assert told.recipients == {"receiver": "withdrawn", "other": "acknowledged"}


def test_an_admitted_message_stays_so_whatever_is_sent_under_its_id():
    assert told_by([ADMITTED, event(Event.REFUSED)]).state == "admitted"
    assert told_by([event(Event.REFUSED), event(Event.REFUSED)]).state == "refused"
    assert told_by([event(Event.REFUSED), ADMITTED]).state == "admitted"
