from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.decision.events import Event
from hub.decision.states import (
    INITIAL,
    MANUAL_REVIEW_REASON,
    OWNER,
    State,
    aim,
    transition,
)

REASONS = (None, MANUAL_REVIEW_REASON, "wrong_agency")
STEPS = st.tuples(st.sampled_from(list(Event)), st.sampled_from(REASONS))
EVENTS = tuple(product(Event, REASONS))
RECIPIENTS_WORDS = (Event.DELIVERED, Event.ACKNOWLEDGED, Event.REJECTED, Event.PROCESSED)


def after(events, state=INITIAL):
    for event, reason in events:
        state = transition(state, event, reason)
    return state


@pytest.mark.parametrize("state", State)
def test_every_event_has_a_meaning_in_every_state(state):
    assert all(transition(state, event, reason) in State for event, reason in EVENTS)


@pytest.mark.parametrize("state", State)
def test_a_repeated_event_changes_nothing(state):
    for event, reason in EVENTS:
        once = transition(state, event, reason)
        assert transition(once, event, reason) is once


@pytest.mark.parametrize("state", State)
def test_an_event_leads_only_to_the_state_it_speaks_of(state):
    for event, reason in EVENTS:
        assert transition(state, event, reason) in {state, aim(event, reason)}


def test_every_state_has_an_owner():
    assert set(OWNER) == set(State)


def test_every_state_can_be_reached():
    reached = {INITIAL}
    aims = {aim(event, reason) for event, reason in EVENTS}
    reached |= {state for state in aims if state is not None}
    assert reached == set(State)


@given(st.lists(STEPS, max_size=30))
def test_any_sequence_ends_in_a_known_state(events):
    assert after(events) in State


@given(st.lists(STEPS, max_size=30), st.permutations(RECIPIENTS_WORDS), st.integers(1, 4))
def test_the_recipients_words_count_in_whatever_order_they_arrive(events, words, count):
    said = words[:count]
    furthest = max(said, key=RECIPIENTS_WORDS.index)
    hub_side = [step for step in events if step[0] not in RECIPIENTS_WORDS]
    assert after([*hub_side, *((word, None) for word in said)]) is State(furthest.value)


@given(st.lists(STEPS, max_size=30), st.sampled_from(RECIPIENTS_WORDS))
def test_nothing_the_hub_does_takes_back_what_the_recipient_said(events, word):
    said = transition(INITIAL, word)
    hub_side = [step for step in events if step[0] not in RECIPIENTS_WORDS]
    assert after(hub_side, said) is said


@pytest.mark.parametrize("state", [State.HELD, State.MANUAL_REVIEW, State.DEAD_LETTER])
def test_a_late_attempt_does_not_set_a_stopped_delivery_going(state):
    assert transition(state, Event.RETRYING) is state
    assert transition(state, Event.RESUMED) is State.PENDING


@pytest.mark.parametrize("end", [Event.EXPIRED, Event.WITHDRAWN])
def test_an_ended_delivery_is_not_resumed(end):
    ended = transition(State.PENDING, end)
    for event in (Event.RESUMED, Event.RETRYING, Event.HELD, Event.DEAD_LETTER):
        assert transition(ended, event) is ended


def test_a_withdrawal_after_delivery_is_too_late():
    assert transition(State.DELIVERED, Event.WITHDRAWN) is State.DELIVERED


def test_a_delivery_that_overtook_the_withdrawal_is_told_to_the_sender():
    assert transition(State.WITHDRAWN, Event.DELIVERED) is State.DELIVERED


def test_a_held_message_that_needs_a_person_to_choose_is_a_state_of_its_own():
    assert transition(State.PENDING, Event.HELD, MANUAL_REVIEW_REASON) is State.MANUAL_REVIEW
    assert transition(State.PENDING, Event.HELD, "fault") is State.HELD
