"""`POST /v1/messages`: the way in. A plain Starlette route: it is the one that must be fast."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import orjson
from lgsp_message.limits import MAX_BODY_BYTES
from lgsp_message.reason import Refused
from lgsp_message.values import Place, Received
from starlette.requests import Request
from starlette.responses import Response

from hub.api import multipart
from hub.api.bodies import read_body
from hub.api.callers import caller_of
from hub.api.deps import Deps, deps_of
from hub.api.incoming import Incoming, incoming, preferred_wait, request_headers
from hub.api.pressure import MAX_SUBMISSIONS
from hub.api.problems import of_refusal, of_unavailable
from hub.api.quotas import OverQuota
from hub.api.submit import Answer, accepted, admitted, decided
from hub.api.tokens import Caller
from hub.io.tracing import SUBMIT, Side, about, spanning
from hub.ports import Unavailable

MAX_BATCH_BYTES: Final = 8 * 1024 * 1024
"""Largest batch: 50 messages of 160 KiB, and small enough to be in memory a few times over."""

JSON: Final = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamped:
    """A part of a batch that admission has let through."""

    received: Received
    traceparent: str | None


async def post_message(request: Request) -> Response:
    """Take one message, or a batch of up to 50."""
    caller, deps = caller_of(request), deps_of(request)
    with deps.pressure.one(caller.system, MAX_SUBMISSIONS):
        content_type = request.headers.get("content-type", "")
        if content_type.lower().startswith("multipart/mixed"):
            return await _batch(request, deps, caller, content_type)
        return await take_one(request, deps, caller)


async def take_one(request: Request, deps: Deps, caller: Caller) -> Response:
    """Take the one message that the request carries."""
    body = await read_body(request, MAX_BODY_BYTES)
    message = incoming(request_headers(request), body)
    return await take(request, deps, caller, message.received, message.traceparent)


async def take(
    request: Request, deps: Deps, caller: Caller, received: Received, traceparent: str | None
) -> Response:
    """Admit, write and answer one message."""
    if deps.tracing is None:
        return await _take(request, deps, caller, received, traceparent)
    told = about(received.attributes)
    with spanning(deps.tracing, SUBMIT, Side.TAKES, traceparent, told) as span:
        return await _take(request, deps, caller, received, span.traceparent)


async def _take(
    request: Request, deps: Deps, caller: Caller, received: Received, traceparent: str | None
) -> Response:
    stamped = await admitted(deps, caller, received)
    if isinstance(stamped, Answer):
        return _answer(stamped)
    place = await deps.ingress.write(stamped, traceparent)
    # Invariant 1: from here on it is durable; only now may it be acknowledged.
    seconds = preferred_wait(request)
    if seconds is None:
        return _answer(accepted(stamped))
    answer = await decided(deps, stamped, place, seconds)
    return _answer(answer, {"preference-applied": f"wait={seconds}"})


def _answer(answer: Answer, headers: dict[str, str] | None = None) -> Response:
    body = orjson.dumps(answer.document)
    return Response(body, status_code=answer.status, media_type=JSON, headers=headers)


async def _batch(request: Request, deps: Deps, caller: Caller, content_type: str) -> Response:
    boundary = multipart.boundary_of(content_type)
    parts = multipart.parse(await read_body(request, MAX_BATCH_BYTES), boundary)
    outcomes = await _admit_parts(deps, caller, parts)
    stamped = [outcome for outcome in outcomes if isinstance(outcome, Stamped)]
    received, traces = [one.received for one in stamped], [one.traceparent for one in stamped]
    places = iter(await deps.ingress.write_many(received, traces))
    seconds = preferred_wait(request)
    # All at once: each decision takes its time.
    answers = await asyncio.gather(
        *(
            _written(deps, one.received, next(places), seconds)
            if isinstance(one, Stamped)
            else _known(one)
            for one in outcomes
        )
    )
    results = [
        {"index": index, "status": answer.status, **answer.document}
        for index, answer in enumerate(answers)
    ]
    return Response(orjson.dumps(results), status_code=207, media_type=JSON)


async def _known(answer: Answer) -> Answer:
    return answer


async def _written(
    deps: Deps, received: Received, place: Place | Unavailable, seconds: int | None
) -> Answer:
    # Invariant 1: each part is acknowledged only if its own write returned.
    if isinstance(place, Unavailable):
        return _problem(of_unavailable(place).document())
    if seconds is None:
        return accepted(received)
    return await decided(deps, received, place, seconds)


async def _admit_parts(
    deps: Deps, caller: Caller, parts: Sequence[multipart.Part]
) -> list[Stamped | Answer]:
    """Admit in order. Behind the first that is over the quota none passes: it would overtake it."""
    outcomes: list[Stamped | Answer] = []
    for part in parts:
        try:
            outcomes.append(await _admit_part(deps, caller, part))
        except OverQuota as over:
            held = _problem(over.document())
            return [*outcomes, *[held] * (len(parts) - len(outcomes))]
    return outcomes


async def _admit_part(deps: Deps, caller: Caller, part: multipart.Part) -> Stamped | Answer:
    try:
        return await _stamped(deps, caller, incoming(part.headers, part.body))
    except Refused as refusal:
        return _problem(of_refusal(refusal).document())
    except Unavailable as error:
        return _problem(of_unavailable(error).document())


async def _stamped(deps: Deps, caller: Caller, message: Incoming) -> Stamped | Answer:
    received, trace = message.received, message.traceparent
    if deps.tracing is None:
        found = await admitted(deps, caller, received)
    else:
        with spanning(deps.tracing, SUBMIT, Side.TAKES, trace, about(received.attributes)) as span:
            found, trace = await admitted(deps, caller, received), span.traceparent
    return found if isinstance(found, Answer) else Stamped(received=found, traceparent=trace)


def _problem(document: dict[str, object]) -> Answer:
    return Answer(status=int(str(document["status"])), document={"problem": document})
