"""Receipts and withdrawals: who may state what, what counts, and how often."""

from typing import Any

import pytest
from lgsp_message.keys import b64url
from lgsp_message.reason import Reason

from hub.decision.events import Delivery, Event
from hub.decision.pipeline import decide
from hub.signing.macs import delivery_token
from tests import support
from tests.support import NOW, Remembered, build_rules, receipt, stamped, withdrawal

RULES = build_rules()


@pytest.fixture
def memory():
    return Remembered()


@pytest.fixture
def delivered(memory):
    """The deliveries of message msg-0001 from `sender` to `receiver` and `other`."""
    both = stamped(recipients=f"{support.TO_RECEIVER} {support.TO_OTHER}")
    return memory.remember(decide(both, RULES, memory, NOW)).deliveries


def told(decision):
    return [(entry.event.event, entry.event.recipient) for entry in decision.entries]


@pytest.mark.parametrize("stage", ["delivered", "acknowledged", "processed", "rejected"])
def test_a_receipt_is_recorded_in_the_history_of_its_message(memory, delivered, stage):
    decision = decide(receipt(stage, ("msg-0001", delivered[0])), RULES, memory, NOW)
    own, effect = decision.entries
    assert own.event.event is Event.ADMITTED
    assert effect.partition == support.PARTITION
    assert (effect.event.event, effect.event.source, effect.event.id, effect.event.recipient) == (
        Event(stage),
        "sender",
        "msg-0001",
        "receiver",
    )
    assert decision.deliveries == ()


def test_a_stage_counts_once_however_often_it_is_stated(memory, delivered):
    first = receipt("acknowledged", ("msg-0001", delivered[0]))
    again = support.statement(
        support.RECEIPT,
        {
            "stage": "acknowledged",
            "messages": [
                {
                    "source": "urn:hub:system:sender",
                    "id": "msg-0001",
                    "token": delivered[0].token,
                    "reason": "said_again",
                }
            ],
        },
        support.RECEIVER,
    )
    assert len(memory.remember(decide(first, RULES, memory, NOW)).entries) == 2
    assert told(memory.remember(decide(again, RULES, memory, NOW))) == [(Event.ADMITTED, None)]
    assert decide(first, RULES, memory, NOW).outcome is Event.DUPLICATE


def test_a_message_named_twice_in_one_receipt_counts_once(memory, delivered):
    twice = receipt("processed", ("msg-0001", delivered[0]), ("msg-0001", delivered[0]))
    assert told(decide(twice, RULES, memory, NOW)) == [
        (Event.ADMITTED, None),
        (Event.PROCESSED, "receiver"),
    ]


def test_stages_and_recipients_count_apart(memory, delivered):
    for stage in ("delivered", "acknowledged", "processed"):
        said = receipt(stage, ("msg-0001", delivered[0]))
        assert told(memory.remember(decide(said, RULES, memory, NOW)))[1:] == [
            (Event(stage), "receiver")
        ]
    others = receipt("processed", ("msg-0001", delivered[1]), recipient="other")
    assert told(decide(others, RULES, memory, NOW))[1:] == [(Event.PROCESSED, "other")]


def test_a_receipt_for_several_messages_records_each_and_skips_what_was_counted(memory, delivered):
    second = memory.remember(decide(stamped(id="msg-0002"), RULES, memory, NOW)).deliveries[0]
    memory.remember(decide(receipt("acknowledged", ("msg-0001", delivered[0])), RULES, memory, NOW))
    mixed = receipt("acknowledged", ("msg-0001", delivered[0]), ("msg-0002", second))
    effects = decide(mixed, RULES, memory, NOW).entries[1:]
    assert [entry.event.id for entry in effects] == ["msg-0002"]


def forged_tokens(delivery):
    genuine = delivery.token
    key_id, partition, body_hash, mac = genuine.split(".")
    named: dict[str, Any] = {
        "source": "sender",
        "id": "msg-0001",
        "body_hash": bytes(32),
        "partition": 5,
    }
    return {
        "no token": "no.such.token",
        "other mac": genuine[:-2] + ("AA" if genuine[-2:] != "AA" else "BB"),
        "other partition": f"{key_id}.6.{body_hash}.{mac}",
        "plus sign": f"{key_id}.+5.{body_hash}.{mac}",
        "other body": f"{key_id}.{partition}.{b64url(bytes(32))}.{mac}",
        "unknown key": f"k9.{partition}.{body_hash}.{mac}",
        "old key, new mac": f"k1.{partition}.{body_hash}.{mac}",
        "shorter mac": genuine[:-4],
        "of another message": delivery_token(
            support.MACS, **{**named, "id": "msg-0002"}, recipient="receiver"
        ),
        "of another recipient": delivery_token(support.MACS, **named, recipient="other"),
    }


@pytest.mark.parametrize("how", forged_tokens(Delivery(system="", address="", token="k.5.h.mac")))
def test_a_false_token_refuses_the_whole_receipt(memory, delivered, how):
    token = forged_tokens(delivered[0])[how]
    body = {
        "stage": "acknowledged",
        "messages": [
            {"source": "urn:hub:system:sender", "id": "msg-0001", "token": good}
            for good in (delivered[0].token, token)
        ],
    }
    decision = decide(
        support.statement(support.RECEIPT, body, support.RECEIVER), RULES, memory, NOW
    )
    (entry,) = decision.entries
    assert entry.event.reason == Reason.BAD_DELIVERY_TOKEN
    assert entry.event.place == "/messages/1/token"
    assert token not in str(entry.event.detail)


def test_a_token_serves_only_the_recipient_it_was_made_for(memory, delivered):
    stolen = receipt("acknowledged", ("msg-0001", delivered[0]), recipient="other")
    (entry,) = decide(stolen, RULES, memory, NOW).entries
    assert entry.event.reason == Reason.BAD_DELIVERY_TOKEN


def test_a_receipt_needs_no_right_and_no_recipients(memory, delivered):
    rules = build_rules({"right/1": None, "right/2": None})
    said = receipt("acknowledged", ("msg-0001", delivered[0]))
    assert decide(said, rules, memory, NOW).outcome is Event.ADMITTED


@pytest.mark.usefixtures("delivered")
def test_a_withdrawal_tells_everybody_who_has_the_message(memory):
    decision = memory.remember(decide(withdrawal("msg-0001"), RULES, memory, NOW))
    assert [delivery.system for delivery in decision.deliveries] == ["receiver", "other"]
    own, effect = decision.entries
    assert own.event.id == "withdrawal-1"
    assert (effect.event.event, effect.event.id) == (Event.WITHDRAWN, "msg-0001")
    assert effect.event.detail["recipients"] == ["receiver", "other"]
    assert memory.get("sender", "msg-0001").withdrawn


@pytest.mark.usefixtures("delivered")
def test_withdrawing_twice_changes_nothing_the_second_time(memory):
    memory.remember(decide(withdrawal("msg-0001"), RULES, memory, NOW))
    again = decide(withdrawal("msg-0001", own_id="withdrawal-2"), RULES, memory, NOW)
    assert told(again) == [(Event.ADMITTED, None)]
    assert again.deliveries == ()


@pytest.mark.usefixtures("delivered")
def test_a_withdrawn_message_sent_again_is_a_duplicate(memory):
    sent = stamped(recipients=f"{support.TO_RECEIVER} {support.TO_OTHER}")
    memory.remember(decide(withdrawal("msg-0001"), RULES, memory, NOW))
    assert decide(sent, RULES, memory, NOW).outcome is Event.DUPLICATE


@pytest.mark.parametrize(
    ("id_", "source"),
    [("unknown", "sender"), ("msg-0001", "receiver"), ("withdrawal-1", "sender")],
    ids=["never sent", "of another sender", "itself"],
)
@pytest.mark.usefixtures("delivered")
def test_only_ones_own_admitted_message_can_be_withdrawn(memory, id_, source):
    (entry,) = decide(withdrawal(id_, source=source), RULES, memory, NOW).entries
    assert entry.event.reason == Reason.UNKNOWN_MESSAGE


@pytest.mark.usefixtures("delivered")
def test_a_statement_cannot_be_withdrawn(memory):
    memory.remember(decide(withdrawal("msg-0001"), RULES, memory, NOW))
    (entry,) = decide(withdrawal("withdrawal-1", own_id="w-2"), RULES, memory, NOW).entries
    assert entry.event.reason == Reason.UNKNOWN_MESSAGE


def test_a_refused_message_cannot_be_withdrawn(memory):
    memory.remember(decide(stamped(recipients=None), RULES, memory, NOW))
    (entry,) = decide(withdrawal("msg-0001"), RULES, memory, NOW).entries
    assert entry.event.reason == Reason.UNKNOWN_MESSAGE
