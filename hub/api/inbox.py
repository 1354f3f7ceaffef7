"""`/v1/inbox`: pull, long poll, event stream, seek, and signed receipts."""

import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Header, Query, Request
from fastapi.exceptions import RequestValidationError
from lgsp_message.cloudevents import SIGNATURE_HEADER, TRACE_HEADER, http_headers
from pydantic import AwareDatetime, BaseModel, Field, ValidationError
from starlette.responses import Response, StreamingResponse

from hub.api import cursors, multipart
from hub.api.callers import Calling, caller_of
from hub.api.deps import Deps, deps_of
from hub.api.incoming import MAX_WAIT_SECONDS
from hub.api.pressure import MAX_READERS
from hub.api.problems import Code, Problem
from hub.api.readings import Asked
from hub.io.kafka.inbox_reader import CursorUnknown
from hub.io.kafka.inbox_records import Cursor, InboxRecord, Page
from hub.ports import Unavailable

MAX_LIMIT: Final = 500
"""Most messages in one answer: as many as one receipt names."""

HEARTBEAT_SECONDS: Final = 15.0
"""A comment on an idle stream: proxies and clients learn that it lives (WHATWG advises 15 s)."""

router = APIRouter(tags=["inbox"])


class Poll(BaseModel):
    """The query of a pull."""

    after: str | None = None
    wait: int = Field(default=0, ge=0, le=MAX_WAIT_SECONDS)
    limit: int = Field(default=100, ge=1, le=MAX_LIMIT)


async def get_inbox(request: Request) -> Response:
    """Return the messages after a cursor; wait for the first one if there is none."""
    caller, deps = caller_of(request), deps_of(request)
    poll = _poll(request)
    cursor = cursors.from_text(caller.system, poll.after)
    with deps.pressure.one(caller.system, MAX_READERS):
        page = await _read(deps, caller.system, cursor, poll.limit, poll.wait)
    if "multipart/mixed" in request.headers.get("accept", ""):
        return _multipart(caller.system, page)
    asked = Asked.of(request.query_params.getlist("read_as"), deps.rules())
    return _json(caller.system, page, asked)


@router.get("/v1/inbox/stream")
async def stream_inbox(
    request: Request,
    caller: Calling,
    after: Annotated[str | None, Query()] = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """Stream the inbox as server-sent events; `Last-Event-ID` goes on where a stream broke."""
    deps = deps_of(request)
    cursor = cursors.from_text(caller.system, last_event_id or after)
    # Read before the answer begins: what can be refused is refused with a status.
    with deps.pressure.one(caller.system, MAX_READERS):
        page = await _read(deps, caller.system, cursor, MAX_LIMIT, 0)
    return StreamingResponse(
        _events(deps, caller.system, page),
        media_type="text/event-stream",
        # X-Accel-Buffering: nginx would hold events back.
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


class Moment(BaseModel):
    """A point in time."""

    time: AwareDatetime


@router.post("/v1/inbox:seek")
async def seek_inbox(request: Request, caller: Calling, moment: Moment) -> Response:
    """Return the cursor of the first message that arrived at a time or later.

    What is read again comes under current rights and without withdrawn messages.
    """
    deps = deps_of(request)
    cursor = await deps.inboxes.seek(caller.system, moment.time)
    document = {"cursor": cursors.to_text(caller.system, cursor)}
    return Response(orjson.dumps(document), media_type="application/json")


async def _events(deps: Deps, system: str, page: Page) -> AsyncIterator[bytes]:
    with deps.pressure.one(system, MAX_READERS):
        yield b": the inbox of " + system.encode() + b"\n\n"
        while not deps.inboxes.closing and _still_active(deps, system):
            for record, cursor in zip(page.records, page.cursors, strict=True):
                text = cursors.to_text(system, cursor)
                data = orjson.dumps(_document(system, record, cursor))
                yield b"id: " + text.encode() + b"\nevent: message\ndata: " + data + b"\n\n"
            if not page.records:
                yield b": still here\n\n"
            try:
                page = await deps.inboxes.read(system, page.next, MAX_LIMIT, HEARTBEAT_SECONDS)
            except Unavailable:
                return  # The client reconnects with its last id, and then gets a problem.


def _still_active(deps: Deps, system: str) -> bool:
    known = deps.rules().systems.get(system)
    return known is not None and known.active


def _poll(request: Request) -> Poll:
    try:
        return Poll.model_validate(dict(request.query_params))
    except ValidationError as error:
        told = [{**one, "loc": ("query", *one["loc"])} for one in error.errors()]
        raise RequestValidationError(told) from None


async def _read(deps: Deps, system: str, cursor: Cursor, limit: int, wait: float) -> Page:
    try:
        return await deps.inboxes.read(system, cursor, limit, wait)
    except CursorUnknown:
        raise Problem(
            400, Code.INVALID_CURSOR, "the inbox has no such place (any more)", place="after"
        ) from None


def _json(system: str, page: Page, asked: Asked) -> Response:
    messages = [
        _document(system, record, cursor) | asked.reading(record.attributes, record.body)
        for record, cursor in zip(page.records, page.cursors, strict=True)
    ]
    document = {"messages": messages, "next": cursors.to_text(system, page.next)}
    return Response(orjson.dumps(document), media_type="application/json")


def _document(system: str, record: InboxRecord, cursor: Cursor) -> dict[str, Any]:
    document = {
        "attributes": record.attributes,
        "signature": record.signature,
        "data_base64": base64.b64encode(record.body).decode(),
        "token": record.token,
        "address": record.address,
        "cursor": cursors.to_text(system, cursor),
        "received_at": _moment(record.at_ms),
    }
    if record.traceparent is not None:
        document[TRACE_HEADER] = record.traceparent
    return document


def _multipart(system: str, page: Page) -> Response:
    parts = [
        (_part_headers(system, record, cursor), record.body)
        for record, cursor in zip(page.records, page.cursors, strict=True)
    ]
    body, content_type = multipart.render(parts)
    following = {"hub-next": cursors.to_text(system, page.next)}
    return Response(body, media_type=content_type, headers=following)


def _part_headers(system: str, record: InboxRecord, cursor: Cursor) -> dict[str, str]:
    headers = http_headers(record.attributes)
    headers[SIGNATURE_HEADER] = record.signature
    headers["hub-delivery-token"] = record.token
    headers["hub-address"] = record.address
    headers["hub-cursor"] = cursors.to_text(system, cursor)
    headers["hub-received-at"] = _moment(record.at_ms)
    if record.traceparent is not None:
        headers[TRACE_HEADER] = record.traceparent
    return headers


def _moment(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")
