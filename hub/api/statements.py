"""Signed statements about messages: withdrawal by the sender, receipts by the recipient.

Both are ordinary messages; their paths only check that the message is of the right kind.
"""

from collections.abc import Callable

from lgsp_message.attributes import SYSTEM_PREFIX
from lgsp_message.limits import MAX_BODY_BYTES
from lgsp_message.reason import Reason, Refused
from lgsp_message.values import Received
from starlette.requests import Request
from starlette.responses import Response

from hub.api.bodies import read_body
from hub.api.callers import caller_of
from hub.api.checks import withdrawn_id
from hub.api.deps import deps_of
from hub.api.incoming import incoming, request_headers
from hub.api.messages import take
from hub.api.pressure import MAX_SUBMISSIONS
from hub.api.problems import Code, Problem
from hub.decision.statements import RECEIPT, WITHDRAWAL


async def post_withdrawal(request: Request) -> Response:
    """Withdraw a message: takes the signed withdrawal, which names it."""
    source, id_ = request.path_params["source"], request.path_params["id"]

    def fits(received: Received) -> None:
        _is(received, WITHDRAWAL)
        if _source(received) != source or withdrawn_id(received.body) != id_:
            raise Problem(400, Code.INVALID_REQUEST, "the body names another message", place="/id")

    return await _take(request, fits)


async def post_receipt(request: Request) -> Response:
    """Settle deliveries: takes a signed receipt of up to 500 messages."""
    return await _take(request, lambda received: _is(received, RECEIPT))


async def _take(request: Request, fits: Callable[[Received], None]) -> Response:
    caller, deps = caller_of(request), deps_of(request)
    with deps.pressure.one(caller.system, MAX_SUBMISSIONS):
        body = await read_body(request, MAX_BODY_BYTES)
        message = incoming(request_headers(request), body)
        fits(message.received)
        return await take(request, deps, caller, message.received, message.traceparent)


def _is(received: Received, type_: str) -> None:
    if received.attributes.get("type") != type_:
        raise Refused(Reason.ATTRIBUTE_INVALID, f"this path takes {type_}", "type")


def _source(received: Received) -> str:
    return received.attributes.get("source", "").removeprefix(SYSTEM_PREFIX)
