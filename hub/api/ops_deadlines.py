"""`/ops/deadlines`: what is due, the forecast, working days, time limits, calendar feeds."""

from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field
from starlette.requests import HTTPConnection
from starlette.responses import Response

from hub.api.admin_models import ReasonRequest, problems
from hub.api.admin_route import AdminRoute
from hub.api.figures import Looker, Queries, figures
from hub.api.problems import Code, Problem
from hub.api.rights import Action, Person, anyone, denied, require
from hub.api.settable import put, remove
from hub.api.staff import standing
from hub.api.tables import Format
from hub.control.calendar import WHOLE, Times
from hub.control.deadlines import deadlines
from hub.control.fields import Name as PlainName
from hub.indicators.deadlines import NAMES, What, forecast
from hub.indicators.ics import CONTENT_TYPE, feed
from hub.io.admission import utc_now
from hub.io.sql.views_queries import ViewsQueries
from hub.io.sql.views_reading import Within
from hub.ports import Unavailable

router: Final = APIRouter(prefix="/ops", tags=["deadlines"], route_class=AdminRoute)

MAX_EVENTS: Final = 2_000
"""Of one feed: calendars of telephones give up far above it. The nearest come first."""
_COLUMNS: Final = ("what", "what_vi", "subject", "organisation", "due_at", "days_left")

Changer = Annotated[Person, Depends(require(Action.CHANGE_RULES))]
Organisation = Annotated[str | None, Query(max_length=64, pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]*$")]
Procedure = Annotated[str, Path(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,99}$")]
Items = dict[str, list[dict[str, Any]]]
_ANSWERS: Final = {"s400": "The body is not JSON", "s413": "The body is too large"}


class DayRequest(ReasonRequest):
    """What a day is: worked as a compensation day, or off."""

    works: bool
    note: PlainName


class LimitRequest(ReasonRequest):
    """How long a procedure may take, and when it is near its limit, in working days."""

    name: PlainName
    working_days: Annotated[int | None, Field(ge=1, le=1_000)] = None
    warn_days: Annotated[int, Field(ge=0, le=60)] = 2


class FeedRequest(ReasonRequest):
    """Whose deadlines a feed holds; nothing: everybody's."""

    organisation: Annotated[
        str | None, Field(max_length=64, pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]*$")
    ] = None


def times_of(connection: HTTPConnection) -> Times:
    """Return the calendar of this app's database (`app.state.control`)."""
    return Times(connection.app.state.control.engine, utc_now)


TheTimes = Annotated[Times, Depends(times_of)]


@router.get("/deadlines", responses=problems())
async def due(
    queries: Queries,
    _: Looker,
    what: What | None = None,
    organisation: Organisation = None,
    how: Annotated[Format, Query(alias="format")] = Format.JSON,
) -> Response:
    """Return what is overdue or due within 60 days, the nearest first, and the forecast."""
    now = utc_now()
    found = [
        one
        for one in await deadlines(queries, now)
        if what in {None, one.what} and organisation in {None, one.organisation}
    ]
    rows = [
        {
            "what": one.what.value,
            "what_vi": NAMES[one.what][0],
            "subject": one.subject,
            "organisation": one.organisation,
            "due_at": one.due_at,
            "days_left": one.days_left(now),
        }
        for one in found
    ]
    ahead = [{"days": one.days, "counts": one.counts} for one in forecast(found, now)]
    return await figures(rows, _COLUMNS, queries, how, forecast=ahead)


@router.get("/calendar/days", responses=problems())
async def days(times: TheTimes, _: Looker) -> Items:
    """Return the days that were moved; weekends and public holidays are known anyway."""
    return {"items": await times.days()}


@router.post("/calendar/days/{day}:remove", responses=problems(**_ANSWERS, s404="Not moved"))
async def remove_day(
    request: ReasonRequest, day: date, times: TheTimes, person: Changer
) -> dict[str, str]:
    """Let a day be again what the law says."""
    return await remove(times, "days", day, request, person)


@router.put("/calendar/days/{day}", responses=problems(**_ANSWERS))
async def put_day(
    request: DayRequest, day: date, times: TheTimes, person: Changer
) -> dict[str, Any]:
    """Say that a day is worked although a weekend (làm bù), or off although a weekday."""
    return await put(times, "days", {"day": day}, request, person)


@router.get("/limits", responses=problems())
async def limits(times: TheTimes, _: Looker) -> Items:
    """Return the time limits by procedure."""
    return {"items": await times.limits()}


@router.post("/limits/{procedure}:remove", responses=problems(**_ANSWERS, s404="No such limit"))
async def remove_limit(
    request: ReasonRequest, procedure: Procedure, times: TheTimes, person: Changer
) -> dict[str, str]:
    """Forget the time limit of a procedure."""
    return await remove(times, "limits", procedure, request, person)


@router.put("/limits/{procedure}", responses=problems(**_ANSWERS))
async def put_limit(
    request: LimitRequest, procedure: Procedure, times: TheTimes, person: Changer
) -> dict[str, Any]:
    """Set the time limit of a procedure."""
    return await put(times, "limits", {"procedure": procedure}, request, person)


@router.get("/calendar/feeds", responses=problems())
async def feeds(times: TheTimes, person: Looker) -> Items:
    """Return one's own feeds, without their secrets."""
    found = await times.feeds(person.name)
    return {
        "items": [
            {"digest": one.digest, "organisation": one.organisation, "made_at": one.made_at}
            for one in found
        ]
    }


@router.post("/calendar/feeds", responses=problems(**_ANSWERS, s409="Too many already"))
async def make_feed(
    request: FeedRequest, times: TheTimes, person: Looker, connection: HTTPConnection
) -> dict[str, str]:
    """Make a feed for a calendar program. Its address is the secret, and is shown once.

    It needs a role of the account itself: one from a group of the identity provider ends with the
    session, and a feed is read when nobody is signed in.
    """
    # Invariant 11: the feed is read by whoever has it, so it holds no more than he may see.
    if not await _may_feed(connection, person.name, request.organisation or WHOLE):
        raise await denied(connection, person, Action.VIEW_STATISTICS, place="organisation")
    token = await times.make_feed(request.organisation or WHOLE, actor=person.name)
    return {"path": f"/ops/calendar/{token}.ics"}


@router.post("/calendar/feeds/{digest}:revoke", responses=problems(s404="No such feed"))
async def revoke_feed(
    digest: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")], times: TheTimes, person: Looker
) -> dict[str, str]:
    """Let one of one's own feeds end: its address answers 404 from now on."""
    await times.revoke_feed(digest, actor=person.name)
    return {"revoked": digest}


@router.get(
    "/calendar/{token}.ics", responses=problems(s404="No such feed"), dependencies=[Depends(anyone)]
)
async def calendar(
    # Any text: what is no secret of ours is answered as a wrong one.
    token: Annotated[str, Path(max_length=100)],
    times: TheTimes,
    connection: HTTPConnection,
) -> Response:
    """Return a feed (RFC 5545). Who has its address reads it: codes and days, no names.

    Raises:
        Unavailable: SQL is away, or the views are made anew: calendar programs keep what they have
            and ask again, while an answer with too little would take limits off the telephones.
    """
    known = await times.feed(token)
    # Invariant 11: who made it may have lost the right since; given back, the feed is there again.
    if known is None or not await _may_feed(connection, known.person, known.organisation):
        raise Problem(404, Code.NOT_FOUND)
    control = connection.app.state.control
    queries, now = ViewsQueries(control.engine, _part(known.organisation)), utc_now()
    if await queries.rebuild() is not None:
        raise Unavailable("the deadlines are being made anew: ask again later")
    body = feed(control.hub, (await deadlines(queries, now))[:MAX_EVENTS], now)
    # The address is a secret: no cache between keeps what it shows.
    return Response(body, media_type=CONTENT_TYPE, headers={"cache-control": "private, no-store"})


async def _may_feed(connection: HTTPConnection, name: str, organisation: str) -> bool:
    person = await standing(connection, name)
    if person is None:
        return False
    scope = person.scope(Action.VIEW_STATISTICS)
    return scope.whole or (organisation != WHOLE and scope.allows(organisation))


def _part(organisation: str) -> tuple[Within, ...] | None:
    if organisation == WHOLE:
        return None
    return (Within(organisations=frozenset({organisation})),)
