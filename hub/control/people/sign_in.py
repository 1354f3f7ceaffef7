"""Sign in by name and password: slow to guess, and silent about which names exist."""

import hashlib
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.control import store
from hub.control.people.passwords import Passwords, normal
from hub.control.people.roles import entity, find_row
from hub.control.service import Control
from hub.control.trail import Result, note
from hub.io.sql.engine import sql_errors
from hub.io.sql.people_tables import sign_in_failures as table
from hub.io.sql.upsert import upsert_statement

FREE_TRIES: Final = 5
"""Wrong passwords without any wait: people mistype."""

FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(minutes=15)
"""The wait doubles with each more: some 100 guesses a day. No longer: whoever guesses on purpose
must not shut somebody out for a day (the token of the hub's home opens all the while)."""

FORGOTTEN_AFTER: Final = timedelta(hours=1)
"""Failures that are this old count no more: five free guesses an hour are about as many as the
longest wait lets through, and what strangers type is not kept for long."""


class Locked(Exception):
    """Too many wrong passwords: nothing is compared for some seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__("too many wrong passwords")
        self.seconds = seconds


class SignIn:
    """Compares passwords, and counts the wrong ones. `Unavailable` when SQL is away."""

    def __init__(self, control: Control, passwords: Passwords) -> None:
        self._control, self._passwords = control, passwords

    async def by_password(self, name: str, password: str) -> str | None:
        """Return the name of who this is, or None: unknown, disabled or wrong alike.

        Raises:
            Locked: wait.
            Overloaded: too many sign in at once.
        """
        name = normal(name).strip().lower()
        with sql_errors("signing in"):
            async with self._control.engine.connect() as connection:
                known = await find_row(connection, name) is not None
        right = await self.check(name, password)
        if known:
            await self._note(name, Result.DONE if right else Result.FAILED)
        else:
            # A stranger's guesses at names must not fill the trail; a write all the same, or the
            # time would tell which names there are.
            await self._touch(name)
        return name if right else None

    async def check(self, name: str, password: str) -> bool:
        """Say whether this is the person's password; each wrong one counts.

        Raises:
            Locked: wait.
            Overloaded: too many sign in at once.
        """
        self._passwords.expect_room()  # or a stranger could fill the table with names
        # Counted before it is compared: a thousand guesses at once are a thousand tries.
        await self._count(name)
        with sql_errors("signing in"):
            async with self._control.engine.connect() as connection:
                row = await find_row(connection, name)
        kept = None if row is None or row.disabled_at is not None else row.password
        right = await self._passwords.matches(kept, password)
        if right:
            await self._forget(name)
        return right

    async def _count(self, name: str) -> None:
        now, digest = self._control.clock(), _digest(name)
        with sql_errors("counting a sign-in"):
            async with self._control.engine.begin() as connection:
                await store.lock(connection)
                await connection.execute(delete(table).where(table.c.at < now - FORGOTTEN_AFTER))
                query = select(table).where(table.c.name_digest == digest)
                row = (await connection.execute(query)).one_or_none()
                if row is not None and row.until > now:
                    left = (row.until - now).total_seconds()
                    raise Locked(seconds=int(left) + 1)
                await self._write(connection, digest, 1 if row is None else row.failures + 1, now)

    async def _write(
        self, connection: AsyncConnection, digest: str, count: int, now: datetime
    ) -> None:
        until = now + wait_after(count)
        row = {"name_digest": digest, "failures": count, "at": now, "until": until}
        await connection.execute(upsert_statement(connection.dialect.name, table), [row])

    async def _forget(self, name: str) -> None:
        with sql_errors("forgetting wrong passwords"):
            async with self._control.engine.begin() as connection:
                await connection.execute(delete(table).where(table.c.name_digest == _digest(name)))

    async def _touch(self, name: str) -> None:
        mark = update(table).where(table.c.name_digest == _digest(name))
        with sql_errors("counting a sign-in"):
            async with self._control.engine.begin() as connection:
                await connection.execute(mark.values(at=self._control.clock()))

    async def _note(self, name: str, result: Result) -> None:
        at, touched = self._control.clock(), [(entity(name), "sign_in")]
        with sql_errors("writing the trail"):
            async with self._control.engine.begin() as connection:
                await note(connection, at, name, "", touched, result=result)


def wait_after(count: int) -> timedelta:
    """Return how long to wait after this many wrong passwords in a row."""
    if count < FREE_TRIES:
        return timedelta(0)
    doubled: int = 1 << min(count - FREE_TRIES, 10)
    return min(LONGEST_WAIT, FIRST_WAIT * doubled)


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()
