from datetime import datetime, timedelta

from hub.indicators.calendar import VIET_NAM, Calendar
from hub.indicators.silence import Sent, silent

NOW = datetime(2026, 11, 20, 14, 30, tzinfo=VIET_NAM)  # a Friday
QUIET_SINCE = NOW.replace(hour=8, minute=0)


def days(system, n, *, last=QUIET_SINCE):
    hours = [NOW.replace(hour=9, minute=0) - timedelta(days=back) for back in (1, 2, 3)]
    return [
        *(Sent(system=system, hour=hour, n=n) for hour in hours),
        Sent(system=system, hour=last, n=1),
    ]


def names(rows, now=NOW):
    return [one.system for one in silent(rows, Calendar(), now)]


def test_who_sent_forty_a_day_and_nothing_for_three_office_hours_is_silent():
    [found] = silent(days("mot-cua-mau", 60), Calendar(), NOW)
    assert found.office_hours == 3.5  # 9:00–11:30 and 13:30–14:30
    assert found.a_day >= 40


def test_noon_is_no_silence():
    assert names(days("mot-cua-mau", 60), NOW.replace(hour=13, minute=30)) == []


def test_who_sends_little_is_not_silent():
    assert names(days("it-mau", 30)) == []


def test_who_was_heard_is_not_silent():
    assert names(days("mot-cua-mau", 60, last=NOW.replace(minute=0))) == []


def test_a_weekend_is_no_silence():
    friday_evening = days("mot-cua-mau", 60, last=NOW.replace(hour=16, minute=0))
    assert names(friday_evening, NOW + timedelta(days=2)) == []
