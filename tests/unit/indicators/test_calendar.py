from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.indicators.calendar import VIET_NAM, Calendar

CALENDAR = Calendar()
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-04-30", False),
        ("2026-05-01", False),
        ("2026-09-02", False),
        ("2026-11-27", True),
        ("2026-11-28", False),
    ],
)
def test_weekends_and_public_holidays_are_off(day, works):
    assert CALENDAR.works(date.fromisoformat(day)) is works


def test_the_province_may_move_days():
    saturday, monday = date(2026, 11, 28), date(2026, 11, 30)
    moved = Calendar(changed={saturday: True, monday: False})
    assert moved.works(saturday)
    assert not moved.works(monday)
    assert moved.after(date(2026, 11, 27), 1) == saturday


@given(DAYS, st.integers(0, 60))
def test_counting_forward_and_back_agree(day, days):
    end = CALENDAR.after(day, days)
    assert CALENDAR.between(day, end) == days
    assert CALENDAR.between(end, day) == -days


@given(DAYS, DAYS, DAYS)
def test_spans_add_up(first, second, third):
    first, second, third = sorted((first, second, third))
    whole = CALENDAR.between(first, third)
    assert whole == CALENDAR.between(first, second) + CALENDAR.between(second, third)


def test_office_hours_leave_out_noon_night_and_weekend():
    friday = datetime(2026, 11, 27, 11, 0, tzinfo=VIET_NAM)
    assert CALENDAR.office_hours(friday, friday + timedelta(hours=3)) == 1.0  # 11:30–13:30 is noon
    monday = datetime(2026, 11, 30, 8, 30, tzinfo=VIET_NAM)
    assert CALENDAR.office_hours(friday, monday) == 0.5 + 3.5 + 1.0
    assert CALENDAR.office_hours(monday, friday) == 0.0


def test_a_clock_ten_years_off_ends():
    far = datetime(2036, 1, 1, tzinfo=UTC)
    assert CALENDAR.office_hours(datetime(2026, 1, 1, tzinfo=UTC), far) > 0
