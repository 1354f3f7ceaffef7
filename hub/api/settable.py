"""Setting and removing what people set by name: alert rules, channels, time limits, days."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Protocol

from hub.api.admin_models import ReasonRequest
from hub.api.rights import Person


class Settable(Protocol):
    """Keeps rows of several kinds; each write names who and why (invariant 11)."""

    async def put(self, what: str, row: Mapping[str, Any], *, actor: str, reason: str) -> None:
        """Set a row.

        Raises:
            Unavailable: SQL is away.
        """
        ...

    async def remove(self, what: str, id: str | int | date, *, actor: str, reason: str) -> None:
        """Remove a row.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`.
            Unavailable: SQL is away.
        """
        ...


async def put(
    kept: Settable, what: str, named: Mapping[str, Any], request: ReasonRequest, person: Person
) -> dict[str, Any]:
    """Set what `named` names to what the request's body says; return the row."""
    row = {**named, **request.model_dump(exclude={"reason"}, mode="json")}
    await kept.put(what, row, actor=person.name, reason=request.reason)
    return row


async def remove(
    kept: Settable, what: str, id: str | int | date, request: ReasonRequest, person: Person
) -> dict[str, str]:
    """Remove it.

    Raises:
        ChangeRefused: `UNKNOWN_ENTITY`.
    """
    await kept.remove(what, id, actor=person.name, reason=request.reason)
    return {"removed": str(id)}
