"""`/ops/overview`, `/ops/flow`, `/ops/lag`: health at one look, volumes, and who is behind."""

from collections import Counter
from datetime import timedelta
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query, Response

from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.ops.dependencies import Ops, ops_of, projection_mark
from hub.api.ops.fields import OrganisationId
from hub.api.ops.flow import concerning, ways_of
from hub.api.ops.overview_models import (
    FlowAnswer,
    GroupShown,
    LagAnswer,
    LagShown,
    MinuteShown,
    Overview,
    Refusals,
    Totals,
)
from hub.api.ops.overview_of_part import overview_of_part
from hub.api.ops.overview_parts import (
    SHOWN,
    connectors_shown,
    expiring_soon,
    oldest_shown,
    refusals_shown,
)
from hub.api.ops.scope import organisations, parts, systems_of, viewers
from hub.api.rights import Action, Person, require
from hub.decision.tallies import Counted
from hub.io.sql.figures import Figures, Minute
from hub.ports import Refusing, Unavailable

router: Final = APIRouter(prefix="/ops", tags=["operators"], route_class=AdminRoute)


TheOps = Annotated[Ops, Depends(ops_of)]
Looker = Annotated[Person, Depends(require(Action.VIEW_STATISTICS, scoped=True))]


@router.get("/overview", responses=problems())
async def overview(ops: TheOps, person: Looker, response: Response) -> Overview:
    """Return health at one look: of the whole hub, or of the part that the person may see.

    Of the whole hub it is made once for all who ask at nearly the same time.
    """
    response.headers.update(await projection_mark(ops))
    seen = viewers(person, Action.VIEW_STATISTICS, ops.rules())
    if seen is None:
        return await ops.overview.get()
    mine = organisations(person, Action.VIEW_STATISTICS)
    return await overview_of_part(ops, seen, mine, parts(person, Action.VIEW_STATISTICS))


@router.get("/lag", responses=problems(), dependencies=[Depends(require(Action.VIEW_STATISTICS))])
async def lag(ops: TheOps) -> LagAnswer:
    """Return how far the hub's readers are behind, in messages and in seconds."""
    groups = await ops.lags.read()
    return LagAnswer(at=ops.clock(), groups=[GroupShown.model_validate(one) for one in groups])


@router.get("/flow", responses=problems())
async def flow(
    *,
    ops: TheOps,
    person: Looker,
    by: Literal["level", "organisation", "system"] = "level",
    hours: Annotated[int, Query(ge=1, le=168)] = 24,
    source_organisation: OrganisationId | None = None,
    recipient_organisation: OrganisationId | None = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 200,
) -> FlowAnswer:
    """Return what went from where to where. Counted by the hour: it begins with a full one.

    The counts are of no type: who sees some types only sees none of them.
    """
    since = (ops.clock() - timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0)
    flows = await Figures(ops.engine).flows(since)
    mine = organisations(person, Action.VIEW_STATISTICS)
    if mine is not None:
        flows = concerning(flows, systems_of(ops.rules(), mine))
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
        part=False,
        totals=_totals(minutes),
        minutes=_minutes(minutes),
        refusals=_refusals(minutes),
        open=await figures.open(),
        oldest_undelivered=oldest_shown(await figures.oldest(), now),
        dead_letters=await figures.dead_letters(),
        connectors=await connectors_shown(ops, sorted(ops.rules().connectors)),
        quarantine=await _quarantine(ops),
        lag=await _lags(ops),
        expiring=await expiring_soon(ops),
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
    return refusals_shown(found)


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
