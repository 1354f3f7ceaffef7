"""A subscription from the past: a decision like any other, under the rules of now."""

from datetime import timedelta

from hub.decision.events import Event
from hub.decision.history import History
from hub.decision.order_record import Do, Order
from hub.decision.orders import follow
from hub.decision.pipeline import decide
from hub.decision.rows import AuditRecord
from hub.evidence.memory import Memory
from tests import support
from tests.documents_rig import PDF, body
from tests.support import DOSSIER, NOW, Remembered, build_rules, changed, stamped

CENTRE = {
    "system/centre": {"organisation": "org-agent"},
    **changed("right/1", recipients=["urn:hub:all"]),
}
BEFORE = build_rules(CENTRE)


def wish(**fields):
    return {"subscription/s1": {"system": "centre", "type": DOSSIER, "copies": True} | fields}


class Past:
    """A message that was admitted before anybody subscribed."""

    def __init__(self, rules=BEFORE, **changes):
        self.memory, self.events = Remembered(), []
        self.received = stamped(**changes)
        self.take(decide(self.received, rules, self.memory, NOW))

    def take(self, outcome):
        self.memory.remember(outcome)
        self.events += [entry.event for entry in outcome.entries]
        return outcome

    def give(self, rules=None, *, now=NOW + timedelta(hours=1)):
        order = Order(do=Do.GIVE, source="sender", id="msg-0001", subscription="s1")
        rules = build_rules(CENTRE | wish()) if rules is None else rules
        return self.take(follow(order, self.received, rules, self.memory, now))


def test_a_subscriber_is_given_what_was_sent_before_and_the_audit_says_under_which_wish():
    given = Past().give()
    assert [one.system for one in given.deliveries] == ["centre"]
    (event,) = [entry.event for entry in given.entries]
    assert (event.event, event.recipient) == (Event.SUBSCRIBED, "centre")
    assert event.detail == {"subscription": "s1"}


def test_the_order_repeated_gives_nothing_twice():
    past = Past()
    past.give()
    assert past.give().entries == ()


def test_who_has_it_already_is_not_given_it_again():
    rules = build_rules(CENTRE | wish(system="receiver"))
    assert Past().give(rules).entries == ()


def test_nobody_is_given_what_was_withdrawn():
    past = Past()
    past.take(decide(support.withdrawal("msg-0001"), BEFORE, past.memory, NOW))
    assert past.give().deliveries == ()


def test_what_counts_is_what_the_rules_say_now():
    for changes in (
        wish(state="paused"),
        wish(copies=False),
        wish(sources=["urn:hub:system:broker"]),
        wish() | changed("right/1", recipients=[support.TO_RECEIVER]),
        wish() | changed("system/sender", state="suspended") | {"right/1": None},
    ):
        assert Past().give(build_rules(CENTRE | changes)).deliveries == ()


def test_what_has_expired_is_not_given():
    past = Past(expirytime="2026-11-22T03:30:00Z")
    assert past.give().deliveries == ()


def test_a_refused_message_is_given_to_nobody():
    assert Past(build_rules({"right/1": None})).give().deliveries == ()


def test_a_later_withdrawal_reaches_the_subscriber_too():
    past = Past()
    past.give()
    told = past.take(decide(support.withdrawal("msg-0001"), BEFORE, past.memory, NOW))
    assert {one.system for one in told.deliveries} == {"receiver", "centre"}


def test_what_waits_for_documents_is_delivered_to_the_subscriber_with_the_others():
    policy = {"document_policy/" + DOSSIER: {"policy": "require"}}
    past = Past(build_rules({**CENTRE, **policy}), body=body(), objects=PDF)
    rules = build_rules({**CENTRE, **policy, **wish()})
    held = past.give(rules)
    assert held.deliveries == ()
    assert [entry.event.event for entry in held.entries] == [Event.SUBSCRIBED, Event.HELD]
    release = Order(do=Do.RELEASE, source="sender", id="msg-0001", by="an", reason="mẫu")
    went = past.take(follow(release, past.received, rules, past.memory, NOW))
    assert [one.system for one in went.deliveries] == ["receiver", "centre"]


def test_search_and_evidence_learn_of_the_new_recipient():
    past, history, memory = Past(), History(), Memory()
    past.give()
    for offset, event in enumerate(past.events):
        record = AuditRecord(
            partition=support.PARTITION, offset=offset, written_at=NOW, event=event
        )
        history.take(record)
        memory.learn(event)
    assert {row.recipient: row.state for row in history.deliveries} == {
        "receiver": "pending",
        "centre": "pending",
    }
    for one in (past.memory, memory):
        kept = one.get("sender", "msg-0001")
        assert kept is not None
        assert kept.recipients == ("receiver", "centre")
