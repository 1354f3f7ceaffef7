"""Who signed a message, and what was found out about the signatures inside its documents."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.api.explained import verdict_explained
from hub.api.ops.trace_models import (
    CertificateThen,
    DocumentFound,
    DocumentsShown,
    DoubtShown,
    ReasonShown,
    SignatureFound,
    SignerShown,
)
from hub.api.ops.trace_steps import reason_shown
from hub.decision.documents import NAME, Policy
from hub.decision.events import Event
from hub.decision.order_record import Found
from hub.decision.rows import MessageRow, StepRow
from hub.decision.rules import Rules
from hub.io.sql.certificate_queries import CertificateQueries
from hub.io.sql.compromise_queries import CONFIRMED, CompromiseQueries
from hub.io.sql.message_trace import MessageTrace


async def signer_shown(engine: AsyncEngine, row: MessageRow, rules: Rules) -> SignerShown | None:
    """Return the key that signed, its certificate of that time, and whether it is in question.

    Raises:
        Unavailable: SQL is away.
    """
    if row.key_id is None:
        return None
    system = rules.systems.get(row.source)
    known = None if system is None else system.keys.get(row.key_id)
    found = await CompromiseQueries(engine).about(row.source, row.id)
    return SignerShown(
        kid=row.key_id,
        algorithm=None if known is None else known.key.algorithm,
        barred=None if known is None else reason_shown(known.barred),
        certificate=await _certificate(engine, row.key_id, row.decided_at),
        doubts=[
            DoubtShown(id=one.id, since=one.since, confirmed=one.state == CONFIRMED)
            for one in found
        ],
    )


async def _certificate(engine: AsyncEngine, kid: str, at: datetime) -> CertificateThen | None:
    queries = CertificateQueries(engine)
    found = await queries.of_key(kid, at)
    if found is None:
        return None
    checks = await queries.checks_around(found["id"], at)
    before = [one for one in checks if one["at"] <= at]
    names = ("id", "subject", "issuer", "authority", "since", "until")
    return CertificateThen(
        **{name: found[name] for name in names},
        status=before[0]["status"] if before else None,
        checked_at=before[0]["at"] if before else None,
    )


def documents_shown(found: MessageTrace) -> DocumentsShown | None:
    """Return the documents of a message with the newest verdict about them."""
    asked = _told(found.steps, Event.ADMITTED)
    policy = asked[1].get("policy") if asked and isinstance(asked[1], Mapping) else None
    if asked is None or policy not in set(Policy):
        return None  # It only waits behind another message, or nothing is asked at all.
    verdict = _told(found.steps, Event.VERDICT)
    by_hash = {} if verdict is None else {one.hash: one for one in _read(verdict[1])}
    return DocumentsShown(
        policy=Policy(policy),
        judged_at=None if verdict is None else verdict[0].at,
        documents=[_document(name, by_hash.get(name)) for name in asked[1].get("hashes", [])],
    )


def _told(steps: Iterable[StepRow], event: Event) -> tuple[StepRow, Any] | None:
    """Return the last step of a kind that tells of documents, with what it tells."""
    for step in reversed([one for one in steps if one.event == event.value]):
        told = msgspec.json.decode(step.detail).get(NAME)
        if told is not None:
            return step, told
    return None


def _read(told: Any) -> list[Found]:
    try:
        return msgspec.convert(told, list[Found])
    except msgspec.ValidationError:
        return []  # Of a newer version: the step shows it as it is.


def _document(name: str, found: Found | None) -> DocumentFound:
    if found is None:
        return DocumentFound(hash=name, grade=None, reasons=[], signatures=[], trust=None)
    return DocumentFound(
        hash=name,
        grade=found.grade,
        reasons=_reasons(found.reasons),
        signatures=[
            SignatureFound(
                grade=one.grade,
                reasons=_reasons(one.reasons),
                algorithm=one.algorithm or None,
                proven_at=one.proven_at,
            )
            for one in found.signatures
        ],
        trust=found.trust or None,
    )


def _reasons(codes: Iterable[str]) -> list[ReasonShown]:
    return [ReasonShown(code=code, help=verdict_explained(code)) for code in codes]
