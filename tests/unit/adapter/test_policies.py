from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from lgsp_adapter.policy.backoff import LONGEST_ASKED, Backoff
from lgsp_adapter.policy.breaker import Breaker, BreakerRules, State
from lgsp_adapter.policy.checkpoint import Checkpoint
from lgsp_adapter.policy.fingerprint import fingerprint
from lgsp_adapter.policy.parking import Parking
from lgsp_adapter.policy.rate import Rate

CHANCE = st.floats(0, 1)


@given(st.integers(1, 10_000), CHANCE, st.none() | st.floats(0, 1e12))
def test_a_pause_is_positive_bounded_and_never_earlier_than_asked(tries, chance, asked):
    backoff = Backoff(attempts=None)
    pause = backoff.pause(tries, chance, asked)
    assert pause is not None
    assert 0 < pause <= max(backoff.longest, LONGEST_ASKED + backoff.first)
    assert asked is None or pause >= min(asked, LONGEST_ASKED)


@given(st.integers(1, 40))
def test_back_off_gives_up_after_exactly_its_attempts(attempts):
    backoff = Backoff(attempts=attempts)
    assert backoff.pause(attempts, 0.5) is None
    assert attempts == 1 or backoff.pause(attempts - 1, 0.5) is not None


class Circuit(RuleBasedStateMachine):
    """Calls begin and end in any order; the clock goes on."""

    def __init__(self):
        super().__init__()
        self.limits = BreakerRules(threshold=3, cool_down=10.0, longest=80.0)
        self.breaker, self.now, self.out, self.row = Breaker(rules=self.limits), 0.0, [], 0

    @rule(seconds=st.floats(0, 200))
    def wait(self, seconds):
        self.now += seconds

    @rule()
    def begin(self):
        if not self.breaker.allows(self.now):
            with pytest.raises(ValueError, match="open"):
                self.breaker.begun(self.now)
            return
        self.breaker = self.breaker.begun(self.now)
        self.out.append(self.breaker.era)

    @precondition(lambda self: self.out)
    @rule(data=st.data(), end=st.sampled_from(["succeeded", "failed", "abandoned"]))
    def end(self, data, end):
        era = self.out.pop(data.draw(st.integers(0, len(self.out) - 1)))
        before, late = self.breaker, era != self.breaker.era
        args = (era, self.now) if end == "failed" else (era,)
        self.breaker = getattr(before, end)(*args)
        assert not late or self.breaker == before

    @invariant()
    def one_probe_at_most(self):
        if self.breaker.state is State.HALF_OPEN:
            probes = self.out.count(self.breaker.era)
            assert probes == self.breaker.probing

    @invariant()
    def an_open_circuit_opens_again_within_the_longest_cool_down(self):
        if self.breaker.state is State.OPEN:
            assert self.breaker.until <= self.now + self.limits.longest
            assert self.breaker.allows(self.breaker.until)

    @invariant()
    def fewer_failures_than_the_threshold_while_closed(self):
        if self.breaker.state is State.CLOSED:
            assert self.breaker.failures < self.limits.threshold


TestCircuit = Circuit.TestCase


class Lines(RuleBasedStateMachine):
    """Against a model of plain queues."""

    def __init__(self):
        super().__init__()
        self.parking: Parking[str, int] = Parking()
        self.model: dict[str, deque[int]] = {}
        self.now = 0.0
        self.out: set[str] = set()
        self.until: dict[str, float] = {}
        self.stuck: set[str] = set()
        self.count = 0

    @rule(key=st.sampled_from("abcd"))
    def add(self, key):
        self.count += 1
        self.parking.add(key, self.count)
        self.model.setdefault(key, deque()).append(self.count)

    @rule(limit=st.integers(0, 5), seconds=st.floats(0, 20))
    def take(self, limit, seconds):
        self.now += seconds
        free = {
            key
            for key in self.model
            if key not in self.out | self.stuck and self.until.get(key, 0.0) <= self.now
        }
        taken = self.parking.take(self.now, limit)
        keys = {key for key, _ in taken}
        assert len(taken) == len(keys) == min(limit, len(free))
        assert keys <= free
        assert all(item == self.model[key][0] for key, item in taken)
        self.out |= keys
        self.until = {key: at for key, at in self.until.items() if key not in keys}

    @precondition(lambda self: self.out)
    @rule(end=st.sampled_from(["done", "retry", "stick"]), data=st.data())
    def come_back(self, end, data):
        key = data.draw(st.sampled_from(sorted(self.out)))
        self.out.discard(key)
        if end == "retry":
            self.until[key] = self.now + data.draw(st.floats(0, 30))
            self.parking.retry(key, self.until[key])
        elif end == "stick":
            self.stuck.add(key)
            self.parking.stick(key)
        else:
            self.parking.done(key)
            self.drop(key)

    @precondition(lambda self: self.stuck)
    @rule(again=st.booleans(), data=st.data())
    def decide(self, again, data):
        key = data.draw(st.sampled_from(sorted(self.stuck)))
        self.stuck.discard(key)
        if again:
            self.parking.release(key)
        else:
            self.parking.done(key)
            self.drop(key)

    def drop(self, key):
        self.model[key].popleft()
        if not self.model[key]:
            del self.model[key]

    @invariant()
    def nothing_is_lost(self):
        assert len(self.parking) == sum(len(line) for line in self.model.values())


TestLines = Lines.TestCase


@given(st.permutations(range(8)))
def test_whatever_the_order_of_the_ends_only_an_unbroken_row_is_acknowledged(order):
    checkpoint, durable, acked = Checkpoint(), set(), 0
    for number in range(8):
        checkpoint.read(str(number))
    for number in order:
        durable.add(number)
        reached = checkpoint.durable(str(number))
        acked = acked if reached is None else int(reached) + 1
        assert set(range(acked)) <= durable
        assert acked not in durable
    assert (acked, len(checkpoint)) == (8, 0)


def test_two_records_at_one_position_are_refused():
    checkpoint = Checkpoint()
    checkpoint.read("7")
    with pytest.raises(ValueError, match="position"):
        checkpoint.read("7")


@given(st.lists(st.floats(0, 5), min_size=1, max_size=50))
def test_a_rate_is_never_exceeded_in_any_second(waits):
    rate, now, taken = Rate(per_second=2.0, burst=3), 0.0, []
    for wait in waits:
        now += max(wait, rate.wait(now))
        rate = rate.taken(now)
        taken.append(now)
    for start in taken:
        # The algorithm's bound for a window: burst + rate x length.
        assert sum(start <= at < start + 0.99 for at in taken) <= 3 + 2


def test_a_pause_is_never_shortened():
    rate = Rate().paused(10.0).paused(5.0)
    assert rate.wait(4.0) == 6.0


def test_the_fingerprint_passes_over_what_differs_from_message_to_message():
    first = fingerprint("a", "rejected", "E1", "field 17 of 'mẫu một' is bad")
    assert first == fingerprint("a", "rejected", "E1", "field 4 of 'mẫu hai'  is bad")
    assert first != fingerprint("a", "rejected", "E2", "field 17 of 'mẫu một' is bad")
    assert first != fingerprint("b", "rejected", "E1", "field 17 of 'mẫu một' is bad")


def test_only_the_waiting_heads_that_are_wanted_are_hurried_the_earliest_first():
    parking: Parking[str, int] = Parking()
    for key, item in (("a", 1), ("a", 2), ("b", 3), ("c", 4), ("d", 5)):
        parking.add(key, item)
    parking.take(0.0, 3)
    for key, until in (("a", 30.0), ("b", 10.0), ("c", 20.0)):
        parking.retry(key, until)
    assert parking.hurry(lambda item: item != 4) == 2
    assert parking.take(0.0, 9) == [("d", 5), ("b", 3), ("a", 1)]
    # What was hurried is not made ready a second time when its time would have come.
    parking.done("b")
    assert parking.take(99.0, 9) == [("c", 4)]
    parking.retry("a", 100.0)
    assert (parking.due(), parking.line("a")) == (100.0, (1, 2))


def test_a_circuit_that_is_hurried_lets_one_probe_go_and_opens_again_if_it_fails():
    breaker = Breaker(rules=BreakerRules(threshold=1, cool_down=60.0)).failed(0, 0.0)
    assert not breaker.allows(1.0)
    probing = breaker.hurried().begun(1.0)
    assert not probing.allows(1.0)
    again = probing.failed(probing.era, 1.0)
    assert (again.state, again.until) == (State.OPEN, 121.0)
