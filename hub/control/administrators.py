"""Administrators besides the first: who they are, and the hashes of their tokens."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.control import store
from hub.control.people.people import new_row
from hub.control.people.rights import Grant, Role
from hub.control.people.roles import FIRST, Roles, find_row
from hub.control.people.second_person import Asked, Kind, SecondPerson
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.service import Control
from hub.control.trail import note
from hub.io.sql.control_tables import admin_tokens as table
from hub.io.sql.engine import sql_errors
from hub.io.sql.people_tables import people

_RESERVED: Final = frozenset({FIRST, "hub"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Administrator:
    """Somebody who may use the admin API, under the name that stands in the trail."""

    name: str
    made_by: str
    made_at: datetime
    revoked_at: datetime | None


class Administrators:
    """Adds and revokes administrators. Every method raises `Unavailable` when SQL is away."""

    def __init__(self, control: Control, roles: Roles, second: SecondPerson) -> None:
        self._control, self._roles, self._second = control, roles, second
        second.register(Kind.TOKEN, self._approved)

    async def digests(self) -> Mapping[str, bytes]:
        """Return the SHA-256 digest of the token of everybody who is not revoked."""
        query = select(table.c.name, table.c.digest).where(table.c.revoked_at.is_(None))
        with sql_errors("reading administrators"):
            async with self._control.engine.connect() as connection:
                rows = list(await connection.execute(query))
        return {row.name: bytes.fromhex(row.digest) for row in rows}

    async def all(self) -> list[Administrator]:
        """Return all but the first, revoked ones too, by name."""
        names = Administrator.__slots__
        query = select(*(table.c[name] for name in names)).order_by(table.c.name)
        with sql_errors("reading administrators"):
            async with self._control.engine.connect() as connection:
                rows = list(await connection.execute(query))
        return [Administrator(**{name: getattr(row, name) for name in names}) for row in rows]

    async def add(self, name: str, digest: str, *, actor: str, reason: str) -> Asked | None:
        """Let whoever holds the token with this SHA-256 (hex) act as `name`. Safe to repeat.

        A person that is there keeps his roles; a new one becomes an administrator. Returns what
        waits for a second person: a token for somebody else is a way to act in his name.

        Raises:
            ChangeRefused: `NAME_TAKEN`; a name means one person for ever, also once revoked.
        """
        with sql_errors("adding an administrator"):
            async with self._control.engine.begin() as connection:
                await store.lock(connection)
                if await _is_there(connection, name, digest):
                    return None
                if name != actor and not await self._roles.alone(connection, actor):
                    payload = {"name": name, "token_sha256": digest}
                    return await self._second.ask_in(
                        connection, Kind.TOKEN, _entity(name), payload, actor=actor, reason=reason
                    )
                await self._insert(connection, name, digest, actor, reason)
                return None

    async def revoke(self, name: str, *, actor: str, reason: str) -> None:
        """Refuse this administrator's token for ever. Safe to repeat.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`.
        """
        at = self._control.clock()
        is_name = table.c.name == name
        with sql_errors("revoking an administrator"):
            async with self._control.engine.begin() as connection:
                await store.lock(connection)
                found = (await connection.execute(select(table).where(is_name))).one_or_none()
                if found is None:
                    raise ChangeRefused(Refusal.UNKNOWN_ENTITY, "no such administrator", "name")
                if found.revoked_at is None:
                    await connection.execute(update(table).where(is_name).values(revoked_at=at))
                    await note(connection, at, actor, reason, [(_entity(name), "revoke_admin")])

    async def _approved(
        self, connection: AsyncConnection, asked: Asked, actor: str, reason: str
    ) -> None:
        name, digest = asked.payload["name"], asked.payload["token_sha256"]
        if not await _is_there(connection, name, digest):
            await self._insert(connection, name, digest, actor, reason)

    async def _insert(
        self, connection: AsyncConnection, name: str, digest: str, actor: str, reason: str
    ) -> None:
        at = self._control.clock()
        values = {"name": name, "digest": digest, "made_by": actor, "made_at": at}
        await connection.execute(insert(table).values(values))
        if await find_row(connection, name) is None:
            grants = [Grant(role=Role.ADMINISTRATOR)]
            row = new_row(name, name, grants, made_by=actor, at=at)
            await connection.execute(insert(people).values(row))
        await note(connection, at, actor, reason, [(_entity(name), "add_admin")])


async def _is_there(connection: AsyncConnection, name: str, digest: str) -> bool:
    """Say whether exactly this one is there already.

    Raises:
        ChangeRefused: `NAME_TAKEN`.
    """
    query = select(table).where(or_(table.c.name == name, table.c.digest == digest))
    found = list(await connection.execute(query))
    same = [one for one in found if (one.name, one.digest) == (name, digest)]
    if name in _RESERVED or (found and not (same and same[0].revoked_at is None)):
        detail = "the name or the token is somebody's already, or was: choose another"
        raise ChangeRefused(Refusal.NAME_TAKEN, detail, "name")
    return bool(same)


def _entity(name: str) -> str:
    return f"administrator/{name}"
