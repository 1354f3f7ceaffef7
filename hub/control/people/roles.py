"""Who has which roles: given with a reason, powerful ones by two persons."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.control import store
from hub.control.people.accounts import (
    RISKY,
    account_of,
    expect_givable,
    grants_of,
    kept_grants,
)
from hub.control.people.rights import Action, Grant
from hub.control.people.second_person import Asked, Kind, SecondPerson
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.service import Control
from hub.control.trail import note
from hub.io.sql.engine import sql_errors
from hub.io.sql.people_tables import people as table

FIRST: Final = "admin"
"""The first person: holds the token that `hub init` made, and the account it printed."""

FIRST_PERSONS: Final = frozenset({FIRST})


class Roles:
    """Gives roles. Methods without a connection raise `Unavailable` when SQL is away."""

    def __init__(
        self, control: Control, second: SecondPerson, first: frozenset[str] = FIRST_PERSONS
    ) -> None:
        self._control, self._second, self._first = control, second, first
        second.register(Kind.ROLES, self._approved)

    async def give(
        self, name: str, grants: Sequence[Grant], *, actor: str, reason: str
    ) -> Asked | None:
        """Let somebody have these roles and no others; return what waits for a second person.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`, `ROLE_REFUSED`.
        """
        with sql_errors("giving roles"):
            async with self._control.engine.begin() as connection:
                await store.lock(connection)
                return await self.give_in(connection, name, grants, actor, reason)

    async def give_in(
        self,
        connection: AsyncConnection,
        name: str,
        grants: Sequence[Grant],
        actor: str,
        reason: str,
    ) -> Asked | None:
        """Do what `give` does in the caller's transaction.

        Raises:
            ChangeRefused: roll back.
        """
        row = await expect_row(connection, name)
        await expect_givable(connection, grants)
        wanted, present = kept_grants(grants), kept_grants(grants_of(row.grants))
        if wanted == present:
            return None
        more = [one for one in grants if one not in grants_of(row.grants)]
        # Less is always safe; what is given to oneself is a question of the second person too.
        risky = any(one.role in RISKY for one in more)
        if risky and not await self.alone(connection, actor):
            payload = {"name": name, "grants": wanted, "before": present}
            return await self._second.ask_in(
                connection, Kind.ROLES, entity(name), payload, actor=actor, reason=reason
            )
        await self._set_grants(connection, name, wanted, actor, reason)
        return None

    async def _approved(
        self, connection: AsyncConnection, asked: Asked, actor: str, reason: str
    ) -> None:
        wanted = list(asked.payload["grants"])
        row = await expect_row(connection, asked.payload["name"])
        if kept_grants(grants_of(row.grants)) != asked.payload["before"]:
            detail = "the roles have changed since it was asked for; ask again"
            raise ChangeRefused(Refusal.NO_LONGER_FITS, detail, "id")
        await expect_givable(connection, grants_of(wanted))
        await self._set_grants(connection, asked.payload["name"], wanted, actor, reason)

    async def _set_grants(
        self, connection: AsyncConnection, name: str, wanted: list[Any], actor: str, reason: str
    ) -> None:
        row = await expect_row(connection, name)
        await update_row(connection, name, {"grants": wanted})
        shown = {entity(name): ({"grants": row.grants}, {"grants": wanted})}
        touched, at = [(entity(name), "give_roles")], self._control.clock()
        await note(connection, at, actor, reason, touched, values=shown)

    async def alone(self, connection: AsyncConnection, actor: str) -> bool:
        """Say whether nobody else could approve: then one person is enough.

        Otherwise a hub with one administrator could never get a second. Who holds the first
        token can always approve, whatever SQL says about him.
        """
        if self._first - {actor}:
            return False
        rows = await connection.execute(select(table).where(table.c.name != actor))
        return not any(account_of(row).may(Action.MANAGE_USERS) for row in rows)


def entity(name: str) -> str:
    """Return the name under which a person stands in the trail as a target."""
    return f"user/{name}"


async def find_row(connection: AsyncConnection, name: str) -> Any:
    """Return a person's row, or None."""
    return (await connection.execute(select(table).where(table.c.name == name))).one_or_none()


async def expect_row(connection: AsyncConnection, name: str) -> Any:
    """Return a person's row.

    Raises:
        ChangeRefused: `UNKNOWN_ENTITY`.
    """
    row = await find_row(connection, name)
    if row is None:
        raise ChangeRefused(Refusal.UNKNOWN_ENTITY, "no such person", "name")
    return row


async def update_row(connection: AsyncConnection, name: str, values: dict[str, Any]) -> None:
    """Write columns of a person's row."""
    await connection.execute(update(table).where(table.c.name == name).values(values))
