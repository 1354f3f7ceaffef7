"""What rules are asked about: one round of observations from the views and the rules."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from hub.control.deadlines import deadlines
from hub.decision.states import State
from hub.directory.organisations import legal_day
from hub.indicators.alerting import Seen
from hub.indicators.calendar import Calendar
from hub.indicators.deadlines import Deadline, What
from hub.indicators.defaults import FROM_VIEWS
from hub.indicators.silence import DAYS, Sent, silent
from hub.io.sql.views_queries import WARN_DAYS, ViewsQueries

CONNECTOR_SILENT: Final = timedelta(minutes=5)
"""A connector that has not reported for so long does not run."""
_MATTERS: Final = frozenset({What.DOSSIER, What.TASK, What.PETITION, What.LETTER, What.PAYMENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What one look has found."""

    seen: list[Seen]
    unknown: frozenset[str]
    """Metrics that nobody can tell now."""


async def observe(queries: ViewsQueries, now: datetime) -> Observed:
    """Return the observations of this moment. The hub's own have an empty organisation.

    Raises:
        Unavailable: SQL is away.
    """
    whose, calendar = await queries.whose(), await queries.calendar()
    status = await queries.status()
    found = [
        *_waiting(await queries.oldest(), whose, now),
        *_silent(await queries.sent_by_hour(now - timedelta(days=DAYS)), whose, calendar, now),
        *_refused(await queries.refused_since(now - timedelta(hours=2)), whose),
        *_due(await deadlines(queries, now), calendar, now),
        *_keys(await queries.watched_keys(now), now),
        *_connectors(await queries.connectors(), now),
        *_views(status, now),
    ]
    # Figures that are made anew are too small: they neither begin an alert nor end one.
    unknown = FROM_VIEWS if status is not None and status["rebuild"] else frozenset()
    return Observed(seen=[one for one in found if one.metric not in unknown], unknown=unknown)


def _views(status: dict[str, Any] | None, now: datetime) -> Iterator[Seen]:
    if status is None:
        return
    rebuild, silent_for = status["rebuild"], (now - status["at"]).total_seconds()
    # Made anew they are behind by nature; that the process says nothing is told all the same.
    lag = 0.0 if rebuild else float(status["lag_seconds"])
    yield _seen("views_lag_seconds", "views", "", max(lag, silent_for))
    if rebuild:
        goes_on = (now - rebuild["since"]).total_seconds()
        yield _seen("views_rebuild_seconds", "views", "", goes_on)


def _seen(metric: str, subject: str, organisation: str, value: float) -> Seen:
    return Seen(metric=metric, subject=subject, organisation=organisation, value=value)


_BY_STATE: Final = {
    State.DEAD_LETTER: "dead_letters",
    State.HELD: "held_messages",
    State.MANUAL_REVIEW: "held_messages",
}


def _waiting(rows: list[dict[str, Any]], whose: dict[str, str], now: datetime) -> Iterator[Seen]:
    oldest: dict[str, datetime] = {}
    counts: dict[tuple[str, str], int] = {}
    for row in rows:
        system = row["recipient"]
        oldest[system] = min(oldest.get(system, row["since"]), row["since"])
        for metric in ("waiting_messages", _BY_STATE.get(State(row["state"]))):
            if metric is not None:
                counts[metric, system] = counts.get((metric, system), 0) + row["n"]
    for system, since in oldest.items():
        age = (now - since).total_seconds()
        yield _seen("oldest_undelivered_seconds", system, whose.get(system, ""), age)
    for (metric, system), n in counts.items():
        yield _seen(metric, system, whose.get(system, ""), n)


def _silent(
    rows: list[dict[str, Any]], whose: dict[str, str], calendar: Calendar, now: datetime
) -> Iterator[Seen]:
    sent = (Sent(system=row["system"], hour=row["hour"], n=row["n"]) for row in rows)
    for one in silent(sent, calendar, now, hours=0.0):
        organisation = whose.get(one.system, "")
        yield _seen("silent_office_hours", one.system, organisation, one.office_hours)


def _refused(rows: list[dict[str, Any]], whose: dict[str, str]) -> Iterator[Seen]:
    for row in rows:
        yield _seen("refused_last_hour", row["system"], whose.get(row["system"], ""), row["n"])


_LEFT: Final[Mapping[What, tuple[str, Callable[[Deadline, datetime], float]]]] = {
    What.KEY: ("key_days_left", Deadline.days_left),
    What.QUOTA: ("quota_hours_left", Deadline.hours_left),
    What.DISK: ("disk_days_left", Deadline.days_left),
}
"""What tells how long each thing lasts that expires or runs out. One more kind is one more row."""


def _due(found: list[Deadline], calendar: Calendar, now: datetime) -> Iterator[Seen]:
    near = calendar.after(legal_day(now), WARN_DAYS)
    counts: dict[tuple[str, str], int] = {}
    for one in found:
        if one.what in _MATTERS:
            overdue = one.due_at < now
            if overdue or legal_day(one.due_at) <= near:
                key = ("overdue_matters" if overdue else "near_matters", one.organisation or "")
                counts[key] = counts.get(key, 0) + 1
        else:
            metric, left = _LEFT[one.what]
            yield _seen(metric, one.subject, one.organisation or "", left(one, now))
    for (metric, organisation), n in counts.items():
        yield _seen(metric, organisation, organisation, n)


def _keys(rows: list[dict[str, Any]], now: datetime) -> Iterator[Seen]:
    for row in rows:
        system, organisation = row["system"], row["organisation"] or ""
        yield _seen("key_suspended", system, organisation, float(row["suspended"]))
        if row["good_at"] is not None:
            hours = (now - row["good_at"]).total_seconds() / 3600
            yield _seen("certificate_unchecked_hours", system, organisation, hours)


def _connectors(rows: list[dict[str, Any]], now: datetime) -> Iterator[Seen]:
    for row in rows:
        if row["wanted"] != "running":
            continue
        silent = row["at"] is None or now - row["at"] > CONNECTOR_SILENT
        down = silent or row["state"] in {"failed", "stopped"}
        yield _seen("connector_down", row["connector"], row["organisation"] or "", float(down))
