"""`GET /v1/messages/{source}/{id}`: where a message stands, for its sender and its recipients."""

from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from hub.api.callers import Calling
from hub.api.deps import Deps, deps_of
from hub.api.knowledge import known, projection_state
from hub.api.problems import Code, Problem
from hub.ports import MessageHistory, Step

PROJECTION_HEADER: Final = "hub-projection"
"""`whole`, or why the answer may be incomplete: `rebuilding`, `away`."""

router = APIRouter(tags=["messages"])

Source = Annotated[str, Path(pattern=r"^[a-z0-9-]{3,63}$")]
Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9._~-]{1,64}$")]


@router.get("/v1/messages/{source}/{id}")
async def get_message(
    request: Request,
    caller: Calling,
    source: Source,
    id: Id,
) -> Response:
    """Return each recipient's state and every step of a message that one sent or received."""
    deps = deps_of(request)
    # Asked first: a rebuild that ends in between must not leave an old answer unmarked.
    marks = {PROJECTION_HEADER: await projection_state(deps)}
    found = await known(deps, source, id)
    sender = speaks_for(deps, caller.system, source)
    if found is None or not (sender or caller.system in found.recipients):
        # The same answer for both: what others send is nobody's business, nor whether they do.
        raise Problem(404, Code.NOT_FOUND, headers=marks)
    view = document(found) if sender else document(found, caller.system)
    return Response(orjson.dumps(view), media_type="application/json", headers=marks)


def document(found: MessageHistory, only_for: str | None = None) -> dict[str, Any]:
    """Return a history as JSON; `only_for` a recipient, without the other recipients' part."""
    return {
        "source": found.source,
        "id": found.id,
        "state": found.state,
        "recipients": [
            {"system": system, "state": state}
            for system, state in sorted(found.recipients.items())
            if only_for in {None, system}
        ],
        "steps": [_step(step, only_for) for step in found.steps if _concerns(step, only_for)],
    }


def _concerns(step: Step, only_for: str | None) -> bool:
    return only_for is None or step.recipient in {None, only_for}


def _step(step: Step, only_for: str | None) -> dict[str, Any]:
    told = {
        "event": step.event,
        "at": step.at.isoformat(),
        "recipient": step.recipient,
        "reason": step.reason,
        "place": step.place,
    }
    detail = dict(step.detail)
    if only_for is not None and "recipients" in detail:
        detail["recipients"] = [only_for]
    return {name: value for name, value in told.items() if value is not None} | {"detail": detail}


def speaks_for(deps: Deps, system: str, source: str) -> bool:
    """Say whether a system is the sender or speaks for it."""
    if system == source:
        return True
    registered = deps.rules().systems.get(source)
    return registered is not None and system in registered.representatives
