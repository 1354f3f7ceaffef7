"""What a matter is, and what its facts are: dossiers, tasks, petitions, letters, fees, ratings."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum, unique
from typing import Any, Final

import msgspec

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
    last_at: datetime | None = None
    """When the last of its facts was admitted: from then on its time in the tables counts."""
    facts: int = 0
    """How many messages it is made of."""
    offsets: str = "{}"
    """The last offset of each audit partition that is in it, JSON."""


class Told(msgspec.Struct, frozen=True):
    """A fact, read."""

    row: FactRow
    data: dict[str, Any]

    @property
    def what(self) -> str:
        """What it is, as `dossier.received`."""
        return self.row.type.removeprefix("vn.gov.").removesuffix(".v1")

    def moment(self, name: str) -> datetime | None:
        """Return the moment of that name, where the sender gave one."""
        value = self.data.get(name)
        return datetime.fromisoformat(value) if isinstance(value, str) else None

    def at(self, name: str) -> datetime:
        """Return the moment of that name; where the sender gave none, when it was admitted."""
        return self.moment(name) or self.row.at


def promise(matter: Matter, at: datetime | None) -> None:
    """Take a promised day; what the agency itself has moved stays moved."""
    if at is not None:
        matter.due_at = at
        matter.first_due_at = matter.first_due_at if matter.moved else at


def end_of_day(day: date) -> datetime:
    """Return the last moment of a day in Viet Nam, UTC."""
    return datetime.combine(day, time(23, 59, 59), _VIET_NAM).astimezone(UTC)
