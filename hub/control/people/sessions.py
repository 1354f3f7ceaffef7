"""Who is signed in. The cookie's value is random; SQL keeps its hash and the two time limits."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, insert, or_, select, update

from hub.control.people.accounts import grants_of, kept_grants
from hub.control.people.rights import Grant
from hub.control.service import Control
from hub.control.trail import address_now
from hub.io.sql.engine import sql_errors
from hub.io.sql.people_tables import sessions as table

IDLE: Final = timedelta(minutes=30)
ABSOLUTE: Final = timedelta(hours=12)
"""NIST SP 800-63B, section 4.2.3 (AAL2): sign in anew after 30 minutes without activity, and after
12 hours in any case, which is a long working day."""

WALL: Final = timedelta(days=7)
"""A screen on a wall has nobody who signs in again; each week somebody must still want it."""

TOUCH_AFTER: Final = timedelta(minutes=1)
"""Activity is written down no more often than this: a read must not cost a write."""

TOKEN_BYTES: Final = 32
"""256 random bits: nobody guesses it, so a plain hash of it may be kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One sign-in that has not ended."""

    digest: str
    name: str
    made_at: datetime
    seen_at: datetime
    ends_at: datetime
    grants: tuple[Grant, ...]
    """The roles that the identity provider's groups gave: they end with the session."""
    address: str | None
    """Where it was opened from; None: before addresses were kept."""
    wall: bool
    """Whether it is of a screen on a wall: seen by everybody, and nobody works there."""


class Sessions:
    """Opens, finds and ends sessions. Every method raises `Unavailable` when SQL is away."""

    def __init__(self, control: Control) -> None:
        self._control = control

    async def open(
        self,
        name: str,
        grants: Sequence[Grant] = (),
        *,
        instead_of: str = "",
        wall: bool = False,
    ) -> str:
        """Return the secret of a new session; the one it is opened instead of ends.

        A sign-in always makes a new secret: one that an attacker planted before is worth nothing.
        """
        secret = secrets.token_urlsafe(TOKEN_BYTES)
        now = self._control.clock()
        over = or_(table.c.ends_at <= now, table.c.digest == digest_of(instead_of))
        row = {"digest": digest_of(secret), "name": name, "made_at": now, "seen_at": now}
        row |= {"ends_at": now + (WALL if wall else ABSOLUTE), "grants": kept_grants(grants)}
        row |= {"address": address_now(), "wall": wall}
        with sql_errors("opening a session"):
            async with self._control.engine.begin() as connection:
                await connection.execute(delete(table).where(over))
                await connection.execute(insert(table).values(row))
        return secret

    async def find(self, secret: str, *, active: bool = True) -> Session | None:
        """Return the session of a cookie, unless it has ended. `active`: a person did something."""
        now = self._control.clock()
        query = select(table).where(
            table.c.digest == digest_of(secret),
            _lasts(now),
        )
        with sql_errors("reading a session"):
            async with self._control.engine.connect() as connection:
                row = (await connection.execute(query)).one_or_none()
        if row is None:
            return None
        if active and now - row.seen_at > TOUCH_AFTER:
            await self._touch(row.digest, now)
        return _session(row)

    async def of(self, name: str) -> list[Session]:
        """Return a person's sessions, the newest first."""
        now = self._control.clock()
        query = select(table).where(table.c.name == name, _lasts(now))
        with sql_errors("reading sessions"):
            async with self._control.engine.connect() as connection:
                rows = list(await connection.execute(query.order_by(table.c.made_at.desc())))
        return [_session(row) for row in rows]

    async def close(self, digest: str) -> None:
        """End one session."""
        await self._delete(table.c.digest == digest)

    async def close_all(self, name: str) -> None:
        """End all sessions of a person."""
        await self._delete(table.c.name == name)

    async def _delete(self, which: ColumnElement[bool]) -> None:
        with sql_errors("ending sessions"):
            async with self._control.engine.begin() as connection:
                await connection.execute(delete(table).where(which))

    async def _touch(self, digest: str, now: datetime) -> None:
        with sql_errors("keeping a session"):
            async with self._control.engine.begin() as connection:
                await connection.execute(
                    update(table).where(table.c.digest == digest).values(seen_at=now)
                )


def _lasts(now: datetime) -> ColumnElement[bool]:
    return and_(table.c.ends_at > now, or_(table.c.wall, table.c.seen_at > now - IDLE))


def _session(row: Any) -> Session:
    fields = {name: getattr(row, name) for name in Session.__slots__}
    return Session(**(fields | {"grants": grants_of(row.grants)}))


def digest_of(secret: str) -> str:
    """Return the SHA-256 of a cookie's value, in hex."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def csrf_of(secret: str) -> str:
    """Return the token that unsafe requests of a session must carry in a header.

    Made from the secret, which no other site can read: nothing more has to be kept.
    """
    return hashlib.sha256(b"hub csrf\x00" + secret.encode("utf-8", "surrogateescape")).hexdigest()
