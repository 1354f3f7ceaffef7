"""`/ops/routes`: who may send what to whom and where it leads, and what would happen to this."""

import asyncio
import json
from datetime import datetime
from typing import Annotated, Final

from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import APIRouter, Depends, Query
from lgsp_message.attributes import is_urgent

from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.explained import explained
from hub.api.ops import cursors
from hub.api.ops.dependencies import Ops, ops_of
from hub.api.ops.fields import CursorText, SystemName, Word
from hub.api.ops.route_models import (
    ChoiceAnswer,
    DeliveryAnswer,
    Problematic,
    RoutePage,
    SimulateAnswer,
    SimulateRequest,
    StepAnswer,
)
from hub.api.ops.routing_table import RouteKey, RoutingTable, target
from hub.api.problems import Code, Problem
from hub.api.rights import Action, require
from hub.decision.check import Finding
from hub.decision.rehearsal import Rehearsal, Step, rehearse
from hub.decision.rules import Rules
from hub.schemas.event_types import parse_schema, schema_fits_type

router: Final = APIRouter(prefix="/ops", tags=["operators"], route_class=AdminRoute)

TheOps = Annotated[Ops, Depends(ops_of)]
_READING: Final = [Depends(require(Action.VIEW_RULES))]


@router.get(
    "/routes",
    responses=problems(s400="The cursor is not one of this list"),
    dependencies=_READING,
)
async def routes(
    *,
    ops: TheOps,
    sender: SystemName | None = None,
    type: Word | None = None,
    recipient: Word | None = None,
    after: CursorText = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> RoutePage:
    """Return the routing table: a row for each address that an access right names."""
    table, place = RoutingTable(ops.rules(), ops.clock()), cursors.from_text(after, RouteKey)
    # Off the loop: with a filter for where it leads, every row is followed to its end.
    rows, following = await asyncio.to_thread(table.page, (sender, type, recipient), place, limit)
    return RoutePage(
        items=rows, next=cursors.to_text(following), rules_version=table.rules.ref.version
    )


@router.post(
    "/routes:simulate",
    responses=problems(s400="The body is not JSON", s413="The body is too large"),
    # It writes nothing: a POST only because a message does not fit into a URL.
    dependencies=[Depends(require(Action.VIEW_RULES, writes=False))],
)
async def simulate(ops: TheOps, request: SimulateRequest) -> SimulateAnswer:
    """Return what would happen to this message under the rules as they are now."""
    return await rehearsed(ops, request)


async def rehearsed(ops: Ops, request: SimulateRequest) -> SimulateAnswer:
    """Decide as the hub would, and store nothing.

    Raises:
        Problem: the body is nested beyond what can be written.
    """
    rules, now = ops.rules(), ops.clock()
    attributes = _attributes(request, rules, now)
    body = _body(request)
    key = ec.generate_private_key(ec.SECP256R1())
    found = await asyncio.to_thread(rehearse, attributes, body, rules, key, now)
    return SimulateAnswer(
        outcome="admitted" if found.outcome == "admitted" else "refused",
        reason=found.reason,
        rules_version=rules.ref.version,
        at=now,
        steps=[_step(found, step, checked=body is not None) for step in Step],
        deliveries=[
            DeliveryAnswer(
                address=one.address,
                **target(rules, one.system, urgent=is_urgent(attributes)).model_dump(),
            )
            for one in found.routes.deliveries
        ],
        choices=[
            ChoiceAnswer(
                address=one.address, candidates=[target(rules, name) for name in one.candidates]
            )
            for one in found.routes.choices
        ],
    )


def problematic(finding: Finding) -> Problematic:
    """Return a finding with its explanation."""
    return Problematic(
        reason=finding.reason,
        place=finding.place,
        detail=finding.detail,
        help=explained(finding.reason).get("help"),
    )


def _attributes(request: SimulateRequest, rules: Rules, now: datetime) -> dict[str, str]:
    optional = {
        "subject": request.subject,
        "onbehalf": request.onbehalf,
        "correlationid": request.correlationid,
        "expirytime": None if request.expirytime is None else _text(request.expirytime),
    }
    return {
        "id": "simulation",
        "source": f"urn:hub:system:{request.source}",
        "specversion": "1.0",
        "type": request.type,
        "datacontenttype": "application/json",
        "dataschema": request.dataschema or _newest(request.type, rules),
        "time": _text(request.time or now),
        "recipients": " ".join(request.recipients),
        "priority": request.priority,
    } | {name: value for name, value in optional.items() if value is not None}


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _newest(type_: str, rules: Rules) -> str:
    """Return the newest published schema of a type; the name that it would have without one."""
    fitting = [
        (schema.minor, name)
        for name in rules.schemas
        if (schema := parse_schema(name)) is not None and schema_fits_type(type_, name)
    ]
    if fitting:
        return max(fitting)[1]
    name, _, major = type_.removeprefix("vn.gov.").rpartition(".v")
    return f"urn:hub:schema:{name}:{major}.0"


def _body(request: SimulateRequest) -> bytes | None:
    """Return the body's bytes. ASCII: what JSON allows and UTF-8 does not is for the hub to refuse.

    Raises:
        Problem: it is nested beyond what can be written.
    """
    if request.body is None:
        return None
    try:
        return json.dumps(request.body).encode()
    except RecursionError:
        raise Problem(422, Code.INVALID_REQUEST, "nested too deeply", place="body") from None


def _step(found: Rehearsal, step: Step, *, checked: bool) -> StepAnswer:
    findings = [problematic(one) for one in found.findings[step]]
    if findings:
        return StepAnswer(step=step, result="refused", findings=findings)
    if step is Step.SIGNATURE:
        return StepAnswer(step=step, result="assumed", findings=[])
    if step is Step.DEDUPLICATION or (step is Step.VALIDATION and not checked):
        return StepAnswer(step=step, result="not_checked", findings=[])
    return StepAnswer(step=step, result="ok", findings=[])
