"""`/ops/overview`, `/ops/flow`, `/ops/lag`: health at one look, volumes, and who is behind."""

from collections import Counter
from datetime import timedelta
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query, Response

from hub.api.admin_connectors import SILENT, SILENT_AFTER
from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.explained import explained
from hub.api.ops.dependencies import Ops, ops_of, projection_mark
from hub.api.ops.fields import OrganisationId
from hub.api.ops.flow import ways_of
from hub.api.ops.overview_models import (
    ConnectorCounts,
    FlowAnswer,
    GroupShown,
    LagAnswer,
    LagShown,
    MinuteShown,
    Oldest,
    Overview,
    Refusals,
    Totals,
    Trouble,
)
from hub.api.rights import Action, require
from hub.decision.rows import DeliveryRow
from hub.decision.tallies import Counted
from hub.io.sql.figures import Figures, Minute
from hub.ports import Refusing, Unavailable

router: Final = APIRouter(prefix="/ops", tags=["operators"], route_class=AdminRoute)

SHOWN: Final = timedelta(hours=24)
WELL: Final = "running"
"""A connector in this state needs nobody."""

TheOps = Annotated[Ops, Depends(ops_of)]
_LOOKING: Final = [Depends(require(Action.VIEW_STATISTICS))]


@router.get("/overview", responses=problems(), dependencies=_LOOKING)
async def overview(ops: TheOps, response: Response) -> Overview:
    """Return health at one look. Asked by many at once, it is made once."""
    response.headers.update(await projection_mark(ops))
    return await ops.overview.get()


@router.get("/lag", responses=problems(), dependencies=_LOOKING)
async def lag(ops: TheOps) -> LagAnswer:
    """Return how far the hub's readers are behind, in messages and in seconds."""
    groups = await ops.lags.read()
    return LagAnswer(at=ops.clock(), groups=[GroupShown.model_validate(one) for one in groups])


@router.get("/flow", responses=problems(), dependencies=_LOOKING)
async def flow(
    *,
    ops: TheOps,
    by: Literal["level", "organisation", "system"] = "level",
    hours: Annotated[int, Query(ge=1, le=168)] = 24,
    source_organisation: OrganisationId | None = None,
    recipient_organisation: OrganisationId | None = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 200,
) -> FlowAnswer:
    """Return what went from where to where. Counted by the hour: it begins with a full one."""
    since = (ops.clock() - timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0)
    flows = await Figures(ops.engine).flows(since)
    within = (source_organisation, recipient_organisation)
    ways = ways_of(flows, ops.rules(), by, within)
    return FlowAnswer(since=since, by=by, ways=ways[:limit], left_out=max(0, len(ways) - limit))


async def make_overview(ops: Ops) -> Overview:
    """Ask everything that an overview tells.

    Raises:
        Unavailable: SQL does not answer.
    """
    figures, now = Figures(ops.engine), ops.clock()
    minutes = await figures.minutes(now - SHOWN)
    return Overview(
        at=now,
        totals=_totals(minutes),
        minutes=_minutes(minutes),
        refusals=_refusals(minutes),
        open=await figures.open(),
        oldest_undelivered=_oldest(await figures.oldest(), ops),
        dead_letters=await figures.dead_letters(),
        connectors=await _connectors(ops),
        quarantine=await _quarantine(ops),
        lag=await _lags(ops),
        certificates=[],
    )


def _totals(minutes: list[Minute]) -> Totals:
    found: Counter[Counted] = Counter()
    for one in minutes:
        found[one.counted] += one.count
    admitted, refused = found[Counted.ADMITTED], found[Counted.REFUSED]
    decided = admitted + refused
    return Totals(
        admitted=admitted,
        delivered=found[Counted.DELIVERED],
        refused=refused,
        duplicate=found[Counted.DUPLICATE],
        statement=found[Counted.STATEMENT],
        dead_letter=found[Counted.DEAD_LETTER],
        success_rate=admitted / decided if decided else None,
    )


def _minutes(minutes: list[Minute]) -> list[MinuteShown]:
    shown = (Counted.ADMITTED, Counted.DELIVERED, Counted.REFUSED)
    found: Counter[tuple[Counted, float]] = Counter()
    times = {one.at.timestamp(): one.at for one in minutes if one.counted in shown}
    for one in minutes:
        found[one.counted, one.at.timestamp()] += one.count
    return [
        MinuteShown(at=at, **{counted.value: found[counted, stamp] for counted in shown})
        for stamp, at in sorted(times.items())
    ]


def _refusals(minutes: list[Minute]) -> list[Refusals]:
    found: Counter[str] = Counter()
    for one in minutes:
        if one.counted is Counted.REFUSED:
            found[one.reason] += one.count
    return [
        Refusals(reason=reason, count=count, help=explained(reason).get("help"))
        for reason, count in found.most_common()
    ]


def _oldest(row: DeliveryRow | None, ops: Ops) -> Oldest | None:
    if row is None:
        return None
    return Oldest(
        source=row.source,
        id=row.id,
        recipient=row.recipient,
        state=row.state,
        since=row.decided_at,
        seconds=max(0.0, (ops.clock() - row.decided_at).total_seconds()),
    )


async def _connectors(ops: Ops) -> ConnectorCounts:
    names, now = sorted(ops.rules().connectors), ops.clock()
    reported = await ops.statuses.reported(names)
    counts: Counter[str] = Counter()
    trouble = []
    for name in names:
        told = reported.get(name)
        silent = told is None or now - told.at > SILENT_AFTER
        state = SILENT if told is None or silent else told.state
        counts[state] += 1
        if state != WELL:
            vi, en = (told.vi, told.en) if told is not None else ("", "")
            trouble.append(Trouble(name=name, state=state, vi=vi, en=en))
    return ConnectorCounts(states=dict(counts), trouble=trouble)


async def _quarantine(ops: Ops) -> int | None:
    try:
        return await ops.held.get()
    except (Unavailable, Refusing):
        return None


async def _lags(ops: Ops) -> list[LagShown] | None:
    try:
        return [LagShown.model_validate(one) for one in await ops.lags.read()]
    except (Unavailable, Refusing):
        return None
