"""Write what a person did into the trail, where it changes no rules (invariant 11)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from enum import StrEnum, unique
from typing import Any, Final

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.io.sql import control_tables as tables

Values = Mapping[str, tuple[Any, Any]]
"""Entity to what it was and what it is, as JSON; None: it was not there. Never a secret."""


# Beside the call, not through it: every deed has an address, and what does the deed needs none.
_address: Final[ContextVar[str | None]] = ContextVar("address", default=None)


@contextmanager
def asked_from(address: str | None) -> Iterator[None]:
    """Let whatever is written within be a deed that came from this address; None: unknown."""
    before = _address.set(address)
    try:
        yield
    finally:
        _address.reset(before)


def address_now() -> str | None:
    """Return the address that the present deed came from; None: the hub does it by itself."""
    return _address.get()


@unique
class Result(StrEnum):
    """How it ended."""

    DONE = "done"
    DENIED = "denied"
    """He had no right to it."""
    FAILED = "failed"
    """It was not what it claimed to be, as a sign-in with a wrong password."""


async def note(
    connection: AsyncConnection,
    at: datetime,
    actor: str,
    reason: str,
    touched: Sequence[tuple[str, str]],
    *,
    count: int | None = None,
    result: Result = Result.DONE,
    values: Values | None = None,
) -> None:
    """Add one entry. `touched`: what was done it to, and what; `count`: how many, if not these."""
    entry = await connection.execute(
        insert(tables.trail).values(
            at=at,
            actor=actor,
            reason=reason,
            version=None,
            changes=len(touched) if count is None else count,
            result=result.value,
            address=address_now(),
        )
    )
    (number,) = entry.inserted_primary_key or (0,)
    known = values or {}
    rows = [
        {"entry": number, "entity": entity, "action": action, "before": before, "after": after}
        for entity, action in touched
        for before, after in [known.get(entity, (None, None))]
    ]
    await connection.execute(insert(tables.trail_entities), rows)
