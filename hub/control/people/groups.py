"""Which roles a group of the identity provider gives: set at run time, more by two persons."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.control import store
from hub.control.people.accounts import expect_givable, grants_of, kept_grants
from hub.control.people.rights import Grant, Groups
from hub.control.people.roles import Roles
from hub.control.people.second_person import Asked, Kind, SecondPerson
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.service import Control
from hub.control.trail import note
from hub.io.sql.engine import sql_errors
from hub.io.sql.people_tables import people, provider_groups, sessions
from hub.io.sql.upsert import upsert_statement

MAX_NAME: Final = 190
"""Characters of a group's name: a directory's distinguished name has some hundred, and the trail
keeps 200 of a target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRoles:
    """What one group gives, and who has set it."""

    group: str
    grants: tuple[Grant, ...]
    set_by: str | None
    """None: the hub's settings."""
    set_at: datetime | None


class ProviderGroups:
    """Every method raises `Unavailable` when SQL is away.

    `first`: what the hub's settings say. A group that was set at run time counts as set there,
    also where it gives nothing.
    """

    def __init__(
        self, control: Control, second: SecondPerson, roles: Roles, first: Groups | None = None
    ) -> None:
        self._control, self._second, self._roles = control, second, roles
        self._first: Groups = first or {}
        second.register(Kind.GROUP, self._approved)

    async def mapping(self) -> Groups:
        """Return what each group gives now."""
        return {one.group: one.grants for one in await self.listed()}

    async def listed(self) -> list[GroupRoles]:
        """Return all groups that were set, by name."""
        query = select(provider_groups).order_by(provider_groups.c.name)
        with sql_errors("reading groups"):
            async with self._control.engine.connect() as connection:
                rows = list(await connection.execute(query))
        found = {
            name: GroupRoles(group=name, grants=grants, set_by=None, set_at=None)
            for name, grants in self._first.items()
        }
        found |= {
            row.name: GroupRoles(
                group=row.name, grants=grants_of(row.grants), set_by=row.set_by, set_at=row.set_at
            )
            for row in rows
        }
        return [found[name] for name in sorted(found)]

    async def put(
        self, group: str, grants: Sequence[Grant], *, actor: str, reason: str
    ) -> Asked | None:
        """Let a group give these roles and no others; return what waits for a second person.

        What a group did not give before needs one, whatever the role: who rules the provider's
        groups would else rule the hub's rights. To give less, one person is enough, at once.

        Raises:
            ChangeRefused: `ROLE_REFUSED`.
        """
        name = _expect_name(group)
        with sql_errors("setting a group"):
            async with self._control.engine.begin() as connection:
                await store.lock(connection)
                await expect_givable(connection, grants)
                present = await self._present(connection, name)
                wanted = kept_grants(grants)
                if wanted == kept_grants(present):
                    return None
                more = any(one not in present for one in grants)
                if more and not await self._roles.alone(connection, actor):
                    payload = {"group": name, "grants": wanted, "before": kept_grants(present)}
                    return await self._second.ask_in(
                        connection, Kind.GROUP, entity(name), payload, actor=actor, reason=reason
                    )
                await self._set(connection, name, present, wanted, actor, reason)
        return None

    async def _approved(
        self, connection: AsyncConnection, asked: Asked, actor: str, reason: str
    ) -> None:
        name, wanted = asked.payload["group"], list(asked.payload["grants"])
        present = await self._present(connection, name)
        if kept_grants(present) != asked.payload["before"]:
            detail = "what the group gives has changed since it was asked for; ask again"
            raise ChangeRefused(Refusal.NO_LONGER_FITS, detail, "id")
        await expect_givable(connection, grants_of(wanted))
        await self._set(connection, name, present, wanted, actor, reason)

    async def _present(self, connection: AsyncConnection, name: str) -> tuple[Grant, ...]:
        query = select(provider_groups.c.grants).where(provider_groups.c.name == name)
        row = (await connection.execute(query)).one_or_none()
        return self._first.get(name, ()) if row is None else grants_of(row.grants)

    async def _set(
        self,
        connection: AsyncConnection,
        name: str,
        present: Sequence[Grant],
        wanted: list[dict[str, Any]],
        actor: str,
        reason: str,
    ) -> None:
        at = self._control.clock()
        row = {"name": name, "grants": wanted, "set_by": actor, "set_at": at}
        statement = upsert_statement(connection.dialect.name, provider_groups)
        await connection.execute(statement, [row])
        known = exists().where(people.c.name == sessions.c.name, people.c.issuer.is_not(None))
        # Nobody keeps what his group does not give any more: roles are those of the sign-in.
        await connection.execute(delete(sessions).where(known))
        from_provider = update(people).where(people.c.provider_grants.is_not(None))
        await connection.execute(from_provider.values(provider_grants=None))
        # Invariant 11: who, when and why, in the same transaction as the change.
        shown = {entity(name): ({"grants": kept_grants(present)}, {"grants": wanted})}
        await note(connection, at, actor, reason, [(entity(name), "set_group")], values=shown)


def entity(group: str) -> str:
    """Return the name under which a group stands in the trail as a target."""
    return f"group/{group}"


def _expect_name(group: str) -> str:
    name = unicodedata.normalize("NFC", group)
    if not (0 < len(name) <= MAX_NAME and name.isprintable() and name == name.strip()):
        raise ChangeRefused(Refusal.ROLE_REFUSED, "no name of a group", "group")
    return name
