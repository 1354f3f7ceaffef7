"""A key that somebody else may have: reported by one person, confirmed by another.

The report suspends the key at once, because less is always safe (as with networks of connectors);
the second person makes it final, or lets the key go on. What the key signed before the stated
moment stays valid; what was admitted between that moment and the report is in question.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, unique
from typing import Any

from lgsp_client import uuid7
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.control import store
from hub.control.key_changes import CompromiseKey, ResumeKey, SuspendKey
from hub.control.people.second_person import Asked, Kind, SecondPerson
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.seed import ACTOR
from hub.control.service import Control
from hub.decision.rulebook import KeyRecord, Suspension
from hub.io.sql.certificate_tables import key_compromises as table
from hub.io.sql.engine import sql_errors


@unique
class CompromiseState(StrEnum):
    """How far a report has come."""

    REPORTED = "reported"
    """The key is suspended; a second person has not decided yet."""
    CONFIRMED = "confirmed"
    """The key is refused for ever."""
    DROPPED = "dropped"
    """Refused or withdrawn: the key goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What somebody says of a key."""

    system: str
    thumbprint: str
    since: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compromise:
    """One report."""

    id: str
    system: str
    thumbprint: str
    since: datetime
    """The stated moment: from then on somebody else may have signed with the key."""
    state: CompromiseState
    reason: str
    reported_by: str
    reported_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    rules_version: int
    """The first version of the rules that refuses the key: what it admitted before is listed."""


class Compromises:
    """Reports, and what becomes of them. Every method raises `Unavailable` when SQL is away."""

    def __init__(self, control: Control, second: SecondPerson) -> None:
        self._control, self._second = control, second
        second.register(Kind.KEY, self._confirmed, self._dropped)

    async def report(self, told: Report) -> Compromise:
        """Report a key as compromised: it is refused from the next version of the rules on.

        Reported again while it waits, it stays the first report.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`; `NO_LONGER_FITS`: the moment lies ahead, or the key is
                refused as compromised already.
        """
        if told.since > self._control.clock():
            raise ChangeRefused(Refusal.NO_LONGER_FITS, "the moment lies ahead", "since")
        with sql_errors("reporting a key"):
            async with self._control.engine.begin() as connection:
                await store.lock(connection)
                await _expect_unknown(connection, told)
                found = await _waiting(connection, told.system, told.thumbprint)
                if found is None:
                    found = await self._report_in(connection, told)
        self._control.written.set()
        return found

    async def find(self, id: str) -> Compromise:
        """Return one report.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`.
        """
        with sql_errors("reading a report"):
            async with self._control.engine.connect() as connection:
                return await _find(connection, id)

    async def page(self, *, before: str, limit: int) -> list[Compromise]:
        """Return reports, the newest first."""
        query = select(table).order_by(table.c.id.desc()).limit(limit)
        if before:
            query = query.where(table.c.id < before)
        with sql_errors("reading reports"):
            async with self._control.engine.connect() as connection:
                return [_read(row) for row in await connection.execute(query)]

    async def _report_in(self, connection: AsyncConnection, told: Report) -> Compromise:
        change = SuspendKey(system=told.system, thumbprint=told.thumbprint, cause=Suspension.REPORT)
        written = await self._control.write_in(connection, [change], told.reason, told.by)
        at = self._control.clock()
        id = await _insert(connection, told, at, written.version, CompromiseState.REPORTED)
        await self._second.ask_in(
            connection,
            Kind.KEY,
            f"{told.system}/{told.thumbprint}",
            {"compromise": id, "since": told.since.isoformat()},
            actor=told.by,
            reason=told.reason,
        )
        return await _find(connection, id)

    async def _confirmed(
        self, connection: AsyncConnection, asked: Asked, actor: str, reason: str
    ) -> None:
        found = await _find(connection, asked.payload["compromise"])
        change = CompromiseKey(system=found.system, thumbprint=found.thumbprint, since=found.since)
        await self._control.write_in(connection, [change], reason, actor)
        await _close(connection, found, CompromiseState.CONFIRMED, actor, self._control.clock())

    async def _dropped(
        self, connection: AsyncConnection, asked: Asked, actor: str, reason: str
    ) -> None:
        found = await _find(connection, asked.payload["compromise"])
        if found.state is not CompromiseState.REPORTED:
            detail = "the key's authority has confirmed it meanwhile: approve the report"
            raise ChangeRefused(Refusal.NO_LONGER_FITS, detail, "id")
        # What a certificate's check would say meanwhile, the next one says again.
        change = ResumeKey(system=found.system, thumbprint=found.thumbprint)
        await self._control.write_in(connection, [change], reason, actor)
        await _close(connection, found, CompromiseState.DROPPED, actor, self._control.clock())


async def reported_by_authority(
    control: Control, connection: AsyncConnection, change: CompromiseKey, reason: str
) -> None:
    """Refuse a key whose authority says that it is compromised: that word needs no second person.

    It confirms a person's report that waits.
    """
    written = await control.write_in(connection, [change], reason, ACTOR)
    waiting = await _waiting(connection, change.system, change.thumbprint)
    if waiting is not None:
        await _close(connection, waiting, CompromiseState.CONFIRMED, ACTOR, control.clock())
        return
    told = Report(
        system=change.system,
        thumbprint=change.thumbprint,
        since=change.since,
        by=ACTOR,
        reason=reason,
    )
    at = control.clock()
    id = await _insert(connection, told, at, written.version, CompromiseState.CONFIRMED)
    await _close(connection, await _find(connection, id), CompromiseState.CONFIRMED, ACTOR, at)


async def _close(
    connection: AsyncConnection, found: Compromise, state: CompromiseState, actor: str, at: datetime
) -> None:
    values = {"state": state.value, "decided_by": actor, "decided_at": at}
    await connection.execute(update(table).where(table.c.id == found.id).values(values))


async def _insert(
    connection: AsyncConnection, told: Report, at: datetime, version: int, state: CompromiseState
) -> str:
    row = {
        "id": uuid7(),
        "system": told.system,
        "thumbprint": told.thumbprint,
        "since": told.since,
        "state": state.value,
        "reason": told.reason,
        "reported_by": told.by,
        "reported_at": at,
        "rules_version": version,
    }
    await connection.execute(insert(table).values(row))
    return str(row["id"])


async def _expect_unknown(connection: AsyncConnection, told: Report) -> None:
    known = await _key(connection, told.system, told.thumbprint)
    if known.compromised_at is not None:
        detail = "the key is refused as compromised already"
        raise ChangeRefused(Refusal.NO_LONGER_FITS, detail, "thumbprint")


async def _key(connection: AsyncConnection, system: str, thumbprint: str) -> KeyRecord:
    id = f"key/{system}/{thumbprint}"
    known = (await store.load(connection, [id])).get(id)
    if not isinstance(known, KeyRecord):
        raise ChangeRefused(Refusal.UNKNOWN_ENTITY, "the system has no such key", "thumbprint")
    return known


async def _waiting(connection: AsyncConnection, system: str, thumbprint: str) -> Compromise | None:
    query = select(table).where(
        table.c.system == system,
        table.c.thumbprint == thumbprint,
        table.c.state == CompromiseState.REPORTED.value,
    )
    row = (await connection.execute(query)).first()
    return None if row is None else _read(row)


async def _find(connection: AsyncConnection, id: str) -> Compromise:
    row = (await connection.execute(select(table).where(table.c.id == id))).one_or_none()
    if row is None:
        raise ChangeRefused(Refusal.UNKNOWN_ENTITY, "no such report", "id")
    return _read(row)


def _read(row: Any) -> Compromise:
    fields = {name: getattr(row, name) for name in Compromise.__slots__}
    return Compromise(**(fields | {"state": CompromiseState(row.state)}))
