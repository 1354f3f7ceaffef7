"""Where a dossier stands, for its citizen: from the projection, and three fields of two bodies."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson

from hub.api.ops.dependencies import Ops
from hub.api.ops.dossier_words import BY_NUMBER, BY_TYPE, DONE, DUE, PREFIX, PROMISES, WHO, Stand
from hub.api.ops.trace_steps import party
from hub.decision.rows import MessageRow, Outcome
from hub.io.sql.message_filter import Filter
from hub.io.sql.message_lists import MessageLists
from hub.io.sql.message_trace import MessageTraces
from hub.ports import Refusing, Unavailable

LOOKED_AT: Final = 100
"""Newest messages of a dossier that are looked at; a long one has some twenty."""
_FROM_OUTSIDE: Final = frozenset(
    {f"{PREFIX}submitted.v1", f"{PREFIX}fee-paid.v1", f"{PREFIX}withdrawn.v1"}
)
"""Types that a portal sends to the agency; all others the agency sends itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """What a citizen is told: never a name, a body, or an id of a message."""

    code: str
    stand: Stand
    since: datetime
    who: tuple[str, str]
    """Vietnamese and English."""
    by: datetime | None
    """Until when the result is promised; where papers are asked for, until when to bring them."""
    overdue: bool
    """That day has passed, and it was somebody's to keep."""


async def find_dossier(ops: Ops, code: str) -> Dossier | None:
    """Return where a dossier stands; None: nothing about it passed the hub.

    Raises:
        Unavailable: SQL does not answer.
    """
    wanted = Filter(subject=code, outcome=Outcome.ADMITTED, statements=False)
    page = await MessageLists(ops.engine).page(wanted, limit=LOOKED_AT)
    rows = [line.message for line in page.messages if line.message.withdrawn_at is None]
    latest = next((row for row in rows if row.type in BY_TYPE), None)
    if latest is None:
        return None
    body = await _body(ops, latest)
    stand = _stand(latest, body)
    by = _moment(body, DUE) if stand is BY_NUMBER[5] else await _promised(ops, rows)
    return Dossier(
        code=code,
        stand=stand,
        since=latest.time or latest.decided_at,
        who=await _who(ops, latest, stand),
        by=by,
        overdue=by is not None and by < ops.clock() and stand.state not in DONE,
    )


def _stand(row: MessageRow, body: dict[str, Any]) -> Stand:
    number = body.get("state")
    by_number = BY_NUMBER.get(number) if isinstance(number, int) else None
    return by_number or BY_TYPE[row.type or ""]


async def _who(ops: Ops, row: MessageRow, stand: Stand) -> tuple[str, str]:
    system = row.source
    if row.type in _FROM_OUTSIDE:
        recipients = await MessageTraces(ops.engine).recipients(row.source, row.id)
        system = min(recipients, default=row.source)
    agency = party(ops.rules(), system).name or "–"
    vi, en = WHO[stand.who]
    return vi.format(agency=agency), en.format(agency=agency)


async def _promised(ops: Ops, rows: list[MessageRow]) -> datetime | None:
    row = next((row for row in rows if row.type in PROMISES), None)
    if row is None:
        return None
    return _moment(await _body(ops, row), PROMISES[row.type or ""])


async def _body(ops: Ops, row: MessageRow) -> dict[str, Any]:
    """Return a body to take named fields from; empty where it is not kept, or Kafka is away."""
    if row.ingress_partition is None or row.ingress_offset is None:
        return {}
    try:
        record = await ops.records.read(row.ingress_partition, row.ingress_offset)
        value = None if record is None else orjson.loads(record.body)
    except (Unavailable, Refusing, orjson.JSONDecodeError):
        return {}  # A citizen is told less, not nothing.
    return value if isinstance(value, dict) and value.get("dossier_code") == row.subject else {}


def _moment(body: dict[str, Any], name: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(body[name])
    except (KeyError, TypeError, ValueError):
        return None
    return found if found.tzinfo is not None else None
