"""`/ops/indicators`: what the views have added up. Read only; no personal values."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.figures import Queries, figures, looking, reader
from hub.api.problems import Code, Problem
from hub.api.tables import Format, table
from hub.directory.organisations import legal_day
from hub.indicators.cells import Measure
from hub.indicators.silence import DAYS, Sent, silent
from hub.io.admission import utc_now
from hub.io.sql.pair_queries import PairQueries
from hub.io.sql.views_queries import ViewsQueries, Window, day_start, shares

router: Final = APIRouter(
    prefix="/ops/indicators",
    tags=["indicators"],
    route_class=AdminRoute,
    dependencies=[Depends(looking)],
)

MAX_DAYS: Final = 400
"""Longest window: a year, and the month before it to compare."""
MAX_PAIR_DAYS: Final = 31
"""Pairs are counted from the messages themselves: a month of them is read in some seconds."""

_WHO: Final = ("organisation", "organisation_name", "level")
_COLUMNS: Final = {
    "volumes": ("hour", "measure", "system", *_WHO, "type", "label", "n", "amount"),
    "delays": ("system", *_WHO, "type", "n", "mean_ms", "p50_ms", "p95_ms", "p99_ms", "buckets"),
    "pairs": (
        *("source", "recipient", "type", "n", "arrived", "open", "failed"),
        *("mean_ms", "p50_ms", "p95_ms", "p99_ms"),
    ),
    "oldest": ("recipient", "state", "n", "since", "seconds"),
    "silent": ("system", "last_heard", "a_day", "office_hours"),
    "timeliness": (
        *(*_WHO, "procedure", "n", "closed", "on_time", "late", "open", "overdue", "near"),
    ),
    "online": (*_WHO, "n", "online"),
    "satisfaction": (*_WHO, "n", "satisfied"),
    "payments": (*_WHO, "outcome", "n", "due", "paid", "refunded"),
}

As = Annotated[Format, Query(alias="format")]
Day = Annotated[date | None, Query()]


def _window(since: Day = None, until: Day = None) -> Window:
    """Return the days `since` to `until`, both included, by Viet Nam's calendar; default: a month.

    Raises:
        Problem: the window is empty or too long.
    """
    last = until or legal_day(utc_now())
    first = since or last - timedelta(days=30)
    if not timedelta() <= last - first <= timedelta(days=MAX_DAYS):
        raise Problem(422, Code.INVALID_REQUEST, f"from 1 to {MAX_DAYS} days", place="since")
    return Window(since=day_start(first), until=day_start(last + timedelta(days=1)))


Asked = Annotated[Window, Depends(_window)]


Pairs = Annotated[PairQueries, reader(PairQueries)]


async def _answer(
    name: str, rows: Sequence[dict[str, Any]], queries: ViewsQueries, how: Format, **about: Any
) -> Response:
    return await figures(rows, _COLUMNS[name], queries, how, **about)


@router.get("", responses=problems())
async def overview(queries: Queries, window: Asked) -> dict[str, Any]:
    """Return shares by level, and what needs somebody: the first page of the indicators."""
    now = utc_now()
    timely = await queries.timeliness(window, now)
    waiting = await queries.oldest()
    return {
        "views": await queries.status(),
        "since": window.since,
        "until": window.until,
        "late": shares(timely, "late", "closed"),
        "overdue": sum(row["overdue"] for row in timely),
        "near": sum(row["near"] for row in timely),
        "online": shares(await queries.online(window), "online"),
        "satisfied": shares(await queries.satisfaction(window), "satisfied"),
        "waiting": sum(row["n"] for row in waiting),
        "oldest_since": min((row["since"] for row in waiting), default=None),
        "silent": len(await _silent(queries, now)),
    }


@router.get("/volumes", responses=problems())
async def volumes(
    queries: Queries,
    window: Asked,
    measure: Annotated[list[Measure] | None, Query()] = None,
    how: As = Format.JSON,
) -> Response:
    """Return counts by hour, system and type: sent, refused by reason, delivered, stopped."""
    wanted = measure or [one for one in Measure if one is not Measure.DELAY]
    return await _answer("volumes", await queries.volumes(window, wanted), queries, how)


@router.get("/delays", responses=problems())
async def delays(queries: Queries, window: Asked, how: As = Format.JSON) -> Response:
    """Return the time from admission to the recipient's first word, as distributions."""
    return await _answer("delays", await queries.delays(window), queries, how)


@router.get("/pairs", responses=problems())
async def pairs(queries: Pairs, window: Asked, how: As = Format.JSON) -> Response:
    """Return counts and times by sender, recipient and type, from the search projection.

    Times run from the decision to the recipient's last word, of what arrived.
    """
    if window.until - window.since > timedelta(days=MAX_PAIR_DAYS):
        raise Problem(422, Code.INVALID_REQUEST, f"at most {MAX_PAIR_DAYS} days", place="since")
    return table(await queries.pairs(window), _COLUMNS["pairs"], how)


@router.get("/oldest", responses=problems())
async def oldest(queries: Queries, how: As = Format.JSON) -> Response:
    """Return what waits, by recipient and state, the oldest first."""
    now = utc_now()
    rows = [
        {**row, "seconds": round((now - row["since"]).total_seconds())}
        for row in await queries.oldest()
    ]
    return await _answer("oldest", rows, queries, how)


@router.get("/silent", responses=problems())
async def silent_peers(queries: Queries, how: As = Format.JSON) -> Response:
    """Return the systems that usually send much, and have fallen silent in office hours."""
    return await _answer("silent", await _silent(queries, utc_now()), queries, how)


@router.get("/timeliness", responses=problems())
async def timeliness(queries: Queries, window: Asked, how: As = Format.JSON) -> Response:
    """Return dossiers on time and late, overdue and near their limit, by procedure."""
    rows = await queries.timeliness(window, utc_now())
    return await _answer("timeliness", rows, queries, how, levels=shares(rows, "late", "closed"))


@router.get("/online", responses=problems())
async def online(queries: Queries, window: Asked, how: As = Format.JSON) -> Response:
    """Return the share of dossiers that were handed in online."""
    rows = await queries.online(window)
    return await _answer("online", rows, queries, how, levels=shares(rows, "online"))


@router.get("/satisfaction", responses=problems())
async def satisfaction(queries: Queries, window: Asked, how: As = Format.JSON) -> Response:
    """Return the share of ratings that are satisfied."""
    rows = await queries.satisfaction(window)
    return await _answer("satisfaction", rows, queries, how, levels=shares(rows, "satisfied"))


@router.get("/payments", responses=problems())
async def payments(queries: Queries, window: Asked, how: As = Format.JSON) -> Response:
    """Return fees asked for and paid, reconciled by reference: what matches and what does not."""
    return await _answer("payments", await queries.payments(window), queries, how)


async def _silent(queries: ViewsQueries, now: datetime) -> list[dict[str, Any]]:
    rows = await queries.sent_by_hour(now.astimezone(UTC) - timedelta(days=DAYS))
    sent = (Sent(system=row["system"], hour=row["hour"], n=row["n"]) for row in rows)
    return [asdict(one) for one in silent(sent, await queries.calendar(), now)]
