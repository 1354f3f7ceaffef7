"""`/ops/live`: what happens now, as server-sent events."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Query
from starlette.requests import HTTPConnection
from starlette.responses import StreamingResponse

from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.ops.dependencies import Ops, ops_of
from hub.api.ops.fields import SystemName
from hub.api.ops.live_ring import MAX_LISTENERS, Change, Seen, Still
from hub.api.ops.scope import viewers
from hub.api.problems import Code, busy
from hub.api.rights import Action, Identify, Person, require
from hub.decision.events import Event
from hub.io.sql.message_filter import Viewer
from hub.ports import Unavailable

router: Final = APIRouter(prefix="/ops", tags=["operators"], route_class=AdminRoute)

TheOps = Annotated[Ops, Depends(ops_of)]
Viewing = Annotated[Person, Depends(require(Action.VIEW_METADATA, scoped=True))]
LastId = Annotated[str | None, Header(max_length=64)]


@router.get(
    "/live",
    response_class=StreamingResponse,
    responses=problems(s503="Too many watch this process already")
    | {200: {"description": "Events", "content": {"text/event-stream": {}}}},
)
async def live(
    *,
    connection: HTTPConnection,
    ops: TheOps,
    person: Viewing,
    source: SystemName | None = None,
    recipient: SystemName | None = None,
    event: Annotated[Event | None, Query()] = None,
    last_event_id: LastId = None,
) -> StreamingResponse:
    """Stream audit events as they are committed; `Last-Event-ID` goes on where a stream broke.

    It ends with the session, and when the person's roles change.
    """
    if ops.live.listeners >= MAX_LISTENERS:
        raise busy(503, Code.OVERLOADED, "too many watch already")
    allowed = _allowed(viewers(person, Action.VIEW_METADATA, ops.rules()))

    def seen(change: Change) -> bool:
        wanted = (source, recipient, event)
        return _is_wanted(change, *wanted) and allowed(change)

    return StreamingResponse(
        ops.live.stream(last_event_id, seen, _still(connection, person)),
        media_type="text/event-stream",
        # X-Accel-Buffering: nginx would hold events back.
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


def _still(connection: HTTPConnection, person: Person) -> Still:
    """Return what says whether whoever opened the stream is still in, with the same roles."""
    identify: Identify = connection.app.state.identify

    async def still() -> bool:
        try:
            now = await identify(connection)
        except Unavailable:
            # Invariant 5: whose rights cannot be asked is told nothing. The console comes back.
            return False
        return now is not None and {*now.grants} == {*person.grants}

    return still


def _is_wanted(
    change: Change, source: str | None, recipient: str | None, event: Event | None
) -> bool:
    return (
        (source is None or change.source == source)
        and (recipient is None or recipient in change.concerned)
        and (event is None or change.event == event.value)
    )


def _allowed(seen: tuple[Viewer, ...] | None) -> Seen:
    """Return what says whether somebody may see an event.

    Whose rights are for some types only sees events that name their type: the decisions.
    """
    if seen is None:
        return lambda _: True

    def allowed(change: Change) -> bool:
        return any(
            (viewer.types is None or change.type in viewer.types)
            and (
                viewer.systems is None
                or change.source in viewer.systems
                or not viewer.systems.isdisjoint(change.concerned)
            )
            for viewer in seen
        )

    return allowed
