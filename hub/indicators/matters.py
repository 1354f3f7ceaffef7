"""Matters: dossiers, tasks, petitions, letters, payments and ratings, each from its own facts.

The facts of one matter come from several systems, so through several audit partitions, and between
partitions there is no order. A matter is therefore a function of the *set* of its facts, sorted by
the events' own time: whatever order they are read in, and however often, the same matter comes out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum, unique
from typing import Any, Final

import msgspec

from hub.decision.event_rows import names
from hub.decision.events import AuditEvent
from hub.decision.facts import NAME
from hub.decision.rows import AuditRecord

_VIET_NAM: Final = timezone(timedelta(hours=7))
MAX_KEY: Final = 256
"""Longest key of a matter, characters: a DocumentId of the national axis may have as many."""
TASK_MARK: Final = "#"
"""Between the dossier's code and the organisation that has a task in it."""


@unique
class Kind(StrEnum):
    """What a matter is."""

    DOSSIER = "dossier"
    TASK = "task"
    """What one agency was asked to do in another's dossier."""
    PETITION = "petition"
    LETTER = "letter"
    PAYMENT = "payment"
    RATING = "rating"


MAX_FACTS: Final = 1_000
"""Most facts of one matter from one audit partition: the first ones, in that partition's order.

A dossier has some tens. Who sends everything under one subject must not make each batch read it
all again; and "the first of a partition" is the same set however often it is read."""
_STATUS: Final = "vn.gov.document.status.v1"
_FINISHED: Final = frozenset({"02", "06"})
"""Statuses of the national axis after which an addressee has nothing left to do: refused, done."""


class FactRow(msgspec.Struct, frozen=True, kw_only=True):
    """What one admitted message says about one matter."""

    partition: int
    offset: int
    kind: Kind
    """Never `TASK`: tasks are found in the facts of their dossier."""
    key: str
    at: datetime
    source: str
    type: str
    recipients: int
    data: str
    """The declared facts, JSON."""


class Matter(msgspec.Struct, kw_only=True):
    """What is known of a matter. Times are UTC, amounts are đồng."""

    kind: Kind
    key: str
    org: str | None = None
    """Id of the organisation that must act, or has acted."""
    procedure: str | None = None
    online: bool | None = None
    opened_at: datetime | None = None
    first_due_at: datetime | None = None
    """What was promised, without what the agency itself has moved."""
    due_at: datetime | None = None
    moved: bool = False
    """The promise was moved by the agency's own fault: it counts as late, whenever it is done."""
    closed_at: datetime | None = None
    outcome: str | None = None
    returned_at: datetime | None = None
    amount_due: int | None = None
    amount_paid: int = 0
    amount_refunded: int = 0
    score: int | None = None
    facts: int = 0
    """How many messages it is made of."""
    offsets: str = "{}"
    """The last offset of each audit partition that is in it, JSON."""


_KIND_OF: Final[Mapping[str, Kind]] = {
    "vn.gov.dossier.fee-due.v1": Kind.PAYMENT,
    "vn.gov.dossier.fee-paid.v1": Kind.PAYMENT,
    "vn.gov.document.issued.v1": Kind.LETTER,
    _STATUS: Kind.LETTER,
    "vn.gov.citizen.rating.v1": Kind.RATING,
}


def fact_row(record: AuditRecord, event: AuditEvent) -> FactRow | None:
    """Return what an `admitted` event says about a matter, if it says something."""
    told = event.detail.get(NAME)
    type_ = event.detail.get("type")
    if not isinstance(told, dict) or not isinstance(type_, str):
        return None
    kind = _kind(type_)
    key = kind and _key(kind, event, told)
    if kind is None or not key:
        return None
    if type_ == _STATUS and told.get("status") not in _FINISHED:
        return None  # A letter to all communes gets three statuses from each: one is enough.
    return FactRow(
        partition=record.partition,
        offset=record.offset,
        kind=kind,
        key=key[:MAX_KEY],
        at=event.at,
        source=event.source,
        type=type_,
        recipients=len(names(event, "recipients")),
        data=msgspec.json.encode(told, order="deterministic").decode(),
    )


def _kind(type_: str) -> Kind | None:
    if type_ in _KIND_OF:
        return _KIND_OF[type_]
    if type_.startswith("vn.gov.dossier."):
        return Kind.DOSSIER
    return Kind.PETITION if type_.startswith("vn.gov.petition.") else None


def _key(kind: Kind, event: AuditEvent, told: Mapping[str, Any]) -> str | None:
    """Return the business key: the message's subject, or another system's reference."""
    key = told.get("key")
    if kind is Kind.RATING:
        return f"{event.source}/{key}" if isinstance(key, str) else None
    if kind is Kind.PAYMENT:
        return key if isinstance(key, str) else None
    subject = event.detail.get("subject")
    return subject.replace("\0", "\ufffd") if isinstance(subject, str) else None


class _Told(msgspec.Struct, frozen=True):
    row: FactRow
    data: dict[str, Any]

    @property
    def what(self) -> str:
        return self.row.type.removeprefix("vn.gov.").removesuffix(".v1")

    def moment(self, name: str) -> datetime | None:
        value = self.data.get(name)
        return datetime.fromisoformat(value) if isinstance(value, str) else None

    def at(self, name: str) -> datetime:
        """Return the moment of that name; where the sender gave none, when it was admitted."""
        return self.moment(name) or self.row.at


def matters(kind: Kind, key: str, rows: Iterable[FactRow]) -> list[Matter]:
    """Return the matters that these facts, all those of one key, make: one, and its tasks."""
    ordered = sorted(rows, key=lambda row: (row.at, row.partition, row.offset))
    told = [_Told(row, msgspec.json.decode(row.data)) for row in ordered]
    made = [_FOLDS[kind](key, told), *(_tasks(key, told) if kind is Kind.DOSSIER else ())]
    offsets = _offsets(ordered)
    for one in made:
        one.facts, one.offsets = len(ordered), offsets
    return made


def _offsets(rows: Sequence[FactRow]) -> str:
    last: dict[str, int] = {}
    for row in rows:
        last[str(row.partition)] = max(row.offset, last.get(str(row.partition), -1))
    return msgspec.json.encode(last, order="deterministic").decode()


def _dossier(key: str, told: Sequence[_Told]) -> Matter:
    matter = Matter(kind=Kind.DOSSIER, key=key, org=_owner(told))
    for one in told:
        matter.procedure = matter.procedure or one.data.get("procedure")
        if (step := _DOSSIER.get(one.what)) is not None:
            step(matter, one)
    return matter


def _owner(told: Sequence[_Told]) -> str | None:
    """Return who handles the dossier: who took it, or to whom it was handed in."""
    for what in ("dossier.received", "dossier.submitted"):
        for one in told:
            if one.what == what and one.data.get("org"):
                return str(one.data["org"])
    return None


def _submitted(matter: Matter, one: _Told) -> None:
    matter.online = one.data.get("online", matter.online)
    matter.opened_at = matter.opened_at or one.at("submitted_at")


def _received(matter: Matter, one: _Told) -> None:
    if one.data.get("state") == _NOT_RECEIVED:
        matter.closed_at, matter.outcome = one.at("refused_at"), "not_received"
        return
    matter.opened_at = matter.opened_at or one.at("received_at")
    _promise(matter, one.moment("promised_at"))


_NOT_RECEIVED: Final = 3
"""TrangThaiHoSo of the national portal: not received."""


def _supplement(matter: Matter, one: _Told) -> None:
    # Waiting for the applicant's papers is not the agency's time.
    _promise(matter, one.moment("promised_after"))


def _deadline(matter: Matter, one: _Told) -> None:
    after = one.moment("promised_after")
    if one.data.get("at_fault") is False:
        _promise(matter, after)
        return
    matter.first_due_at = matter.first_due_at or one.moment("promised_before")
    matter.due_at, matter.moved = after or matter.due_at, True


def _promise(matter: Matter, at: datetime | None) -> None:
    if at is not None:
        matter.due_at = at
        matter.first_due_at = matter.first_due_at if matter.moved else at


def _result(matter: Matter, one: _Told) -> None:
    # A partner's result ends its task, not the dossier.
    if matter.org is None or one.data.get("org") == matter.org:
        matter.closed_at, matter.outcome = one.at("finished_at"), one.data.get("outcome")


def _returned(matter: Matter, one: _Told) -> None:
    matter.returned_at = one.at("returned_at")


def _withdrawn(matter: Matter, one: _Told) -> None:
    matter.closed_at, matter.outcome = one.at("withdrawn_at"), "withdrawn"


_DOSSIER: Final[Mapping[str, Callable[[Matter, _Told], None]]] = {
    "dossier.submitted": _submitted,
    "dossier.received": _received,
    "dossier.supplement-requested": _supplement,
    "dossier.deadline-changed": _deadline,
    "dossier.result": _result,
    "dossier.returned": _returned,
    "dossier.withdrawn": _withdrawn,
}


def _tasks(key: str, told: Sequence[_Told]) -> list[Matter]:
    tasks: dict[str, Matter] = {}
    for one in told:
        org = one.data.get("org")
        if not isinstance(org, str):
            continue
        if one.what == "dossier.transferred":
            task = tasks.setdefault(
                org, Matter(kind=Kind.TASK, key=f"{key}{TASK_MARK}{org}"[:MAX_KEY], org=org)
            )
            task.opened_at = task.opened_at or one.at("transferred_at")
            _promise(task, one.moment("due_at"))
        elif one.what == "dossier.result" and org in tasks:
            task = tasks[org]
            task.closed_at, task.outcome = one.at("finished_at"), one.data.get("outcome")
    return list(tasks.values())


def _petition(key: str, told: Sequence[_Told]) -> Matter:
    matter = Matter(kind=Kind.PETITION, key=key)
    for one in told:
        if one.what in {"petition.received", "petition.assigned"}:
            matter.org = one.data.get("org", matter.org)
            matter.opened_at = matter.opened_at or one.at("received_at")
            _promise(matter, one.moment("due_at"))
        elif one.what == "petition.answered" and one.data.get("outcome") != "forwarded":
            matter.closed_at, matter.outcome = one.at("answered_at"), one.data.get("outcome")
    return matter


def _letter(key: str, told: Sequence[_Told]) -> Matter:
    matter, addressees, done = Matter(kind=Kind.LETTER, key=key), 0, set()
    for one in told:
        if one.what == "document.issued":
            matter.opened_at, addressees = matter.opened_at or one.row.at, one.row.recipients
            if isinstance(day := one.data.get("due_date"), str):
                _promise(matter, end_of_day(date.fromisoformat(day)))
        else:
            done.add(one.row.source)
            if addressees and len(done) >= addressees:
                matter.closed_at = matter.closed_at or one.row.at
    return matter


def _payment(key: str, told: Sequence[_Told]) -> Matter:
    matter = Matter(kind=Kind.PAYMENT, key=key)
    for one in told:
        amount = one.data.get("amount", 0)
        matter.org = matter.org or one.data.get("org")
        matter.procedure = matter.procedure or one.data.get("procedure")
        if one.what == "dossier.fee-due":
            matter.opened_at = matter.opened_at or one.at("requested_at")
            matter.amount_due = amount
            _promise(matter, one.moment("due_at"))
        elif one.data.get("kind") == "refund":
            matter.amount_refunded += amount
        else:
            matter.amount_paid += amount
            matter.closed_at = one.at("paid_at")
    return matter


def _rating(key: str, told: Sequence[_Told]) -> Matter:
    last = told[-1]
    return Matter(
        kind=Kind.RATING,
        key=key,
        org=last.data.get("org"),
        procedure=last.data.get("procedure"),
        opened_at=last.at("rated_at"),
        score=last.data.get("score"),
    )


_FOLDS: Final[Mapping[Kind, Callable[[str, Sequence[_Told]], Matter]]] = {
    Kind.DOSSIER: _dossier,
    Kind.PETITION: _petition,
    Kind.LETTER: _letter,
    Kind.PAYMENT: _payment,
    Kind.RATING: _rating,
}


def end_of_day(day: date) -> datetime:
    """Return the last moment of a day in Viet Nam, UTC."""
    return datetime.combine(day, time(23, 59, 59), _VIET_NAM).astimezone(UTC)
