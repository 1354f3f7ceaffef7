"""Requests and answers: a deadline, one answer or several, and a limit for each officer."""

from dataclasses import replace
from datetime import timedelta

import pytest
from lgsp_message.reason import Reason

from hub.decision.pipeline import decide
from hub.evidence.memory import Memory
from hub.signing.macs import MacKeys
from tests.exchange_rig import World, asked, rules
from tests.support import MACS, NOW, Remembered, stamp, stamped


def event(decision):
    return decision.entries[0].event


def test_a_request_and_its_answer_find_each_other():
    world = World()
    question = world.ask()
    assert [one.system for one in question.deliveries] == ["receiver"]
    answer = world.tell(question)
    assert [one.system for one in answer.deliveries] == ["sender"]
    assert event(answer).detail["exchange"] == {"source": "sender", "id": "q-1"}
    assert event(answer).detail["correlationid"] == "q-1"


def test_the_audit_names_the_officer_by_a_mark_and_the_person_not_at_all():
    told = event(World().ask())
    assert set(told.detail["exchange"]) == {"officer", "hour"}
    assert "CB-MAU-001" not in str(told)
    assert "000000000000" not in str(told)


def mark(received, macs):
    decision = decide(received, replace(rules(), macs=macs), Remembered(), NOW)
    return event(decision).detail["exchange"]["officer"]


def test_the_mark_is_made_with_the_hubs_secret():
    guessable = asked()
    other = MacKeys(current=MACS.current, keys=dict.fromkeys(MACS.keys, b"\x07" * 32))
    again = stamp(guessable, macs=other)
    assert mark(guessable, MACS) != mark(again, other)


def test_a_new_secret_changes_no_mark_of_what_was_stamped_before():
    before = asked()
    newer = MacKeys(current="k9", keys={**MACS.keys, "k9": b"\x09" * 32})
    assert mark(before, newer) == mark(before, MACS)
    assert mark(stamp(before, macs=newer), newer) != mark(before, newer)


@pytest.mark.parametrize(
    ("changes", "reason", "place"),
    [
        ({"expirytime": None}, Reason.DEADLINE_MISSING, "expirytime"),
        ({"subject": "000000000000"}, Reason.NAMES_A_PERSON, "subject"),
        ({"body": {"officer_code": ""}}, Reason.SCHEMA_VIOLATION, "/officer_code"),
    ],
)
def test_a_look_up_has_a_deadline_an_officer_and_no_subject(changes, reason, place):
    refused = event(World().ask(**changes))
    assert (refused.reason, refused.place) == (reason, place)


def test_an_officer_asks_so_often_in_an_hour_and_again_in_the_next():
    world = World()
    assert event(world.ask("q-1")).reason is None
    assert event(world.ask("q-2")).reason is None
    assert event(world.ask("q-3")).reason == Reason.OFFICER_LIMIT
    assert event(world.ask("q-4", body={"officer_code": "CB-MAU-002"})).reason is None
    world.now += timedelta(hours=1)
    assert event(world.ask("q-3", expirytime="2026-11-22T05:00:00Z")).reason is None


def test_a_repeated_request_is_no_second_one():
    world = World(per_hour=1)
    world.ask("q-1")
    assert event(world.ask("q-1")).event == "duplicate"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"correlationid": "q-2"}, Reason.NO_ANSWER_TO),
        ({"correlationid": None}, Reason.NO_ANSWER_TO),
        ({"recipients": "urn:hub:system:other"}, Reason.NO_ANSWER_TO),
        ({"recipients": "urn:hub:system:sender urn:hub:system:other"}, Reason.NO_ANSWER_TO),
        ({"request": {"token": "k2.5.AAAA.AAAA"}}, Reason.BAD_DELIVERY_TOKEN),
        ({"request": {"id": "q-9"}, "correlationid": "q-9"}, Reason.BAD_DELIVERY_TOKEN),
        ({"expirytime": None}, Reason.DEADLINE_MISSING),
        ({"expirytime": "2026-11-22T02:00:00Z"}, Reason.EXPIRED),
    ],
)
def test_an_answer_is_to_a_request_that_its_sender_was_given(changes, reason):
    world = World()
    assert event(world.tell(world.ask(), **changes)).reason == reason


def test_one_answer_or_several():
    once, often = World(), World(several=True)
    for world, second in ((once, Reason.ALREADY_ANSWERED), (often, None)):
        question = world.ask()
        assert event(world.tell(question, "a-1")).reason is None
        assert event(world.tell(question, "a-2")).reason == second


def test_what_was_asked_and_answered_is_known_to_who_recomputes():
    world, learnt = World(), Memory()
    question = world.ask()
    for decision in (question, world.ask("q-2"), world.tell(question)):
        learnt.learn(event(decision))
    kept = {key: answer.count for key, answer in world.memory.answers.items() if " " in key[1]}
    known = {key: learnt.get(*key) for key in kept}
    assert {key: answer and answer.count for key, answer in known.items()} == kept
    assert len(kept) == 2


def test_other_messages_pay_nothing_and_leave_nothing():
    decision = decide(stamped(), rules(), Remembered(), NOW)
    assert "exchange" not in event(decision).detail
