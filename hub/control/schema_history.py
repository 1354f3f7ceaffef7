"""What was done to a version of a schema: who, when and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.control.people.second_person import Kind
from hub.io.sql.control_tables import trail, trail_entities
from hub.io.sql.engine import sql_errors
from hub.io.sql.people_tables import requests

_MOST: Final = 100
"""Of one version: a life has five states; a draft that is submitted again and again some more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One step in the life of a version."""

    at: datetime
    what: str
    """`draft_schema`, `publish_schema`, `deprecate_schema`, `retire_schema`, `drop_schema`; `ask`
    for a second person, and what he said: `approved`, `refused`, `withdrawn`."""
    actor: str
    reason: str


async def history_of(engine: AsyncEngine, name: str) -> list[Deed]:
    """Return what was done to a version, the oldest first.

    Raises:
        Unavailable: SQL is away.
    """
    done = (
        select(trail.c.at, trail_entities.c.action, trail.c.actor, trail.c.reason)
        .join(trail_entities, trail_entities.c.entry == trail.c.id)
        .where(trail_entities.c.entity == f"schema/{name}")
        .order_by(trail.c.id.desc())
        .limit(_MOST)
    )
    asked = (
        select(requests)
        .where(requests.c.kind == Kind.SCHEMA.value, requests.c.target == name)
        .order_by(requests.c.id.desc())
        .limit(_MOST)
    )
    with sql_errors("reading the history of a schema"):
        async with engine.connect() as connection:
            rows = (await connection.execute(done)).all()
            questions = (await connection.execute(asked)).all()
    deeds = [Deed(at=at, what=what, actor=actor, reason=why) for at, what, actor, why in rows]
    deeds += [deed for row in questions for deed in _of_request(row)]
    return sorted(deeds, key=lambda deed: deed.at)


def _of_request(row: Any) -> Iterator[Deed]:
    yield Deed(at=row.asked_at, what="ask", actor=row.asked_by, reason=row.reason)
    if row.decision is not None:
        yield Deed(
            at=row.decided_at,
            what=row.decision,
            actor=row.decided_by,
            reason=row.decision_reason or "",
        )
