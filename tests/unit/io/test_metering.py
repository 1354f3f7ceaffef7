"""The meters: what a minute allows, in heaps of ten seconds, and each system for itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.decision.quotas import QuotaRecord
from hub.io.metering import BURST_SECONDS, LEAST_BURST, Measure, Meters
from tests.support import build_rules

QUOTA = {"messages_per_minute": 600, "bytes_per_minute": 60_000_000, "urgent_per_minute": 60}


class Desk:
    def __init__(self, *, processes=1, **quota):
        self.now = 0.0
        self.rules = build_rules({"quota/heavy": {**QUOTA, **quota}})
        self.meters = Meters(lambda: self.rules, lambda: self.now, processes=processes)

    def take(self, system="heavy", size=1, *, urgent=False):
        return self.meters.take(system, size, urgent=urgent)

    def taken(self, most=2_000, **how):
        """Return how many pass at this moment."""
        return next((number for number in range(most) if self.take(**how)), most)


def test_a_heap_passes_then_the_rate_and_the_wait_is_the_one_that_is_told():
    desk = Desk()
    assert desk.taken() == 100
    excess = desk.take()
    assert (excess.measure, excess.per_minute) == (Measure.MESSAGES, 600)
    desk.now += excess.seconds
    assert desk.take() is None
    assert desk.take() is not None


def test_one_heavy_system_holds_up_no_other():
    desk = Desk()
    desk.taken()
    assert desk.take() is not None
    assert desk.taken(system="light") == 2_000


def test_bytes_count_too():
    assert Desk().taken(size=200_000) == 50


def test_not_everything_can_be_urgent_and_what_is_not_passes_all_the_same():
    desk = Desk()
    assert desk.taken(urgent=True) == LEAST_BURST[Measure.URGENT]
    assert desk.take(urgent=True).measure is Measure.URGENT
    assert desk.take() is None


def test_what_must_wait_is_not_counted():
    desk = Desk()
    desk.taken(urgent=True)
    passed = desk.taken()
    assert passed == 100 - LEAST_BURST[Measure.URGENT]


def test_each_of_several_processes_grants_its_part():
    assert Desk(processes=2).taken() == 50


def test_a_whole_batch_passes_however_small_the_quota():
    assert Desk(messages_per_minute=1).taken() == LEAST_BURST[Measure.MESSAGES]


def test_a_new_quota_counts_at_once():
    desk = Desk()
    desk.taken()
    desk.rules = build_rules({"quota/heavy": {**QUOTA, "messages_per_minute": 6_000}})
    assert desk.taken() > 0


def test_without_a_quota_of_its_own_a_system_has_that_of_all():
    quota = QuotaRecord()
    desk = Desk()
    most = int(quota.messages_per_minute * BURST_SECONDS / 60)
    assert desk.taken(system="light", most=2 * most) == most


@given(st.lists(st.tuples(st.floats(0, 30), st.integers(1, 256_000)), max_size=40))
def test_what_was_charged_is_made_up_for_at_the_rate_of_the_quota(steps):
    desk = Desk()
    for pause, size in steps:
        desk.now += pause
        desk.meters.charge("heavy", size, urgent=False)
        owed = desk.meters.wait("heavy")
        desk.now += owed
        assert desk.meters.wait("heavy") == pytest.approx(0, abs=1e-6)
        assert desk.meters.wait("light") == 0
