"""One decision about many dead letters: counted first, then done in slices that may be repeated."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from lgsp_client import uuid7
from sqlalchemy import insert, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.control import store
from hub.control.dead_letter_job import Job, JobCursor, JobState, Pace
from hub.control.dead_letters import Commands, DeadLetterOrders
from hub.control.people.second_person import expect_another
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.trail import note
from hub.decision.rows import DeadLetterRow
from hub.io.kafka.connector_records import Action
from hub.io.sql.connector_tables import dead_letter_job_items as items
from hub.io.sql.connector_tables import dead_letter_jobs as table
from hub.io.sql.dead_letter_queries import (
    DeadLetterCursor,
    DeadLetterFilter,
    DeadLetterQueries,
    cursor_of,
)
from hub.io.sql.engine import sql_errors
from hub.io.sql.upsert import upsert_statement

SLICES: Final = 10
"""Of one call: 5,000 dead letters take some seconds. Whoever asked asks again for the rest."""


_MOVES: Final[Mapping[JobState, frozenset[JobState]]] = {
    JobState.PAUSED: frozenset({JobState.RUNNING}),
    JobState.RUNNING: frozenset({JobState.PAUSED}),
    JobState.CANCELLED: frozenset({JobState.PREVIEWED, JobState.RUNNING, JobState.PAUSED}),
}
"""From which states an operator may move it."""
_WORDS: Final = {
    JobState.PAUSED: "pause",
    JobState.RUNNING: "resume",
    JobState.CANCELLED: "cancel",
}
"""What the trail calls it."""


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

    async def preview(
        self,
        action: Action,
        wanted: DeadLetterFilter,
        *,
        actor: str,
        reason: str,
        pace: Pace | None = None,
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
            **asdict(pace or Pace()),
        )
        with sql_errors("keeping a job"):
            async with self._engine.begin() as connection:
                if job.needs_another:
                    # Invariant 11: the question is a deed of its own, with its own name and reason.
                    await store.lock(connection)
                    await note(connection, at, actor, reason, [(f"job/{job.id}", "ask_job")])
                await connection.execute(insert(table).values(_row(job)))
        return job

    async def get(self, id: str) -> Job | None:
        """Return a job, or None."""
        with sql_errors("reading a job"):
            async with self._engine.connect() as connection:
                found = await connection.execute(select(table).where(table.c.id == id))
                row = found.one_or_none()
        return None if row is None else _job(row)

    async def page(
        self, state: JobState | None, before: JobCursor | None, limit: int
    ) -> tuple[list[Job], JobCursor | None]:
        """Return jobs, the newest first, and where the next page begins."""
        query = select(table).order_by(table.c.asked_at.desc(), table.c.id.desc())
        if state is not None:
            query = query.where(table.c.state == state.value)
        if before is not None:
            place = tuple_(table.c.asked_at, table.c.id)
            query = query.where(place < tuple_(before.asked_at, before.id))
        with sql_errors("listing jobs"):
            async with self._engine.connect() as connection:
                found = [_job(row) for row in await connection.execute(query.limit(limit + 1))]
        last = found[limit - 1] if len(found) > limit else None
        return found[:limit], None if last is None else JobCursor(last.asked_at, last.id)

    async def begin(
        self, id: str, count: int, *, actor: str, reason: str | None, paused: bool = False
    ) -> Job:
        """Confirm a job: it goes by itself from now on, or once it is resumed. Safe to repeat.

        `count`: the number that the preview told, so that nobody confirms what he has not seen.
        `reason`: of the second person, where the job needs one; else it is that of who asked.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`, `COUNT_DIFFERS`, `SECOND_PERSON`, `JOB_STATE`.
        """
        with sql_errors("confirming a job"):
            async with self._engine.begin() as connection:
                # The lock first: who asked, the job's state and the confirmer's last reset, as
                # they are read below, stay true until the confirmation is written.
                await store.lock(connection)
                job = await _found(connection, id)
                _expect_confirmable(job, count)
                if job.state is not JobState.PREVIEWED:
                    return job
                if job.needs_another:
                    await self._expect_another(connection, job, actor, reason)
                state = JobState.PAUSED if paused else JobState.RUNNING
                values = {"state": state.value, "confirmed_by": actor}
                why = reason or job.reason
                await self._write(connection, job, values, "confirm_job", actor, why)
                return await _found(connection, id)

    async def move(self, id: str, state: JobState, *, actor: str, reason: str) -> Job:
        """Pause, resume or cancel a job. Safe to repeat.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`, `JOB_STATE`.
        """
        with sql_errors("moving a job"):
            async with self._engine.begin() as connection:
                await store.lock(connection)
                job = await _found(connection, id)
                if job.state is state:
                    return job
                _expect_movable(job, state)
                values: dict[str, Any] = {"state": state.value, "changed_by": actor}
                if state is JobState.CANCELLED:
                    values["ended_at"] = self._clock()
                await self._write(connection, job, values, f"{_WORDS[state]}_job", actor, reason)
                return await _found(connection, id)

    async def confirm(self, id: str, count: int, *, actor: str, reason: str | None = None) -> Job:
        """Confirm a job and do its next part now; repeat it until `ended_at` is set.

        `reason`: of the second person, where the job needs one; else it is that of who asked.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`, `COUNT_DIFFERS`, `SECOND_PERSON`, `JOB_STATE`.
        """
        job = await self.begin(id, count, actor=actor, reason=reason)
        for _ in range(SLICES):
            if job.state is not JobState.RUNNING or _is_early(job, self._clock()):
                break
            job = await self.step(job)
        return job

    async def running(self) -> Job | None:
        """Return the job that goes now: the oldest confirmed one that need not wait."""
        due = or_(table.c.next_at.is_(None), table.c.next_at <= self._clock())
        query = select(table).where(table.c.state == JobState.RUNNING.value, due)
        with sql_errors("looking for a job"):
            async with self._engine.connect() as connection:
                found = await connection.execute(query.order_by(table.c.asked_at).limit(1))
                row = found.one_or_none()
        return None if row is None else _job(row)

    async def step(self, job: Job) -> Job:
        """Do the next slice of a running job; return the job as it is then."""
        rows = await self._queries.slice(job.filter, job.cursor, job.batch)
        actor = job.confirmed_by or job.asked_by
        if not job.dry_run:
            await self._orders.order(job.action, rows, actor=actor, reason=job.reason)
        # Only now: a crash before this repeats the slice, which is harmless; none is passed over.
        cursor = cursor_of(rows[-1]) if rows else job.cursor
        values: dict[str, Any] = {
            "handled": job.handled + len(rows),
            "cursor": _cursor_text(cursor),
        }
        # Kept with the job: a restart does not forget that the partner can bear no more.
        values["next_at"] = _after(job, len(rows), self._clock())
        ended = len(rows) < job.batch
        with sql_errors("noting a job's progress"):
            async with self._engine.begin() as connection:
                # Another process that did the same slice has moved it: then this changes nothing.
                mine = (table.c.id == job.id) & (table.c.handled == job.handled)
                await connection.execute(update(table).where(mine).values(values))
                await _keep_items(connection, job, rows)
                if ended:
                    running = (table.c.id == job.id) & (table.c.state == JobState.RUNNING.value)
                    done = {"state": JobState.DONE.value, "ended_at": self._clock()}
                    await connection.execute(update(table).where(running).values(done))
        return await self._known(job.id)

    async def _known(self, id: str) -> Job:
        with sql_errors("reading a job"):
            async with self._engine.connect() as connection:
                return await _found(connection, id)

    async def _expect_another(
        self, connection: AsyncConnection, job: Job, actor: str, reason: str | None
    ) -> None:
        # Invariant 11: risky ones need a second person. Persons count, not tokens or sessions.
        detail = f"another person confirms it: hub dead-letter confirm {job.id}"
        await expect_another(connection, job.asked_by, actor, self._clock(), detail=detail)
        if reason is None:
            raise ChangeRefused(Refusal.SECOND_PERSON, "the second person gives a reason", "reason")

    async def _write(
        self,
        connection: AsyncConnection,
        job: Job,
        values: Mapping[str, Any],
        action: str,
        actor: str,
        reason: str,
    ) -> None:
        # A slice that ends meanwhile takes no lock: it may have moved the job to its end.
        same = (table.c.id == job.id) & (table.c.state == job.state.value)
        moved = await connection.execute(update(table).where(same).values(values))
        if moved.rowcount != 1:
            raise ChangeRefused(Refusal.JOB_STATE, "somebody was first", "state")
        # Invariant 11: who, when and why, in the same transaction as the change.
        await note(connection, self._clock(), actor, reason, [(f"job/{job.id}", action)])


async def _found(connection: AsyncConnection, id: str) -> Job:
    row = (await connection.execute(select(table).where(table.c.id == id))).one_or_none()
    if row is None:
        raise ChangeRefused(Refusal.UNKNOWN_ENTITY, "no such job", "id")
    return _job(row)


def _expect_confirmable(job: Job, count: int) -> None:
    if job.count != count:
        raise ChangeRefused(Refusal.COUNT_DIFFERS, f"the preview told {job.count}", "count")
    if job.state is JobState.CANCELLED:
        raise ChangeRefused(Refusal.JOB_STATE, "the job was cancelled", "state")


def _expect_movable(job: Job, state: JobState) -> None:
    resumed_unconfirmed = state is JobState.RUNNING and job.confirmed_by is None
    if job.state not in _MOVES[state] or resumed_unconfirmed:
        raise ChangeRefused(Refusal.JOB_STATE, f"the job is {job.state}", "state")


def _is_early(job: Job, now: datetime) -> bool:
    return job.next_at is not None and job.next_at > now


def _after(job: Job, ordered: int, now: datetime) -> datetime | None:
    """Return when the next slice may go."""
    if job.per_minute is None:
        return None
    return now + timedelta(minutes=ordered / job.per_minute)


async def _keep_items(connection: AsyncConnection, job: Job, rows: Sequence[DeadLetterRow]) -> None:
    values = [
        {"job": job.id, "source": row.source, "id": row.id, "recipient": row.recipient}
        | {"code": row.code}
        for row in rows
    ]
    if values:
        statement = upsert_statement(connection.dialect.name, items)
        await connection.execute(statement, values)


def _cursor_text(cursor: DeadLetterCursor | None) -> str | None:
    return None if cursor is None else msgspec.json.encode(cursor).decode()


def _row(job: Job) -> dict[str, Any]:
    cursor = _cursor_text(job.cursor)
    told = msgspec.to_builtins(asdict(job.filter))
    plain = {field.name: getattr(job, field.name) for field in fields(Job)}
    return plain | {"action": job.action.value, "filter": told, "cursor": cursor}


def _job(row: Any) -> Job:
    known: Mapping[str, Any] = {field.name: getattr(row, field.name) for field in fields(Job)}
    cursor = None if row.cursor is None else msgspec.json.decode(row.cursor, type=DeadLetterCursor)
    wanted = msgspec.convert(row.filter, DeadLetterFilter)
    typed = {"action": Action(row.action), "filter": wanted, "cursor": cursor}
    return Job(**{**known, **typed, "state": JobState(row.state)})
