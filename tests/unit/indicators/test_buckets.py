from collections import Counter
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.indicators.buckets import BOUNDS_MS, OVER, bucket, quantile_ms

MS = st.integers(0, 10**10)


@given(MS)
def test_a_delay_lies_in_the_first_bucket_that_holds_it(ms):
    name = bucket(timedelta(milliseconds=ms))
    fitting = [bound for bound in BOUNDS_MS if ms <= bound]
    assert name == (str(fitting[0]) if fitting else OVER)


@given(st.lists(MS, min_size=1), st.sampled_from([0.5, 0.95, 0.99]))
def test_a_quantile_is_a_bound_that_enough_delays_keep(delays, share):
    counts = Counter(bucket(timedelta(milliseconds=ms)) for ms in delays)
    bound = quantile_ms(counts, share)
    if bound is None:
        assert counts[OVER] > (1 - share) * len(delays)
    else:
        assert sum(ms <= bound for ms in delays) >= share * len(delays)


def test_a_clock_that_went_back_is_no_delay():
    assert bucket(timedelta(seconds=-5)) == str(BOUNDS_MS[0])


def test_nothing_has_no_quantile():
    assert quantile_ms({}, 0.5) is None
