"""One decision about many dead letters: counted first, then done in slices that may be repeated."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from lgsp_client import uuid7
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.control import store
from hub.control.dead_letters import DROPPED_ALONE, MAX_AT_ONCE, Commands, DeadLetterOrders
from hub.control.people.second_person import expect_another
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.trail import note
from hub.io.kafka.connector_records import Action
from hub.io.sql.connector_tables import dead_letter_jobs as table
from hub.io.sql.dead_letter_queries import (
    DeadLetterCursor,
    DeadLetterFilter,
    DeadLetterQueries,
    cursor_of,
)
from hub.io.sql.engine import sql_errors

SLICES: Final = 10
"""Of one call: 5,000 dead letters take some seconds. Whoever asked asks again for the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be done to all dead letters that a filter finds."""

    id: str
    action: Action
    filter: DeadLetterFilter
    """With the time of the question as its end: what comes later is not among them."""
    reason: str
    asked_by: str
    asked_at: datetime
    count: int
    """How many there were."""
    confirmed_by: str | None = None
    handled: int = 0
    cursor: DeadLetterCursor | None = None
    ended_at: datetime | None = None
    """None: not confirmed, or not at its end."""

    @property
    def needs_another(self) -> bool:
        """Whether another person must confirm it than asked for it."""
        return self.action is Action.DROP and self.count > DROPPED_ALONE


class DeadLetterJobs:
    """Jobs over dead letters. Every method raises `Unavailable` when SQL or Kafka is away."""

    def __init__(
        self,
        engine: AsyncEngine,
        commands: Commands,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._engine, self._clock = engine, clock
        self._queries = DeadLetterQueries(engine)
        self._orders = DeadLetterOrders(engine, commands, clock)
        self._one = asyncio.Lock()
        """Two confirmations at once would order everything twice: harmless, and twice the work."""

    async def preview(
        self, action: Action, wanted: DeadLetterFilter, *, actor: str, reason: str
    ) -> Job:
        """Count what a filter finds now, and keep the question. Nothing is done yet."""
        at = self._clock()
        wanted = replace(wanted, until=min(wanted.until or at, at))
        job = Job(
            id=uuid7(),
            action=action,
            filter=wanted,
            reason=reason,
            asked_by=actor,
            asked_at=at,
            count=await self._queries.count(wanted),
        )
        with sql_errors("keeping a job"):
            async with self._engine.begin() as connection:
                if job.needs_another:
                    await self._note(connection, job, "ask_drop", actor, reason)
                await connection.execute(insert(table).values(_row(job)))
        return job

    async def get(self, id: str) -> Job | None:
        """Return a job, or None."""
        with sql_errors("reading a job"):
            async with self._engine.connect() as connection:
                found = await connection.execute(select(table).where(table.c.id == id))
                row = found.one_or_none()
        return None if row is None else _job(row)

    async def confirm(self, id: str, count: int, *, actor: str, reason: str | None = None) -> Job:
        """Do the next part of a job; repeat it until `ended_at` is set. Safe to repeat.

        `count`: the number that the preview told, so that nobody confirms what he has not seen.
        `reason`: of the second person, where the job needs one.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`, `COUNT_DIFFERS`, `SECOND_PERSON`.
        """
        async with self._one:
            job = await self.get(id)
            if job is None:
                raise ChangeRefused(Refusal.UNKNOWN_ENTITY, "no such job", "id")
            if job.count != count:
                detail = f"the preview told {job.count}"
                raise ChangeRefused(Refusal.COUNT_DIFFERS, detail, "count")
            if job.needs_another and job.confirmed_by is None:
                job = await self._approved(job, actor, reason)
            for _ in range(SLICES):
                if job.ended_at is not None:
                    break
                job = await self._slice(job, actor)
        return job

    async def _approved(self, job: Job, actor: str, reason: str | None) -> Job:
        """Let a second person say yes: in the trail before anything is done (invariant 11)."""
        if actor == job.asked_by:
            detail = f"another administrator confirms it: hub dead-letter confirm {job.id}"
            raise ChangeRefused(Refusal.SECOND_PERSON, detail, "id")
        if reason is None:
            raise ChangeRefused(Refusal.SECOND_PERSON, "the second person gives a reason", "reason")
        approved = replace(job, confirmed_by=actor)
        with sql_errors("approving a job"):
            async with self._engine.begin() as connection:
                await expect_another(connection, job.asked_by, actor, self._clock())
                await self._note(connection, job, "approve_drop", actor, reason)
                await connection.execute(
                    update(table).where(table.c.id == job.id).values(confirmed_by=actor)
                )
        return approved

    async def _note(
        self, connection: AsyncConnection, job: Job, action: str, actor: str, reason: str
    ) -> None:
        await store.lock(connection)
        touched = [(f"dead-letter-job/{job.id}", action)]
        await note(connection, self._clock(), actor, reason, touched, count=job.count)

    async def _slice(self, job: Job, actor: str) -> Job:
        rows = await self._queries.slice(job.filter, job.cursor, MAX_AT_ONCE)
        await self._orders.order(job.action, rows, actor=actor, reason=job.reason)
        # Only now: a crash before this repeats the slice, which is harmless; none is passed over.
        after = replace(
            job,
            confirmed_by=job.confirmed_by or actor,
            handled=job.handled + len(rows),
            cursor=cursor_of(rows[-1]) if rows else job.cursor,
            ended_at=self._clock() if len(rows) < MAX_AT_ONCE else None,
        )
        with sql_errors("noting a job's progress"):
            async with self._engine.begin() as connection:
                await connection.execute(
                    update(table).where(table.c.id == job.id).values(_row(after))
                )
        return after


def _row(job: Job) -> dict[str, Any]:
    cursor = None if job.cursor is None else msgspec.json.encode(job.cursor).decode()
    told = msgspec.to_builtins(asdict(job.filter))
    plain = {name: getattr(job, name) for name in Job.__slots__}
    return plain | {"action": job.action.value, "filter": told, "cursor": cursor}


def _job(row: Any) -> Job:
    fields: Mapping[str, Any] = {name: getattr(row, name) for name in Job.__slots__}
    cursor = None if row.cursor is None else msgspec.json.decode(row.cursor, type=DeadLetterCursor)
    wanted = msgspec.convert(row.filter, DeadLetterFilter)
    return Job(**{**fields, "action": Action(row.action), "filter": wanted, "cursor": cursor})
