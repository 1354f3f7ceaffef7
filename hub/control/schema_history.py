"""What was done to a version of a schema: who, when and why."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.control.deeds import Deed, done_to
from hub.control.people.second_person import Kind
from hub.io.sql.engine import sql_errors
from hub.io.sql.people_tables import requests

_MOST: Final = 100
"""Of one version: a life has five states; a draft that is submitted again and again some more."""


async def history_of(engine: AsyncEngine, name: str) -> list[Deed]:
    """Return what was done to a version, the oldest first.

    Raises:
        Unavailable: SQL is away.
    """
    asked = (
        select(requests)
        .where(requests.c.kind == Kind.SCHEMA.value, requests.c.target == name)
        .order_by(requests.c.id.desc())
        .limit(_MOST)
    )
    with sql_errors("reading the history of a schema"):
        async with engine.connect() as connection:
            questions = (await connection.execute(asked)).all()
    asked_for = [deed for row in questions for deed in _of_request(row)]
    done = await done_to(engine, f"schema/{name}", _MOST)
    return sorted([*done, *asked_for], key=lambda deed: deed.at)


def _of_request(row: Any) -> Iterator[Deed]:
    yield Deed(at=row.asked_at, what="ask", actor=row.asked_by, reason=row.reason)
    if row.decision is not None:
        yield Deed(
            at=row.decided_at,
            what=row.decision,
            actor=row.decided_by,
            reason=row.decision_reason or "",
        )
