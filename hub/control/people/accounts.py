"""An account as the code sees it, and its roles as SQL keeps them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.control.people.rights import BOUND_ROLES, ROLES, Action, Grant, Role
from hub.control.refusals import ChangeRefused, Refusal
from hub.io.sql.control_tables import organisations
from hub.io.sql.people_tables import people as table

RISKY: Final = frozenset({Role.ADMINISTRATOR, Role.INTEGRATOR, Role.KEY_OFFICER, Role.INVESTIGATOR})
"""Roles that change what the hub does for others, or show bodies: two persons give them."""

MAX_GRANTS: Final = 50
"""Of one person: a clerk of some agencies has some; more is a mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody the hub knows. There is no password in it."""

    name: str
    display: str
    grants: tuple[Grant, ...]
    has_password: bool
    must_change: bool
    reset_by: str | None
    reset_at: datetime | None
    issuer: str | None
    subject: str | None
    language: str
    time_zone: str
    made_by: str
    made_at: datetime
    disabled_at: datetime | None

    def may(self, action: Action) -> bool:
        """Say whether he may do this everywhere, and is not disabled."""
        return self.disabled_at is None and _whole(self.grants, action)


def _whole(grants: Iterable[Grant], action: Action) -> bool:
    return any(grant.whole and action in ROLES[grant.role] for grant in grants)


def account_of(row: Any) -> Account:
    """Return a row as an account."""
    plain = {name: getattr(row, name) for name in Account.__slots__ if name in table.c}
    found = {"grants": grants_of(row.grants), "has_password": row.password is not None}
    return Account(**(plain | found))


def grants_of(kept: Sequence[Mapping[str, Any]]) -> tuple[Grant, ...]:
    """Return the roles that SQL keeps. A role that this version does not know gives nothing."""
    known = {role.value for role in Role}
    return tuple(
        Grant(
            role=Role(one["role"]),
            organisation=one.get("organisation"),
            types=frozenset(one["types"]) if one.get("types") else None,
        )
        for one in kept
        if one["role"] in known
    )


def kept_grants(grants: Iterable[Grant]) -> list[dict[str, Any]]:
    """Return roles as SQL keeps them, and the API shows them."""
    return [
        {"role": one.role.value}
        | ({"organisation": one.organisation} if one.organisation is not None else {})
        | ({"types": sorted(one.types)} if one.types is not None else {})
        for one in grants
    ]


async def expect_givable(connection: AsyncConnection, grants: Sequence[Grant]) -> None:
    """Return if these roles can be given.

    Raises:
        ChangeRefused: `ROLE_REFUSED`.
    """
    for place, grant in enumerate(grants):
        if grant.role in BOUND_ROLES and grant.organisation is None:
            detail = f"the role {grant.role} is given for an organisation only"
            raise ChangeRefused(Refusal.ROLE_REFUSED, detail, f"grants/{place}/organisation")
    named = {one.organisation for one in grants if one.organisation is not None}
    query = select(organisations.c.id).where(organisations.c.id.in_(named))
    known = {row.id for row in await connection.execute(query)}
    for place, grant in enumerate(grants):
        if grant.organisation is not None and grant.organisation not in known:
            detail = "no such organisation"
            raise ChangeRefused(Refusal.ROLE_REFUSED, detail, f"grants/{place}/organisation")


async def expanded(connection: AsyncConnection, grants: Sequence[Grant]) -> tuple[Grant, ...]:
    """Return the roles with what lies below each organisation now."""
    tops = {one.organisation for one in grants if one.organisation is not None}
    below = {top: await _subtree(connection, top) for top in tops}
    return tuple(
        one if one.organisation is None else replace(one, within=below[one.organisation])
        for one in grants
    )


async def _subtree(connection: AsyncConnection, top: str) -> frozenset[str]:
    tree = select(organisations.c.id).where(organisations.c.id == top).cte(recursive=True)
    # UNION, not UNION ALL: a circle of parents must come to an end.
    tree = tree.union(select(organisations.c.id).where(organisations.c.parent == tree.c.id))
    return frozenset(row.id for row in await connection.execute(select(tree.c.id)))
