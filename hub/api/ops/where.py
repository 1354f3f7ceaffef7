"""`/ops/where`: "where is my document?" for an agency's own people, in plain sentences."""

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict

from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.explained import explained
from hub.api.ops import where_words as words
from hub.api.ops.dependencies import Ops, ops_of, projection_mark
from hub.api.ops.fields import BusinessKey
from hub.api.ops.scope import sees, viewers
from hub.api.ops.trace_steps import party
from hub.api.rights import Action, Person, require
from hub.decision.rows import DeliveryRow, MessageRow, Outcome
from hub.decision.states import OWNER
from hub.io.sql.message_filter import Filter
from hub.io.sql.message_lists import MessageLists
from hub.io.sql.message_trace import MessageTraces
from hub.io.sql.views_reading import Reading

router: Final = APIRouter(prefix="/ops", tags=["operators"], route_class=AdminRoute)

MAX_MESSAGES: Final = 20
"""Most messages of one key that are told, the newest first."""
MAX_ANSWERS: Final = 50
"""Most sentences in one answer: a letter to all communes has thousands of recipients."""

TheOps = Annotated[Ops, Depends(ops_of)]
Asking = Annotated[Person, Depends(require(Action.WHERE, scoped=True))]

_ITEM: Final[dict[str, Any]] = {
    "source": "mot-cua-mau",
    "id": "mau-1",
    "type": "vn.gov.dossier.received.v1",
    "sender": "Sở Mẫu",
    "recipient": "UBND xã Mẫu",
    "state": "delivered",
    "since": "2026-11-28T02:00:02Z",
    "who": "recipient",
    "by": None,
    "vi": "Đã đến phần mềm của UBND xã Mẫu lúc 09:00 28/11/2026; chờ cơ quan này tiếp nhận.",
    "en": "It reached the software of UBND xã Mẫu at 09:00 28/11/2026; that agency has yet to "
    "take it.",
}


class WhereItem(BaseModel):
    """Where one message stands for one recipient."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ITEM]})

    source: str
    id: str
    type: str | None
    sender: str
    recipient: str | None
    state: str
    since: datetime
    who: str
    """Whose step is next: `hub`, `operator`, `recipient`, `sender`."""
    by: datetime | None
    """Until when, where the message says so."""
    vi: str
    en: str


class WhereLimit(BaseModel):
    """Until when a dossier, letter or petition is to be done, by whom, or when it was."""

    by: datetime
    agency: str | None
    done_at: datetime | None
    overdue: bool
    vi: str
    en: str


class WhereAnswer(BaseModel):
    """Where a document is; empty: nothing of it passed the hub that this person may see."""

    key: str
    items: list[WhereItem]
    left_out: int
    limit: WhereLimit | None
    """None: nobody has said one, or the indicators are being made anew."""


@router.get("/where", responses=problems())
async def where(
    ops: TheOps, person: Asking, key: Annotated[BusinessKey, Query()], response: Response
) -> WhereAnswer:
    """Return where a dossier, a document or a message is, as far as one's own agency is part."""
    response.headers.update(await projection_mark(ops))
    items: list[WhereItem] = []
    for message in await _messages(ops, person, key):
        items += await _of_message(ops, person, message)
    return WhereAnswer(
        key=key,
        items=items[:MAX_ANSWERS],
        left_out=max(0, len(items) - MAX_ANSWERS),
        # Who sees nothing of a matter is not told that there is one.
        limit=await _limit(ops, key) if items else None,
    )


async def _limit(ops: Ops, key: str) -> WhereLimit | None:
    reading = Reading(ops.engine)
    row = None if await reading.rebuild() is not None else await reading.limit_of(key)
    if row is None or row["due_at"] is None:
        return None
    by, done, agency = row["due_at"], row["closed_at"], row["organisation_name"]
    overdue = done is None and by < ops.clock()
    vi, en = words.limit(agency, by=by, done=done, overdue=overdue)
    return WhereLimit(by=by, agency=agency, done_at=done, overdue=overdue, vi=vi, en=en)


async def _messages(ops: Ops, person: Person, key: str) -> list[MessageRow]:
    lists, seen = MessageLists(ops.engine), viewers(person, Action.WHERE, ops.rules())
    for wanted in (
        Filter(viewers=seen, subject=key, statements=False),
        Filter(viewers=seen, id=key, statements=False),
    ):
        page = await lists.page(wanted, limit=MAX_MESSAGES)
        if page.messages:
            return [line.message for line in page.messages]
    return []


async def _of_message(ops: Ops, person: Person, message: MessageRow) -> list[WhereItem]:
    if message.outcome is not Outcome.ADMITTED:
        return [_undelivered(ops, message)]
    rules, scope = ops.rules(), person.scope(Action.WHERE)
    deliveries = await MessageTraces(ops.engine).deliveries(message.source, message.id)
    whole = sees(scope, rules, message.source, message.type)
    return [
        _delivered(ops, message, row)
        for row in deliveries
        if whole or sees(scope, rules, row.recipient, message.type)
    ]


def _delivered(ops: Ops, message: MessageRow, row: DeliveryRow) -> WhereItem:
    sender, recipient = _name(ops, message.source), _name(ops, row.recipient)
    vi, en = words.told(row.state, sender=sender, recipient=recipient, at=row.updated_at)
    return WhereItem(
        **_of(message, sender),
        recipient=recipient,
        state=row.state.value,
        since=row.updated_at,
        who=OWNER[row.state].value,
        by=message.expirytime,
        vi=vi,
        en=en,
    )


def _undelivered(ops: Ops, message: MessageRow) -> WhereItem:
    sender, refused = _name(ops, message.source), message.outcome is Outcome.REFUSED
    help_ = explained(message.reason or "").get("help", {})
    vi, en = (
        words.refused(help_, sender=sender, at=message.decided_at)
        if refused
        else words.undecided(message.decided_at)
    )
    return WhereItem(
        **_of(message, sender),
        recipient=None,
        state=message.outcome.value,
        since=message.decided_at,
        who="sender" if refused else "operator",
        by=message.expirytime,
        vi=vi,
        en=en,
    )


def _of(message: MessageRow, sender: str) -> dict[str, Any]:
    return {
        "source": message.source,
        "id": message.id,
        "type": message.type,
        "sender": sender,
    }


def _name(ops: Ops, system: str) -> str:
    """Return what people call the agency behind a system."""
    return party(ops.rules(), system).name or system
