"""Whom alerts are told to because he has asked for it himself, and as long as he may see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.control.people.accounts import expanded, grants_of
from hub.control.people.rights import ROLES, Action, Grant
from hub.control.service import Control
from hub.control.trail import note
from hub.indicators.alerting import ANY, Severity
from hub.io.sql.alert_tables import alert_channels as table
from hub.io.sql.engine import sql_errors
from hub.io.sql.people_tables import people

MARK: Final = "~"
"""Begins the name of a person's own channel: no name of a shared one does."""
WHY: Final = "own notices"
PROVIDER_LASTS: Final = timedelta(days=14)
"""Longer than the longest holiday, Tết: who is on call does not lose his notices by it. Who has
lost his groups at the provider, and never came back to be told so, is told no longer than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnNotices:
    """Where a person wants to be told, and of what."""

    kind: str
    target: str
    organisation: str
    """`*`: of everything that he may see."""
    least: Severity


class Notices:
    """One channel for each person. Every method raises `Unavailable` when SQL is away."""

    def __init__(self, control: Control) -> None:
        self._control = control

    async def of(self, person: str) -> OwnNotices | None:
        """Return what somebody has asked for; None: nothing."""
        with sql_errors("reading notices"):
            async with self._control.engine.connect() as connection:
                row = (
                    await connection.execute(select(table).where(table.c.person == person))
                ).one_or_none()
        if row is None:
            return None
        return OwnNotices(
            kind=row.kind,
            target=row.target,
            organisation=row.organisation,
            least=Severity(row.least),
        )

    async def set(self, person: str, wanted: OwnNotices | None) -> None:
        """Tell somebody from now on; None: no more. Safe to repeat."""
        name = f"{MARK}{person}"
        with sql_errors("writing notices"):
            async with self._control.engine.begin() as connection:
                await connection.execute(delete(table).where(table.c.person == person))
                if wanted is not None:
                    values = {"name": name, "person": person, "kind": wanted.kind}
                    values |= {"target": wanted.target, "organisation": wanted.organisation}
                    values |= {"least": wanted.least.value}
                    await connection.execute(insert(table).values(values))
                # Invariant 11. Not where to: the trail is read by others, and is never shortened.
                touched = [(f"user/{person}", "unset_notices" if wanted is None else "set_notices")]
                await note(connection, self._control.clock(), person, WHY, touched)


async def seen_by(
    connection: AsyncConnection, now: datetime
) -> Mapping[str, frozenset[str] | None]:
    """Return whose alerts each person with a channel of his own may see now; None: all.

    What his groups at the identity provider gave counts for `PROVIDER_LASTS` after he came.
    """
    c = people.c
    query = select(c.name, c.grants, c.provider_grants, c.provider_at).where(
        people.c.disabled_at.is_(None),
        people.c.name.in_(select(table.c.person).where(table.c.person.is_not(None))),
    )
    found: dict[str, frozenset[str] | None] = {}
    for row in list(await connection.execute(query)):
        grants = (*grants_of(row.grants), *_by_provider(row, now))
        mine = [one for one in grants if Action.VIEW_ALERTS in ROLES[one.role]]
        if any(one.whole for one in mine):
            found[row.name] = None
        elif mine:
            parts = [one for one in await expanded(connection, mine) if one.types is None]
            found[row.name] = frozenset().union(*(one.within or frozenset() for one in parts))
    return found


def _by_provider(row: Any, now: datetime) -> tuple[Grant, ...]:
    if row.provider_grants is None or now - row.provider_at > PROVIDER_LASTS:
        return ()
    return grants_of(row.provider_grants)


def is_meant(row: Any, organisation: str, seen: Mapping[str, frozenset[str] | None]) -> bool:
    """Say whether a channel is told of an organisation's alert, by whose it is.

    Invariant 5: who may not see alerts any more is told of none.
    """
    if row.organisation not in {ANY, organisation}:
        return False
    if row.person is None:
        return True
    if row.person not in seen:
        return False
    whose = seen[row.person]
    return whose is None or organisation in whose
