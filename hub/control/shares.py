"""Rights and subscriptions as people look at them: a list, one with what was done to it."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Any, Final

import msgspec
from sqlalchemy import Select, Text, cast, or_, select

from hub.control import store
from hub.control.deeds import Deed, done_to
from hub.control.people.second_person import Asked, Kind
from hub.control.proposals import Proposals, Share, changes_of
from hub.control.service import Control
from hub.decision.quotas import DEFAULT, QuotaRecord
from hub.decision.rulebook import RightRecord
from hub.decision.subscriptions import ShareState, SubscriptionRecord
from hub.io.sql import control_tables as tables
from hub.io.sql.backlogs import Backlog, Backlogs
from hub.io.sql.engine import sql_errors

_SLICE: Final = 200
"""Rows read at once, where a person sees some of them only."""
_MOST_DEEDS: Final = 500
"""Of one share: more is no history that a person reads."""


@unique
class ShareKind(StrEnum):
    """What lets a type go from one to another: the sender's side of it, and the recipient's."""

    RIGHT = "right"
    SUBSCRIPTION = "subscription"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which shares. What is None does not narrow it."""

    kind: ShareKind | None = None
    who: str | None = None
    """A system, or an organisation."""
    type: str | None = None
    state: ShareState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A right or a subscription that is in the rules."""

    kind: ShareKind
    id: str
    record: RightRecord | SubscriptionRecord
    shares: tuple[Share, ...]
    """One for each type: whose system, and who owns the type."""

    @property
    def key(self) -> str:
        """Its key in the rules."""
        return f"{self.kind}/{self.id}"


Sees = Callable[[Sequence[Share]], bool]
"""Says whether a person may see what has these shares."""


class Shares:
    """Every method raises `Unavailable` when SQL is away."""

    def __init__(self, control: Control, proposals: Proposals) -> None:
        self._engine, self._proposals = control.engine, proposals
        self._backlogs = Backlogs(control.engine)

    async def page(
        self, wanted: Wanted, after: str, limit: int, sees: Sees
    ) -> tuple[list[Held], str | None]:
        """Return rights, then subscriptions, by id; and the key to go on with, None at the end."""
        found: list[Held] = []
        async for one in self._after(wanted, after):
            if not sees(one.shares):
                continue
            if len(found) == limit:
                return found, found[-1].key
            found.append(one)
        return found, None

    async def find(self, kind: ShareKind, id: str) -> Held | None:
        """Return one, or None."""
        query = select(_TABLES[kind]).where(_TABLES[kind].c.id == id)
        found = await self._read(kind, query)
        return found[0] if found else None

    async def history(self, kind: ShareKind, id: str) -> list[Deed]:
        """Return what was asked and done, the oldest first."""
        asked = [deed for one in await self._asked(kind, id) for deed in _of_request(one)]
        done = await done_to(self._engine, f"{kind}/{id}", _MOST_DEEDS)
        return sorted([*asked, *done], key=lambda deed: deed.at)

    async def quota(self, system: str) -> QuotaRecord:
        """Return how much a system may hand in."""
        key = f"quota/{system}"
        with sql_errors("reading a quota"):
            async with self._engine.connect() as connection:
                found = (await store.load(connection, [key])).get(key)
        return found if isinstance(found, QuotaRecord) else DEFAULT

    async def backlog(self, id: str) -> Backlog | None:
        """Return how far a subscription is given its past; None: it asked for none."""
        return await self._backlogs.of(id)

    async def _after(self, wanted: Wanted, after: str) -> AsyncIterator[Held]:
        begun, _, place = after.partition("/")
        for kind in ShareKind:
            if wanted.kind not in (None, kind) or kind < begun:
                continue
            last: str | None = place if kind == begun else ""
            while last is not None:
                query = _narrowed(kind, wanted, last)
                part = await self._read(kind, query.limit(_SLICE))
                for one in part:
                    yield one
                last = part[-1].id if len(part) == _SLICE else None

    async def _read(self, kind: ShareKind, query: Select[Any]) -> list[Held]:
        with sql_errors("reading rights and subscriptions"):
            async with self._engine.connect() as connection:
                rows = list(await connection.execute(query))
        records: dict[str, Any] = {row.id: store.to_record(kind, row) for row in rows}
        shares = await self._proposals.shares_of(
            [(one.system, type_) for one in records.values() for type_ in types_of(one)]
        )
        left = iter(shares)
        return [
            Held(kind=kind, id=id, record=one, shares=tuple(next(left) for _ in types_of(one)))
            for id, one in records.items()
        ]

    async def _asked(self, kind: ShareKind, id: str) -> list[Asked]:
        told = await self._proposals.second.naming(Kind.RULES, id)
        return [one for one in told if any(_is(change, kind, id) for change in changes_of(one))]


def types_of(record: RightRecord | SubscriptionRecord) -> tuple[str, ...]:
    """Return the types that it is about."""
    return record.types if isinstance(record, RightRecord) else (record.type,)


_TABLES: Final[Mapping[ShareKind, Any]] = {
    ShareKind.RIGHT: tables.access_rights,
    ShareKind.SUBSCRIPTION: tables.subscriptions,
}


def _narrowed(kind: ShareKind, wanted: Wanted, after: str) -> Select[Any]:
    table = _TABLES[kind]
    query = select(table).where(table.c.id > after).order_by(table.c.id)
    if wanted.state is not None:
        query = query.where(table.c.state == wanted.state.value)
    if wanted.who is not None:
        own = select(tables.systems.c.id).where(tables.systems.c.organisation == wanted.who)
        query = query.where(or_(table.c.system == wanted.who, table.c.system.in_(own)))
    if wanted.type is None:
        return query
    if kind is ShareKind.SUBSCRIPTION:
        return query.where(table.c.type == wanted.type)
    # A list in JSON: a type in its quotes is one of its members, on every database.
    quoted = msgspec.json.encode(wanted.type).decode()
    return query.where(cast(table.c.types, Text).contains(quoted, autoescape=True))


def _is(change: Any, kind: ShareKind, id: str) -> bool:
    same: bool = change.change.endswith(f"_{kind}") and change.id == id
    return same


def _of_request(asked: Asked) -> list[Deed]:
    deeds = [Deed(at=asked.asked_at, what="ask", actor=asked.asked_by, reason=asked.reason)]
    if asked.decision is not None and asked.decided_at is not None:
        deeds.append(
            Deed(
                at=asked.decided_at,
                what=asked.decision.verb,
                actor=asked.decided_by or "",
                reason=asked.decision_reason or "",
            )
        )
    return deeds
