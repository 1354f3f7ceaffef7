"""Matters: dossiers, tasks, petitions, letters, payments and ratings, each from its own facts.

The facts of one matter come from several systems, so through several audit partitions, and between
partitions there is no order. A matter is therefore a function of the *set* of its facts, sorted by
the events' own time: whatever order they are read in, and however often, the same matter comes out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Final

import msgspec

from hub.indicators.dossiers import dossier, tasks
from hub.indicators.matter import FactRow, Kind, Matter, Told, end_of_day, promise


def matters(kind: Kind, key: str, rows: Iterable[FactRow]) -> list[Matter]:
    """Return the matters that these facts, all those of one key, make: one, and its tasks."""
    ordered = sorted(rows, key=lambda row: (row.at, row.partition, row.offset))
    told = [Told(row, msgspec.json.decode(row.data)) for row in ordered]
    made = [_FOLDS[kind](key, told), *(tasks(key, told) if kind is Kind.DOSSIER else ())]
    offsets = _offsets(ordered)
    for one in made:
        one.facts, one.offsets, one.last_at = len(ordered), offsets, ordered[-1].at
    return made


def _offsets(rows: Sequence[FactRow]) -> str:
    last: dict[str, int] = {}
    for row in rows:
        last[str(row.partition)] = max(row.offset, last.get(str(row.partition), -1))
    return msgspec.json.encode(last, order="deterministic").decode()


def _petition(key: str, told: Sequence[Told]) -> Matter:
    matter = Matter(kind=Kind.PETITION, key=key)
    for one in told:
        if one.what in {"petition.received", "petition.assigned"}:
            matter.org = one.data.get("org", matter.org)
            matter.opened_at = matter.opened_at or one.at("received_at")
            promise(matter, one.moment("due_at"))
        elif one.what == "petition.answered" and one.data.get("outcome") != "forwarded":
            matter.closed_at, matter.outcome = one.at("answered_at"), one.data.get("outcome")
    return matter


def _letter(key: str, told: Sequence[Told]) -> Matter:
    matter, addressees, done = Matter(kind=Kind.LETTER, key=key), 0, set()
    for one in told:
        if one.what == "document.issued":
            matter.opened_at, addressees = matter.opened_at or one.row.at, one.row.recipients
            if isinstance(day := one.data.get("due_date"), str):
                promise(matter, end_of_day(date.fromisoformat(day)))
        else:
            done.add(one.row.source)
            if addressees and len(done) >= addressees:
                matter.closed_at = matter.closed_at or one.row.at
    return matter


def _payment(key: str, told: Sequence[Told]) -> Matter:
    matter = Matter(kind=Kind.PAYMENT, key=key)
    for one in told:
        amount = one.data.get("amount", 0)
        matter.org = matter.org or one.data.get("org")
        matter.procedure = matter.procedure or one.data.get("procedure")
        if one.what == "dossier.fee-due":
            matter.opened_at = matter.opened_at or one.at("requested_at")
            matter.amount_due = amount
            promise(matter, one.moment("due_at"))
        elif one.data.get("kind") == "refund":
            matter.amount_refunded += amount
        else:
            matter.amount_paid += amount
            matter.closed_at = one.at("paid_at")
    return matter


def _rating(key: str, told: Sequence[Told]) -> Matter:
    last = told[-1]
    return Matter(
        kind=Kind.RATING,
        key=key,
        org=last.data.get("org"),
        procedure=last.data.get("procedure"),
        opened_at=last.at("rated_at"),
        score=last.data.get("score"),
    )


_FOLDS: Final[Mapping[Kind, Callable[[str, Sequence[Told]], Matter]]] = {
    Kind.DOSSIER: dossier,
    Kind.PETITION: _petition,
    Kind.LETTER: _letter,
    Kind.PAYMENT: _payment,
    Kind.RATING: _rating,
}
