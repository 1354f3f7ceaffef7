import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.percentiles import milliseconds, percentile


def test_the_percentile_is_a_measured_value_at_the_nearest_rank():
    values = [float(number) for number in range(1, 101)]
    assert [percentile(values, part) for part in (1, 50, 95, 99, 100)] == [1, 50, 95, 99, 100]


def test_of_few_values_the_highest_percentile_is_the_slowest():
    assert percentile([3.0, 1.0, 2.0], 99) == 3.0
    assert percentile([7.0], 50) == 7.0


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0, 100))
def test_so_many_percent_are_not_slower(values, percent):
    found = percentile(values, percent)
    assert found in values
    assert sum(value <= found for value in values) >= len(values) * percent / 100 - 1e-6


def test_without_values_there_is_no_percentile():
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


def test_seconds_become_milliseconds():
    assert milliseconds([0.0015, 0.25, 1.0]) == {"p50": 250.0, "p95": 1000.0, "p99": 1000.0}
