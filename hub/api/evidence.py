"""`GET /v1/messages/{source}/{id}/evidence`: the proof of one's own messages, as a file.

With a `stage` the bundle claims one thing, and a verifier says whether it is proven: that a stage
was reached, or with `not_by` that it was not reached by then.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, unique
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from lgsp_message.attributes import is_system_name
from lgsp_verify.asice.container import MIMETYPE
from lgsp_verify.bundle.index import Claim
from starlette.responses import Response

from hub.api.callers import Calling
from hub.api.deps import deps_of
from hub.api.knowledge import known
from hub.api.pressure import MAX_TRANSFERS
from hub.api.problems import Code, Problem, busy
from hub.api.status import Id, Source, speaks_for
from hub.evidence.audience import Audience
from hub.evidence.make import EvidenceMaker, Wanted

MEDIA_TYPE: Final = MIMETYPE.decode()
MAX_SIZE: Final = 2**53
"""Every JSON reader knows numbers up to this one."""

SETTLED: Final = timedelta(seconds=30)
"""After which what happened stands in the log: events reach it within seconds."""

router = APIRouter(tags=["log"])


@unique
class Stage(StrEnum):
    """What can be claimed of a message."""

    ADMITTED = "admitted"
    DELIVERED = "delivered"
    ACKNOWLEDGED = "acknowledged"
    PROCESSED = "processed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a bundle shall prove besides what happened."""

    stage: Stage | None
    recipient: str | None
    not_by: datetime | None
    since: int | None


async def asked(
    stage: Annotated[Stage | None, Query()] = None,
    recipient: Annotated[str | None, Query(pattern=r"^[a-z0-9-]{3,63}$")] = None,
    not_by: Annotated[datetime | None, Query()] = None,
    since: Annotated[int | None, Query(ge=1, le=MAX_SIZE)] = None,
) -> Asked:
    """Return what the query asks for."""
    return Asked(stage=stage, recipient=recipient, not_by=not_by, since=since)


Asking = Annotated[Asked, Depends(asked)]


@router.get("/v1/messages/{source}/{id}/evidence")
async def get_evidence(
    request: Request, caller: Calling, source: Source, id: Id, wish: Asking
) -> Response:
    """Return the evidence about a message that one sent or received: an ASiC-E container."""
    deps = deps_of(request)
    maker, claim = maker_of(deps.evidence), claim_of(wish, deps.clock())
    history = await known(deps, source, id)
    sender = speaks_for(deps, caller.system, source)
    if history is None or not (sender or caller.system in history.recipients):
        # The same answer for both: what others send is nobody's business, nor whether they do.
        raise Problem(404, Code.NOT_FOUND)
    audience = Audience(system=caller.system, sends=sender)
    wanted = Wanted(source=source, id=id, audience=audience, claim=claim, since=wish.since)
    with deps.pressure.one(caller.system, MAX_TRANSFERS):
        return await answer(maker, wanted)


def maker_of(maker: EvidenceMaker | None) -> EvidenceMaker:
    """Return who makes evidence.

    Raises:
        Problem: 404: this hub makes none.
    """
    if maker is None:
        raise Problem(404, Code.NOT_FOUND)
    return maker


def claim_of(wish: Asked, now: datetime) -> Claim | None:
    """Return what shall be claimed; None: nothing in particular.

    Raises:
        Problem: 422: something else is needed with it, or the moment has not come.
    """
    stage, recipient, not_by = wish.stage, wish.recipient, wish.not_by
    if stage is None:
        if recipient is not None or not_by is not None:
            raise Problem(422, Code.INVALID_REQUEST, "recipient and not_by need a stage")
        return None
    about_one = recipient is not None and is_system_name(recipient)
    if about_one == (stage is Stage.ADMITTED):
        raise Problem(422, Code.INVALID_REQUEST, "every stage but admitted needs its recipient")
    if not_by is not None and (not_by.tzinfo is None or not_by > now - SETTLED):
        # Nobody can prove today what will not have happened tomorrow.
        told = f"not_by has its offset and is {SETTLED.seconds} s in the past, or more"
        raise Problem(422, Code.INVALID_REQUEST, told)
    return Claim(stage=stage.value, recipient=recipient, not_by=not_by)


async def answer(maker: EvidenceMaker, wanted: Wanted) -> Response:
    """Return the bundle.

    Raises:
        Problem: 503: the log does not know the message yet.
    """
    bundle = await maker.make(wanted)
    if bundle is None:
        raise busy(503, Code.UNAVAILABLE, "not in the log yet: ask again")
    name = f"{wanted.source}_{wanted.id}.asice"
    headers = {
        "content-disposition": f'attachment; filename="{name}"',
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
    }
    return Response(bundle, media_type=MEDIA_TYPE, headers=headers)
