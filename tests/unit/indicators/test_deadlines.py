from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.indicators.deadlines import Deadline, DiskSample, What, disk_full, forecast, used_up
from hub.indicators.ics import feed

NOW = datetime(2026, 3, 10, 1, tzinfo=UTC)


def due(days, subject="H99.98-1", what=What.DOSSIER):
    at = NOW + timedelta(days=days)
    return Deadline(what=what, subject=subject, organisation="so-mau", due_at=at)


def test_each_horizon_holds_the_nearer_ones_and_not_what_is_past():
    days = [-1, 0.5, 6, 13, 29, 59, 61]
    found = {one.days: one.counts.get("dossier", 0) for one in forecast(map(due, days), NOW)}
    assert found == {0: 1, 1: 1, 7: 2, 14: 3, 30: 4, 60: 5}


def test_a_disk_that_fills_evenly_is_full_on_the_day():
    first = date(2026, 3, 1)
    samples = [DiskSample(day=first + timedelta(days=n), free=100 - 10 * n) for n in range(5)]
    assert disk_full(samples, 20) == first + timedelta(days=8)


@given(st.lists(st.integers(0, 10**12), max_size=5))
def test_a_disk_that_does_not_fill_is_never_full(sizes):
    first = date(2026, 3, 1)
    rising = [
        DiskSample(day=first + timedelta(days=n), free=size) for n, size in enumerate(sorted(sizes))
    ]
    assert disk_full(rising, 20) is None


@pytest.mark.parametrize(
    ("quota", "used", "hours"), [(100, 50, 12), (100, 100, 6), (100, 300, 2), (100, 0, None)]
)
def test_a_quota_lasts_as_long_as_it_is_used_so_far(quota, used, hours):
    since = NOW - timedelta(hours=6)
    expected = None if hours is None else since + timedelta(hours=hours)
    assert used_up(quota, used, since, NOW) == expected


def test_a_day_that_has_just_begun_tells_nothing_of_a_quota():
    assert used_up(100, 50, NOW, NOW) is None


def unfolded(raw):
    return raw.decode().replace("\r\n ", "").split("\r\n")


@given(st.lists(st.text(min_size=1, max_size=300), max_size=5))
def test_no_subject_breaks_out_of_its_line(subjects):
    raw = feed("hub-mau", [due(1, subject) for subject in subjects], NOW)
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    lines = unfolded(raw)
    assert lines[-1] == ""
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == len(subjects)
    assert not any("\n" in line or "\r" in line for line in lines)


def test_the_day_is_viet_nams_and_the_uid_stays():
    late = Deadline(
        what=What.KEY,
        subject="mot-cua",
        organisation=None,
        due_at=datetime(2026, 3, 10, 18, tzinfo=UTC),
    )
    lines = unfolded(feed("hub-mau", [late], NOW))
    assert "DTSTART;VALUE=DATE:20260311" in lines
    assert "UID:key-mot-cua@hub-mau" in lines
    assert "SUMMARY:Khóa ký hết hạn: mot-cua" in lines
