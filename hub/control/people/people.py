"""Accounts: add, disable, reset, choose a password. Each with a reason, in the trail."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.control import store
from hub.control.people.accounts import Account, account_of, expanded, kept_grants
from hub.control.people.passwords import Passwords, expect_good, first_password
from hub.control.people.rights import Grant, Role
from hub.control.people.roles import FIRST, Roles, entity, expect_row, find_row, update_row
from hub.control.people.second_person import Asked
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.service import Control
from hub.control.trail import note
from hub.io.sql.engine import sql_errors
from hub.io.sql.people_tables import people as table
from hub.io.sql.people_tables import sessions

RESERVED: Final = frozenset({"hub"})
"""What the hub does by itself stands in the trail under this name."""


class People:
    """Everybody who may sign in. Every method raises `Unavailable` when SQL is away."""

    def __init__(self, control: Control, passwords: Passwords, roles: Roles) -> None:
        self._control, self._passwords, self._roles = control, passwords, roles

    async def find(self, name: str) -> Account | None:
        """Return an account, its roles with what lies below their organisations; or None."""
        with sql_errors("reading an account"):
            async with self._control.engine.connect() as connection:
                row = await find_row(connection, name)
                return None if row is None else await self._whole(connection, row)

    async def find_subject(self, issuer: str, subject: str) -> Account | None:
        """Return the account of somebody whom an identity provider knows, or None."""
        query = select(table).where(table.c.issuer == issuer, table.c.subject == subject)
        with sql_errors("reading an account"):
            async with self._control.engine.connect() as connection:
                row = (await connection.execute(query)).one_or_none()
                return None if row is None else await self._whole(connection, row)

    async def within(self, grants: Sequence[Grant]) -> tuple[Grant, ...]:
        """Return roles with what lies below their organisations now."""
        if not any(one.organisation for one in grants):
            return tuple(grants)
        with sql_errors("reading organisations"):
            async with self._control.engine.connect() as connection:
                return await expanded(connection, grants)

    async def page(self, after: str, limit: int) -> list[Account]:
        """Return accounts by name, disabled ones too."""
        query = select(table).where(table.c.name > after).order_by(table.c.name).limit(limit)
        with sql_errors("reading accounts"):
            async with self._control.engine.connect() as connection:
                return [account_of(row) for row in await connection.execute(query)]

    async def first(self) -> str | None:
        """Make the first account; return its password, or None where there is one already.

        The password is nowhere else: it is printed once.
        """
        password = first_password()
        kept = await self._passwords.hash(password)
        at = self._control.clock()
        with sql_errors("making the first account"):
            async with self._control.engine.begin() as connection:
                await store.lock(connection)
                counted = select(func.count()).where(table.c.password.is_not(None))
                if (await connection.execute(counted)).scalar_one():
                    return None
                row = await find_row(connection, FIRST)
                values = {"password": kept, "must_change": True}
                if row is None:
                    grants = [Grant(role=Role.ADMINISTRATOR)]
                    made = new_row(FIRST, FIRST, grants, made_by="hub", at=at) | values
                    await connection.execute(insert(table).values(made))
                else:
                    await update_row(connection, FIRST, values)
                touched = [(entity(FIRST), "add_user")]
                await note(connection, at, "hub", "hub init", touched)
        return password

    async def add(
        self,
        name: str,
        display: str,
        grants: Sequence[Grant],
        *,
        subject: tuple[str, str] | None = None,
        actor: str,
        reason: str,
    ) -> tuple[str | None, Asked | None]:
        """Add an account; return its first password, and what waits for a second person.

        With `subject` (issuer, subject) the identity provider knows him, and there is no password.

        Raises:
            ChangeRefused: `NAME_TAKEN`, `ROLE_REFUSED`.
        """
        password = None if subject else first_password()
        kept = None if password is None else await self._passwords.hash(password)
        at = self._control.clock()
        issuer, known_as = subject or (None, None)
        row = new_row(name, display, (), made_by=actor, at=at)
        row |= {"password": kept, "must_change": kept is not None}
        row |= {"issuer": issuer, "subject": known_as}
        shown = {entity(name): (None, {"display": display, "grants": []})}
        with sql_errors("adding an account"):
            async with self._control.engine.begin() as connection:
                await store.lock(connection)
                await _expect_free(connection, name, subject)
                await connection.execute(insert(table).values(row))
                # Invariant 11: who made it, when and why.
                touched = [(entity(name), "add_user")]
                await note(connection, at, actor, reason, touched, values=shown)
                asked = await self._roles.give_in(connection, name, grants, actor, reason)
        return password, asked

    async def disable(self, name: str, *, disabled: bool, actor: str, reason: str) -> None:
        """Let somebody in no more, from now on, also where he is signed in; or let him in again.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`.
        """
        at = self._control.clock()
        with sql_errors("disabling an account"):
            async with self._control.engine.begin() as connection:
                await store.lock(connection)
                row = await expect_row(connection, name)
                if (row.disabled_at is not None) is disabled:
                    return
                await update_row(connection, name, {"disabled_at": at if disabled else None})
                await connection.execute(sessions.delete().where(sessions.c.name == name))
                action = "disable_user" if disabled else "enable_user"
                await note(connection, at, actor, reason, [(entity(name), action)])

    async def reset(self, name: str, *, actor: str, reason: str) -> str:
        """Give an account a new first password, and end its sessions; return it.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`.
        """
        password = first_password()
        kept = await self._passwords.hash(password)
        at = self._control.clock()
        values = {"password": kept, "must_change": True, "reset_by": actor, "reset_at": at}
        with sql_errors("resetting a password"):
            async with self._control.engine.begin() as connection:
                await store.lock(connection)
                await expect_row(connection, name)
                await update_row(connection, name, values)
                await connection.execute(sessions.delete().where(sessions.c.name == name))
                await note(connection, at, actor, reason, [(entity(name), "reset_password")])
        return password

    async def choose_password(self, name: str, new: str) -> None:
        """Let somebody, who has just shown the present one, choose a password; his sessions end.

        Raises:
            ChangeRefused: `PASSWORD_REFUSED`.
            Overloaded: too many sign in at once.
        """
        expect_good(name, new)
        with sql_errors("reading an account"):
            async with self._control.engine.connect() as connection:
                old = (await expect_row(connection, name)).password
        if await self._passwords.matches(old, new):
            detail = "khác mật khẩu cũ / another one than before"
            raise ChangeRefused(Refusal.PASSWORD_REFUSED, detail, "new")
        await self._keep(name, old, await self._passwords.hash(new))

    async def profile(self, name: str, language: str, time_zone: str) -> None:
        """Keep how somebody wants to read. It changes nothing for others: no reason is asked."""
        values = {"language": language, "time_zone": time_zone}
        with sql_errors("keeping a profile"):
            async with self._control.engine.begin() as connection:
                await update_row(connection, name, values)

    async def _keep(self, name: str, old: str | None, new: str) -> None:
        at = self._control.clock()
        # Only where it is still the one that was shown: a reset meanwhile wins.
        unchanged = (table.c.name == name) & (table.c.password == old)
        values = {"password": new, "must_change": False}
        with sql_errors("changing a password"):
            async with self._control.engine.begin() as connection:
                await store.lock(connection)
                changed = await connection.execute(update(table).where(unchanged).values(values))
                if changed.rowcount == 0:
                    detail = "the present password is wrong"
                    raise ChangeRefused(Refusal.PASSWORD_WRONG, detail, "present")
                await connection.execute(sessions.delete().where(sessions.c.name == name))
                await note(connection, at, name, "", [(entity(name), "change_password")])

    async def _whole(self, connection: AsyncConnection, row: Any) -> Account:
        found = account_of(row)
        return replace(found, grants=await expanded(connection, found.grants))


def new_row(
    name: str, display: str, grants: Sequence[Grant], *, made_by: str, at: datetime
) -> dict[str, Any]:
    """Return a new account as SQL keeps it; it opens nothing yet."""
    return {
        "name": name,
        "display": display,
        "grants": kept_grants(grants),
        "must_change": False,
        "language": "vi",
        "time_zone": "Asia/Ho_Chi_Minh",
        "made_by": made_by,
        "made_at": at,
    }


async def _expect_free(
    connection: AsyncConnection, name: str, subject: tuple[str, str] | None
) -> None:
    taken = table.c.name == name
    if subject is not None:
        taken |= (table.c.issuer == subject[0]) & (table.c.subject == subject[1])
    found = (await connection.execute(select(table.c.name).where(taken))).first()
    if found is not None or name in RESERVED:
        detail = "the name is somebody's already, or was: choose another"
        raise ChangeRefused(Refusal.NAME_TAKEN, detail, "name")
