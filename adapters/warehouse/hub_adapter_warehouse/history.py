"""The history of one record (slowly changing dimension, type 2). Pure.

The rows are a function of the set of changes alone: whatever the order of arrival, and however
often one arrives, the table is the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub_adapter_warehouse.change import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a record was from one change to the next."""

    valid_from: datetime
    valid_to: datetime | None
    """When the next change happened; None for the current one. Equal times: no duration."""
    version: int
    id: str
    """The message that made it so."""
    deleted: bool
    record: Mapping[str, Any] = field(repr=False)


def after(known: Mapping[str, Any], change: Change) -> dict[str, Any]:
    """Return the record after a change."""
    return dict(change.record) if change.whole else {**known, **change.record}


def states(changes: Iterable[Change]) -> list[State]:
    """Return the states that follow from all changes of one record, oldest first."""
    ordered = sorted(changes, key=lambda change: change.place)
    known: dict[str, Any] = {}
    found = []
    for change, following in zip(ordered, [*ordered[1:], None], strict=True):
        known = after(known, change)
        end = None if following is None else following.at
        found.append(state(change, known, end))
    return found


def state(change: Change, record: Mapping[str, Any], end: datetime | None = None) -> State:
    """Return the state that a change makes, until `end`."""
    return State(
        valid_from=change.at,
        valid_to=end,
        version=change.version,
        id=change.stated.id,
        deleted=change.deleted,
        record=record,
    )
