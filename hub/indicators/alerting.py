"""Alerts as a pure state machine: one word when it begins, one when it is over, and no flood.

An observation is a value of one metric for one subject (a system, an organisation, a matter). A
rule turns it into an alert once the value has been beyond the threshold for long enough. Alerts of
one rule and one organisation are a group, and only groups are told: who is told that something
fires is told once when it is over, in turn, whatever the members do meanwhile.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from enum import StrEnum, unique
from typing import Final

import msgspec

ANY: Final = "*"
CALM_SECONDS: Final = 300
"""Longest time that a value must be good again before an alert is over: values that come and go
are one alert."""
MAX_NAMED: Final = 20
"""Most subjects that a notice names; it says how many there are."""


@unique
class Severity(StrEnum):
    """How much it matters, from least to most."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


RANK: Final = {Severity.INFO: 0, Severity.WARNING: 1, Severity.CRITICAL: 2}


@unique
class Phase(StrEnum):
    """Where an alert stands."""

    PENDING = "pending"
    """Beyond the threshold, not yet for long enough."""
    FIRING = "firing"


@unique
class Told(StrEnum):
    """What a notice says."""

    FIRING = "firing"
    RESOLVED = "resolved"


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """When to alert."""

    name: str
    metric: str
    above: bool
    """True: alert above the threshold; False: below it."""
    threshold: float
    for_seconds: int
    severity: Severity
    organisation: str = ANY
    subject: str = ANY
    an_hour: int = 4
    """Most `firing` notices of this rule in an hour, all its groups together."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One observation."""

    metric: str
    subject: str
    organisation: str
    """Whose it is; empty: the hub's own."""
    value: float


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """A time in which nobody is told that something fires."""

    rule: str
    organisation: str
    since: datetime
    until: datetime


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one rule for one subject. No alert: all is well."""

    rule: str
    subject: str
    organisation: str
    phase: Phase
    since: datetime
    """When the value went beyond the threshold."""
    value: float
    good_since: datetime | None = None
    """When it came back, while that is not yet believed."""
    taken_by: str | None = None
    """Who has taken it."""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """What was told of the alerts of one rule and one organisation."""

    rule: str
    organisation: str
    firing: bool
    """Whether the last notice said that it fires."""
    at: datetime


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What is told, once, over every channel that is meant."""

    rule: str
    organisation: str
    told: Told
    severity: Severity
    at: datetime
    subjects: tuple[str, ...]
    """At most `MAX_NAMED`."""
    count: int


AlertKey = tuple[str, str]
GroupKey = tuple[str, str]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a round of looking made of what was known: the whole truth afterwards."""

    alerts: dict[AlertKey, Alert]
    groups: dict[GroupKey, Group]
    notices: tuple[Notice, ...]


def look(
    *,
    rules: Sequence[Rule],
    alerts: Mapping[AlertKey, Alert],
    groups: Mapping[GroupKey, Group],
    seen: Iterable[Seen],
    silences: Sequence[Silence],
    recent: Sequence[tuple[str, datetime]],
    now: datetime,
    unknown: AbstractSet[str] = frozenset(),
) -> Outcome:
    """Return what is known after the observations of one moment.

    `recent`: rule and time of the `firing` notices of the last hour. A subject that is not seen
    any more is well; alerts of a rule that is gone are over, and that is told too. `unknown`:
    metrics that nobody can tell now; what was known of them stays as it is.
    """
    by_metric: dict[str, list[Seen]] = {}
    for one in seen:
        by_metric.setdefault(one.metric, []).append(one)
    after: dict[AlertKey, Alert] = {}
    for rule in rules:
        if rule.metric in unknown:
            after |= {key: alert for key, alert in alerts.items() if key[0] == rule.name}
            continue
        values = {one.subject: one for one in by_metric.get(rule.metric, ()) if _meant(rule, one)}
        known = {subject: alert for (name, subject), alert in alerts.items() if name == rule.name}
        for subject in sorted(values.keys() | known.keys()):
            moved = step(rule, known.get(subject), values.get(subject), now)
            if moved is not None:
                after[rule.name, subject] = moved
    told, notices = _tell(rules, after, groups, silences, recent, now)
    return Outcome(alerts=after, groups=told, notices=notices)


def step(rule: Rule, alert: Alert | None, seen: Seen | None, now: datetime) -> Alert | None:
    """Return what becomes of one alert; None: all is well."""
    if seen is not None and _beyond(rule, seen.value):
        return _bad(rule, alert, seen, now)
    if alert is None or alert.phase is Phase.PENDING:
        return None
    good_since = alert.good_since or now
    calm = timedelta(seconds=min(rule.for_seconds, CALM_SECONDS))
    if now - good_since >= calm:
        return None
    return msgspec.structs.replace(alert, good_since=good_since)


def _bad(rule: Rule, alert: Alert | None, seen: Seen, now: datetime) -> Alert:
    if alert is None:
        alert = Alert(
            rule=rule.name,
            subject=seen.subject,
            organisation=seen.organisation,
            phase=Phase.PENDING,
            since=now,
            value=seen.value,
        )
    long_enough = now - alert.since >= timedelta(seconds=rule.for_seconds)
    phase = Phase.FIRING if long_enough else alert.phase
    return msgspec.structs.replace(alert, phase=phase, value=seen.value, good_since=None)


def _beyond(rule: Rule, value: float) -> bool:
    return value > rule.threshold if rule.above else value < rule.threshold


def _meant(rule: Rule, seen: Seen) -> bool:
    return rule.organisation in {ANY, seen.organisation} and rule.subject in {ANY, seen.subject}


def _tell(
    rules: Sequence[Rule],
    alerts: Mapping[AlertKey, Alert],
    groups: Mapping[GroupKey, Group],
    silences: Sequence[Silence],
    recent: Sequence[tuple[str, datetime]],
    now: datetime,
) -> tuple[dict[GroupKey, Group], tuple[Notice, ...]]:
    firing: dict[GroupKey, list[str]] = {}
    for alert in alerts.values():
        if alert.phase is Phase.FIRING:
            firing.setdefault((alert.rule, alert.organisation), []).append(alert.subject)
    by_name = {rule.name: rule for rule in rules}
    left = {rule.name: rule.an_hour - _told_lately(rule.name, recent, now) for rule in rules}
    after, notices = dict(groups), []
    for key in sorted(firing.keys() | groups.keys()):
        name, organisation = key
        subjects, was = sorted(firing.get(key, ())), key in groups and groups[key].firing
        if bool(subjects) == was:
            continue
        if subjects and (left[name] <= 0 or _silenced(name, organisation, silences, now)):
            continue  # Still firing when the hour or the silence is over: told then.
        if subjects:
            left[name] -= 1
        severity = by_name[name].severity if name in by_name else Severity.INFO
        after[key] = Group(rule=name, organisation=organisation, firing=bool(subjects), at=now)
        notices.append(
            Notice(
                rule=name,
                organisation=organisation,
                told=Told.FIRING if subjects else Told.RESOLVED,
                severity=severity,
                at=now,
                subjects=tuple(subjects[:MAX_NAMED]),
                count=len(subjects),
            )
        )
    return after, tuple(notices)


def _told_lately(rule: str, recent: Sequence[tuple[str, datetime]], now: datetime) -> int:
    hour = timedelta(hours=1)
    return sum(name == rule and now - at < hour for name, at in recent)


def _silenced(rule: str, organisation: str, silences: Sequence[Silence], now: datetime) -> bool:
    return any(
        one.rule in {ANY, rule}
        and one.organisation in {ANY, organisation}
        and one.since <= now < one.until
        for one in silences
    )
