"""`POST /v1/messages:check`: everything that is wrong with a message, and nothing kept of it."""

import orjson
from lgsp_message.attributes import SYSTEM_PREFIX, is_system_name
from lgsp_message.limits import MAX_BODY_BYTES
from lgsp_message.values import Received
from starlette.requests import Request
from starlette.responses import Response

from hub.api.bodies import read_body
from hub.api.callers import caller_of
from hub.api.deps import Deps, deps_of
from hub.api.incoming import incoming, request_headers
from hub.api.knowledge import prefetch
from hub.api.pressure import MAX_SUBMISSIONS
from hub.decision.check import Finding, check
from hub.decision.statements import WITHDRAWAL


async def post_check(request: Request) -> Response:
    """Say what the hub would refuse. An empty list: it would be admitted as things stand now."""
    caller, deps = caller_of(request), deps_of(request)
    with deps.pressure.one(caller.system, MAX_SUBMISSIONS):
        body = await read_body(request, MAX_BODY_BYTES)
        received = incoming(request_headers(request), body).received
        found = await _check(deps, caller.system, received)
    errors = [
        {"reason": one.reason.value, "place": one.place, "detail": one.detail} for one in found
    ]
    return Response(
        orjson.dumps({"ok": not errors, "errors": errors}), media_type="application/json"
    )


async def _check(deps: Deps, peer: str, received: Received) -> tuple[Finding, ...]:
    source = received.attributes.get("source", "").removeprefix(SYSTEM_PREFIX)
    ids = [received.attributes.get("id", "")]
    if received.attributes.get("type") == WITHDRAWAL:
        ids.append(withdrawn_id(received.body))
    # Only of one's own: what others sent is not looked up for anybody.
    mine = is_system_name(source) and source == peer
    admitted = await prefetch(deps, source, ids if mine else ())
    held = await deps.admission.held(received, peer)
    return check(received, peer, held, deps.rules(), admitted, deps.clock())


def withdrawn_id(body: bytes) -> str:
    """Return the id that a withdrawal names, or nothing where it names none."""
    try:
        named = orjson.loads(body)["id"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""
    return named if isinstance(named, str) else ""
