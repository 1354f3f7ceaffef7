"""`/ops/messages`: the search, how many there are, and all of them as a file."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response
from starlette.responses import StreamingResponse

from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.ops import cursors
from hub.api.ops.dependencies import Ops, ops_of, projection_mark
from hub.api.ops.export import as_csv, as_json
from hub.api.ops.message_models import (
    CountAnswer,
    Line,
    MessagePage,
    WantedCount,
    WantedExport,
    WantedMessages,
    WantedPage,
)
from hub.api.ops.scope import viewers
from hub.api.problems import Code, Problem
from hub.api.rights import Action, Person, require
from hub.io.sql.message_filter import Cursor, Filter, Turn
from hub.io.sql.message_lists import MAX_EXPORT, MessageLists

router: Final = APIRouter(prefix="/ops/messages", tags=["operators"], route_class=AdminRoute)

TheOps = Annotated[Ops, Depends(ops_of)]
Viewing = Annotated[Person, Depends(require(Action.VIEW_METADATA, scoped=True))]

_FORMS: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The file",
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "application/json": {"schema": {"type": "array"}},
        },
    }
}


@router.get("", responses=problems(s400="The cursor is not one of this list"))
async def messages(
    ops: TheOps, person: Viewing, wanted: Annotated[WantedPage, Query()], response: Response
) -> MessagePage:
    """Return a page of messages, the newest decision first."""
    response.headers.update(await projection_mark(ops))
    found = _filter(ops, person, wanted)
    page = await MessageLists(ops.engine).page(found, _turn(wanted), wanted.limit)
    return MessagePage(
        items=[Line.of(one) for one in page.messages],
        next=cursors.to_text(page.next),
        previous=cursors.to_text(page.previous),
        since=found.since,
        until=found.until,
    )


@router.get("/count", responses=problems())
async def count(
    ops: TheOps, person: Viewing, wanted: Annotated[WantedCount, Query()]
) -> CountAnswer:
    """Return how many messages the search finds: above 10,000 an estimate, unless asked."""
    found = _filter(ops, person, wanted)
    counted = await MessageLists(ops.engine).count(found, ops.clock(), exact=wanted.exact)
    return CountAnswer(count=counted.count, exact=counted.exact)


@router.get("/export", responses=problems() | _FORMS, response_class=Response)
async def export(
    ops: TheOps, person: Viewing, wanted: Annotated[WantedExport, Query()]
) -> Response:
    """Return everything the search finds as a file."""
    found, lists = _filter(ops, person, wanted), MessageLists(ops.engine)
    if await lists.more_than(found, MAX_EXPORT):
        # Refused before anything is sent: a file that is silently cut is taken for the whole.
        detail = f"more than {MAX_EXPORT} messages: narrow the search"
        raise Problem(422, Code.TOO_MANY, detail)
    rows = lists.all(found)
    body = as_csv(rows) if wanted.format == "csv" else as_json(rows)
    name = f'attachment; filename="messages.{wanted.format}"'
    media_type = "text/csv; charset=utf-8" if wanted.format == "csv" else "application/json"
    headers = {"content-disposition": name, "cache-control": "no-store"}
    return StreamingResponse(body, media_type=media_type, headers=headers)


def _filter(ops: Ops, person: Person, wanted: WantedMessages) -> Filter:
    rules = ops.rules()
    seen = viewers(person, Action.VIEW_METADATA, rules)
    return wanted.filter(seen, rules, ops.clock())


def _turn(wanted: WantedPage) -> Turn:
    if wanted.after and wanted.before:
        raise Problem(400, Code.INVALID_CURSOR, "either `after` or `before`")
    back = bool(wanted.before)
    return Turn(place=cursors.from_text(wanted.before or wanted.after, Cursor), back=back)
