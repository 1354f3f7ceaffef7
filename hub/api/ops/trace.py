"""`/ops/messages/{source}/{id}`: what happened to one message, its headers, and its bytes."""

import hashlib
from datetime import timedelta
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Depends, Response
from lgsp_message.cloudevents import SIGNATURE_HEADER
from lgsp_message.keys import unb64url

from hub.api.admin_models import ReasonRequest, problems
from hub.api.admin_route import AdminRoute
from hub.api.ops.dependencies import Ops, ops_of, projection_mark
from hub.api.ops.scope import sees, viewers
from hub.api.ops.trace_links import links_of
from hub.api.ops.trace_models import (
    Attributes,
    BodyShown,
    HeadersAnswer,
    Offset,
    RulesShown,
    SignatureShown,
    TraceAnswer,
    WrittenAt,
)
from hub.api.ops.trace_signatures import documents_shown, signer_shown
from hub.api.ops.trace_steps import party, reason_shown, recipients_shown, steps_shown
from hub.api.problems import Code, Problem
from hub.api.rights import Action, Person, require
from hub.api.status import Id, Source
from hub.control import store
from hub.control.trail import note
from hub.decision.rows import MessageRow
from hub.io.kafka.ingress_record import Found
from hub.io.sql.engine import sql_errors
from hub.io.sql.message_trace import MessageTrace, MessageTraces

router: Final = APIRouter(
    prefix="/ops/messages/{source}/{id}", tags=["operators"], route_class=AdminRoute
)

BODY_KEPT: Final = timedelta(days=30)
"""How long `hub.ingress` keeps a record (see `hub.io.kafka.topics`)."""
VIEWED: Final = "view_body"
"""What the trail calls it."""

TheOps = Annotated[Ops, Depends(ops_of)]
Viewing = Annotated[Person, Depends(require(Action.VIEW_METADATA, scoped=True))]
Opening = Annotated[Person, Depends(require(Action.VIEW_BODY, scoped=True, writes=False))]

_GONE: Final = "No such message that you may see, or its bytes are no longer kept"
_BYTES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The exact bytes that the sender signed",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get("", responses=problems(s404="No such message that you may see"))
async def trace(
    ops: TheOps, person: Viewing, source: Source, id: Id, response: Response
) -> TraceAnswer:
    """Return everything about one message but its body."""
    response.headers.update(await projection_mark(ops))
    found = await MessageTraces(ops.engine).trace(source, id)
    if found is None:
        raise Problem(404, Code.NOT_FOUND)
    named = [row.recipient for row in found.deliveries]
    shown = _shown(ops, person, Action.VIEW_METADATA, found.message, named)
    links = await links_of(ops.engine, found, viewers(person, Action.VIEW_METADATA, ops.rules()))
    return TraceAnswer(
        **_of_message(ops, found),
        recipients=recipients_shown(found, ops.rules(), shown),
        steps=steps_shown(found, shown),
        steps_left_out=found.steps_left_out,
        links=links,
        signer=await signer_shown(ops.engine, found.message, ops.rules()),
        documents=documents_shown(found),
    )


@router.get("/headers", responses=problems(s404=_GONE))
async def headers(ops: TheOps, person: Viewing, source: Source, id: Id) -> HeadersAnswer:
    """Return the record as it was received, without its body."""
    message, record = await kept_record(ops, person, Action.VIEW_METADATA, source, id)
    return HeadersAnswer(
        headers=[(name, (raw or b"").decode(errors="replace")) for name, raw in record.headers],
        signature=_signature(record),
        ingress=WrittenAt(
            partition=message.ingress_partition or 0,
            offset=message.ingress_offset or 0,
            written_at=record.written_at,
        ),
    )


@router.post("/body", responses=problems(s404=_GONE) | _BYTES, response_class=Response)
async def body(
    ops: TheOps, person: Opening, source: Source, id: Id, request: ReasonRequest
) -> Response:
    """Return the message's exact bytes, to who has the right and says why.

    A POST, although it changes nothing: reasons name people, and URLs end up in logs (invariant 9).
    """
    message, record = await kept_record(ops, person, Action.VIEW_BODY, source, id)
    # Invariant 11: in the trail before the first byte leaves. A crash in between leaves a name
    # without a look, never a look without a name.
    with sql_errors("writing the trail"):
        async with ops.engine.begin() as connection:
            await store.lock(connection)
            touched = [(f"message/{source}/{id}", VIEWED)]
            await note(connection, ops.clock(), person.name, request.reason, touched)
    return Response(
        record.body,
        media_type="application/octet-stream",
        headers={
            "content-disposition": f'attachment; filename="{source}_{id}.bin"',
            # Attack: a body that a browser takes for a page would run in the console's origin.
            "x-content-type-options": "nosniff",
            "cache-control": "no-store",
            "hub-body-sha256": message.body_sha256 or "",
        },
    )


async def kept_record(
    ops: Ops, person: Person, action: Action, source: str, id: str
) -> tuple[MessageRow, Found]:
    """Return a message that this person may see, with its record of `hub.ingress`.

    Raises:
        Problem: 404.
        Unavailable: SQL or Kafka does not answer.
    """
    traces = MessageTraces(ops.engine)
    message = await traces.message(source, id)
    if message is None:
        raise Problem(404, Code.NOT_FOUND)
    _shown(ops, person, action, message, await traces.recipients(source, id))
    if message.ingress_partition is None or message.ingress_offset is None:
        raise Problem(404, Code.BODY_GONE)
    record = await ops.records.read(message.ingress_partition, message.ingress_offset)
    if record is None or not _is_of(record, message):
        raise Problem(404, Code.BODY_GONE)
    return message, record


def _is_of(record: Found, message: MessageRow) -> bool:
    """Say whether this is the record that was decided: a topic made anew counts from 0 again."""
    if message.body_sha256 is not None:
        return hashlib.sha256(record.body).hexdigest() == message.body_sha256
    return dict(record.headers).get("ce_id") == message.id.encode()


def _shown(
    ops: Ops, person: Person, action: Action, message: MessageRow, recipients: list[str]
) -> frozenset[str] | None:
    """Return the recipients whose part this person may see; None: all.

    Raises:
        Problem: 404: nothing of it. The same answer as for a message that does not exist.
    """
    scope, rules = person.scope(action), ops.rules()
    if sees(scope, rules, message.source, message.type):
        return None
    shown = frozenset(one for one in recipients if sees(scope, rules, one, message.type))
    if not shown:
        raise Problem(404, Code.NOT_FOUND)
    return shown


def _of_message(ops: Ops, found: MessageTrace) -> dict[str, Any]:
    row, rules = found.message, None
    if row.rules_version is not None:
        rules = RulesShown(version=row.rules_version, hash=row.rules_hash)
    place = None
    if row.ingress_partition is not None and row.ingress_offset is not None:
        place = Offset(partition=row.ingress_partition, offset=row.ingress_offset)
    names = (
        *("source", "id", "outcome", "withdrawn_at", "decided_at", "peer", "received_at"),
        *("trace_id", "retried_at"),
        *("size", "body_sha256", "place"),
    )
    kept = place is not None and row.decided_at > ops.clock() - BODY_KEPT
    return {name: getattr(row, name) for name in names} | {
        "sender": party(ops.rules(), row.source),
        "attributes": Attributes.model_validate(row),
        "ingress": place,
        "rules": rules,
        "reason": reason_shown(row.reason),
        "body": BodyShown(kept=kept),
    }


def _signature(record: Found) -> SignatureShown | None:
    named = dict(record.headers)
    text = (named.get(SIGNATURE_HEADER) or b"").decode(errors="replace")
    try:
        header = orjson.loads(unb64url(text.partition(".")[0]))
    except ValueError:
        return None
    if not isinstance(header, dict):
        return None
    told = {name: header.get(name) for name in SignatureShown.model_fields}
    return SignatureShown(
        **{name: value if isinstance(value, str) else None for name, value in told.items()}
    )
