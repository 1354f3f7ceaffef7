"""A dead letter goes to another system: once, and only where its sender may send it."""

from dataclasses import replace
from typing import Any

import pytest
from lgsp_message.attributes import SYSTEM_PREFIX
from lgsp_message.reason import Reason, Refused
from msgspec.structs import replace as with_values

from hub.decision.events import Event
from hub.decision.order_record import Do, Order
from hub.decision.orders import follow
from hub.decision.traced import traced
from tests.support import DOSSIER, NOW, TO_OTHER, build_rules, changed, stamped
from tests.unit.recorder.records import Province

ORDER = Order(
    do=Do.REDIRECT,
    source="sender",
    id="msg-0001",
    recipient="other",
    to="receiver",
    by="an",
    reason="Sở Mẫu đổi hệ thống",
)
TWIN = "sandbox-receiver"
WITH_TWIN: dict[str, Any] = {
    f"system/{TWIN}": {"organisation": "sandbox"},
    "organisation/sandbox": {"name": "Thử nghiệm (mẫu)", "level": "commune"},
    f"endpoint/sandbox/{TWIN}": {"types": [DOSSIER]},
    **changed("right/1", recipients=["urn:hub:all"]),
}
TRACE = f"00-{'a' * 32}-{'b' * 16}-01"


@pytest.fixture
def sent():
    """Give the message as it was admitted, and what is remembered of it."""
    received = stamped(recipients=TO_OTHER)
    decision = Province().decide(received)
    (memory,) = decision.remembered
    return received, {(memory.source, memory.key): memory.answer}


class Seen:
    """What was admitted."""

    def __init__(self, known):
        self._known = known

    def get(self, source, key):
        return self._known.get((source, key))


def told(sent, rules=None, order=ORDER):
    received, known = sent
    return follow(order, received, rules or build_rules(), Seen(known), NOW)


def test_the_new_recipient_gets_it_with_a_token_of_its_own_and_counts_from_now_on(sent):
    followed = told(sent)
    ((delivery,), (entry,), (memory,)) = (
        followed.deliveries,
        followed.entries,
        followed.remembered,
    )
    assert (delivery.system, entry.event.recipient) == ("receiver", "receiver")
    assert (entry.event.event, entry.event.detail["by"]) == (Event.RESUMED, "an")
    assert entry.event.detail["instead_of"] == "other"
    assert memory.answer.recipients == ("other", "receiver")
    again = told((sent[0], {("sender", "msg-0001"): memory.answer}))
    assert (again.entries, again.deliveries) == ((), ())


def test_the_sender_needs_a_right_to_the_new_recipient(sent):
    rules = build_rules()
    only = {key: frozenset({SYSTEM_PREFIX + "other"}) for key in rules.rights}
    with pytest.raises(Refused) as refused:
        told(sent, replace(rules, rights=only))
    assert refused.value.reason is Reason.NOT_PERMITTED


@pytest.mark.parametrize(
    ("to", "changes", "reason"),
    [
        (TWIN, {}, Reason.NOT_PERMITTED),
        ("receiver", changed("organisation/org-receiver", state="closed"), "unknown_recipient"),
        ("receiver", {"endpoint/org-receiver/receiver": None}, Reason.NO_ENDPOINT),
    ],
)
def test_it_goes_nowhere_that_its_sender_could_not_have_addressed(sent, to, changes, reason):
    rules = build_rules({**WITH_TWIN, **changes})
    with pytest.raises(Refused) as refused:
        told(sent, rules, with_values(ORDER, to=to))
    assert refused.value.reason == reason


def test_what_was_withdrawn_or_is_not_known_goes_nowhere(sent):
    received, known = sent
    (key, answer), *_ = known.items()
    withdrawn = with_values(answer, withdrawn=True)
    for remembered in ({key: withdrawn}, {}):
        assert told((received, remembered)).deliveries == ()


def test_the_trace_of_a_message_is_told_and_changes_nothing_else():
    decision = Province().decide(stamped())
    plain, with_trace = decision, traced(decision, TRACE)
    assert with_trace.entries[0].event.detail["trace_id"] == "a" * 32
    assert with_trace.deliveries == plain.deliveries
    assert traced(decision, "không phải") is decision
