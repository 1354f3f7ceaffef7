from datetime import UTC, datetime, timedelta
from itertools import chain

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from hub.indicators.alerting import (
    Alert,
    Group,
    Phase,
    Rule,
    Seen,
    Severity,
    Silence,
    Told,
    look,
)

START = datetime(2026, 3, 10, 1, tzinfo=UTC)
RULE = Rule(
    name="silent",
    metric="quiet",
    above=True,
    threshold=3,
    for_seconds=60,
    severity=Severity.WARNING,
)


def seen(value, subject="mot-cua-mau", organisation="so-mau"):
    return Seen(metric="quiet", subject=subject, organisation=organisation, value=value)


class Watch:
    """Looks again and again, and keeps what was told."""

    def __init__(self, rule=RULE, silences=()):
        self.rules, self.silences = [rule], list(silences)
        self.alerts, self.groups, self.notices, self.now = {}, {}, [], START

    def look(self, *values, seconds=60, unknown=frozenset()):
        self.now += timedelta(seconds=seconds)
        recent = [(one.rule, one.at) for one in self.notices if one.told is Told.FIRING]
        out = look(
            rules=self.rules,
            alerts=self.alerts,
            groups=self.groups,
            seen=values,
            silences=self.silences,
            recent=recent,
            now=self.now,
            unknown=unknown,
        )
        # What a restart would read: nothing but what was written.
        self.alerts = _again(out.alerts, Alert)
        self.groups = _again(out.groups, Group)
        self.notices += out.notices
        return [one.told for one in out.notices]


def _again(values, kind):
    written = {key: msgspec.json.encode(one) for key, one in values.items()}
    return {key: msgspec.json.decode(raw, type=kind) for key, raw in written.items()}


def joined(told):
    return list(chain.from_iterable(told))


def test_a_short_peak_is_no_alert():
    watch = Watch()
    assert watch.look(seen(9)) == []
    assert watch.look(seen(1)) == []
    assert watch.alerts == {}


def test_one_word_when_it_begins_and_one_when_it_is_over():
    watch = Watch()
    told = [watch.look(seen(9)) for _ in range(5)] + [watch.look(seen(1)) for _ in range(5)]
    assert [one for many in told for one in many] == [Told.FIRING, Told.RESOLVED]


def test_a_value_that_comes_and_goes_is_one_alert():
    watch = Watch()
    assert joined([watch.look(seen(9)), watch.look(seen(9))]) == [Told.FIRING]
    told = [watch.look(seen(1 if number % 3 else 9), seconds=20) for number in range(60)]
    assert joined(told) == []


def test_many_subjects_of_one_agency_are_one_notice():
    watch = Watch()
    many = [seen(9, f"he-thong-{number}") for number in range(50)]
    watch.look(*many)
    assert watch.look(*many) == [Told.FIRING]
    assert watch.notices[0].count == 50
    assert len(watch.notices[0].subjects) == 20
    assert watch.look(*many[:1]) == []  # most are well; the group still fires
    assert joined(watch.look() for _ in range(3)) == [Told.RESOLVED]


def test_a_silence_is_kept_and_what_still_fires_is_told_after_it():
    silence = Silence(
        rule="*", organisation="so-mau", since=START, until=START + timedelta(minutes=10)
    )
    watch = Watch(silences=[silence])
    assert joined(watch.look(seen(9)) for _ in range(9)) == []
    assert watch.look(seen(9)) == [Told.FIRING]


def test_what_was_silenced_and_is_over_is_never_told():
    silence = Silence(rule="silent", organisation="*", since=START, until=START + timedelta(days=1))
    watch = Watch(silences=[silence])
    told = [watch.look(seen(9)) for _ in range(5)] + [watch.look(seen(1)) for _ in range(5)]
    assert joined(told) == []


def test_no_flood_when_everything_fails_at_once():
    watch = Watch()
    storm = [seen(9, f"s{number}", f"org-{number}") for number in range(300)]
    told = joined(watch.look(*storm) for _ in range(30))
    assert len(told) == RULE.an_hour


def test_a_rule_that_is_gone_says_that_it_is_over():
    watch = Watch()
    watch.look(seen(9))
    watch.look(seen(9))
    watch.rules = []
    assert watch.look(seen(9)) == [Told.RESOLVED]


def test_an_alert_that_somebody_took_stays_his():
    watch = Watch()
    watch.look(seen(9))
    watch.look(seen(9))
    [key] = watch.alerts
    watch.alerts[key] = msgspec.structs.replace(watch.alerts[key], taken_by="an")
    watch.look(seen(8))
    assert watch.alerts[key].taken_by == "an"


VALUES = st.lists(
    st.tuples(
        st.integers(1, 400),
        st.dictionaries(
            st.tuples(st.sampled_from("abc"), st.sampled_from(["x", "y"])), st.integers(0, 6)
        ),
    ),
    max_size=40,
)


@given(VALUES, st.integers(0, 300), st.integers(1, 5))
def test_whatever_happens_each_group_is_told_in_turn_and_never_too_often(days, wait, an_hour):
    rule = msgspec.structs.replace(RULE, for_seconds=wait, an_hour=an_hour)
    watch = Watch(rule)
    for seconds, values in days:
        watch.look(*(seen(v, s + o, o) for (s, o), v in values.items()), seconds=seconds)
    for organisation in ("x", "y"):
        told = [one.told for one in watch.notices if one.organisation == organisation]
        assert told == [Told.FIRING, Told.RESOLVED] * (len(told) // 2) + [Told.FIRING] * (
            len(told) % 2
        )
    begun = [one.at for one in watch.notices if one.told is Told.FIRING]
    hour = timedelta(hours=1)
    assert all(sum(at <= one < at + hour for one in begun) <= an_hour for at in begun)


@given(VALUES, st.integers(0, 300))
def test_whoever_was_told_that_it_fires_hears_that_it_is_over(days, wait):
    watch = Watch(msgspec.structs.replace(RULE, for_seconds=wait))
    for seconds, values in days:
        watch.look(*(seen(v, s + o, o) for (s, o), v in values.items()), seconds=seconds)
    for _ in range(4):
        watch.look(seconds=400)
    assert watch.alerts == {}
    assert not any(group.firing for group in watch.groups.values())


@given(VALUES)
def test_nothing_fires_before_it_was_beyond_for_long_enough(days):
    watch = Watch()
    bad_since: dict[str, datetime] = {}
    for seconds, values in days:
        named = {s + o: (o, v) for (s, o), v in values.items()}
        watch.look(*(seen(v, name, o) for name, (o, v) in named.items()), seconds=seconds)
        bad_since = {
            name: bad_since.get(name, watch.now) for name, (_, v) in named.items() if v > 3
        } | {
            alert.subject: alert.since
            for alert in watch.alerts.values()
            if alert.good_since is not None
        }
        for alert in watch.alerts.values():
            if alert.phase is Phase.FIRING and alert.good_since is None:
                assert watch.now - bad_since[alert.subject] >= timedelta(seconds=60)


def test_what_nobody_can_tell_now_neither_begins_an_alert_nor_ends_one():
    unknown = frozenset({RULE.metric})
    watch = Watch()
    assert joined(watch.look(unknown=unknown) for _ in range(9)) == []
    assert joined([watch.look(seen(9)), watch.look(seen(9))]) == [Told.FIRING]
    before = watch.alerts
    assert joined(watch.look(unknown=unknown) for _ in range(9)) == []
    assert watch.alerts == before
    assert joined(watch.look(seen(1)) for _ in range(5)) == [Told.RESOLVED]
