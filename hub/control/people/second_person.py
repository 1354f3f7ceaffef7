"""Four eyes, for every risky action alike: one asks, another person approves, then it is done."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, unique
from typing import Any, Final

from lgsp_client import uuid7
from sqlalchemy import Text, cast, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.control import store
from hub.control.people.rights import Action
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.service import Control
from hub.control.trail import note
from hub.io.sql.engine import sql_errors
from hub.io.sql.people_tables import people
from hub.io.sql.people_tables import requests as table

COOLING: Final = timedelta(hours=24)
"""Who resets a password can sign in with it: for a day the other one's approval of what he asked
for does not count. By then the holder has noticed that his own password opens nothing."""


@unique
class Kind(StrEnum):
    """What two persons do together."""

    NETWORK = "connector_network"
    ROLES = "roles"
    TOKEN = "administrator_token"  # noqa: S105  (a word, not a token)
    GROUP = "provider_group"
    KEY = "key_compromise"
    SCHEMA = "schema"
    OFFSETS = "group_offsets"
    RULES = "rules"
    REDIRECT = "dead_letter_redirect"
    COPY = "corrected_copy"


RIGHTS: Final[Mapping[Kind, Action]] = {
    Kind.NETWORK: Action.MANAGE_CONNECTORS,
    Kind.ROLES: Action.MANAGE_USERS,
    Kind.TOKEN: Action.MANAGE_USERS,
    Kind.GROUP: Action.MANAGE_USERS,
    Kind.KEY: Action.MANAGE_KEYS,
    Kind.SCHEMA: Action.PUBLISH_SCHEMAS,
    Kind.OFFSETS: Action.MANAGE_CONNECTORS,
    Kind.RULES: Action.CHANGE_RULES,
    Kind.REDIRECT: Action.RETRY,
    Kind.COPY: Action.EDIT_RESUBMIT,
}
"""What both of them need."""


@unique
class Decision(StrEnum):
    """What became of a request."""

    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def verb(self) -> str:
        """The deed, as the trail names it."""
        return _VERBS[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A risky action that somebody asked for."""

    id: str
    kind: Kind
    target: str
    payload: Mapping[str, Any]
    reason: str
    asked_by: str
    asked_at: datetime
    decision: Decision | None
    """None: it waits for a second person, and nothing is done yet."""
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None


Doing = Callable[[AsyncConnection, Asked, str, str], Awaitable[None]]
"""Does what was asked for, in the approver's transaction: (connection, asked, actor, reason)."""


class SecondPerson:
    """Asks, approvals, refusals. Every method with no connection raises `Unavailable`."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._doing: dict[Kind, Doing] = {}
        self._undoing: dict[Kind, Doing] = {}

    def register(self, kind: Kind, doing: Doing, undoing: Doing | None = None) -> None:
        """Let `doing` be what an approval of this kind does.

        `undoing`: what a refusal or a withdrawal does, where the question itself did something.
        """
        self._doing[kind] = doing
        if undoing is not None:
            self._undoing[kind] = undoing

    async def ask_in(
        self,
        connection: AsyncConnection,
        kind: Kind,
        target: str,
        payload: Mapping[str, Any],
        *,
        actor: str,
        reason: str,
    ) -> Asked:
        """Keep what somebody asks for. The same, asked again, stays the first asker's."""
        for one in await self._waiting_for(connection, kind, target):
            if one.payload == payload:
                return one
        at = self._control.clock()
        id = uuid7()
        fields = {"id": id, "kind": kind.value, "target": target, "payload": dict(payload)}
        asked = {"reason": reason, "asked_by": actor, "asked_at": at}
        await connection.execute(insert(table).values(fields | asked))
        # Invariant 11: the question is a deed of its own, with its own name and reason.
        await note(connection, at, actor, reason, [(f"request/{id}", f"ask_{kind}")])
        return await self.find_in(connection, id)

    async def decide(self, id: str, decision: Decision, *, actor: str, reason: str) -> Asked:
        """Decide about a request; an approval does it. Safe to repeat.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`, `SECOND_PERSON`, `DECIDED`, or why it cannot be done.
        """
        with sql_errors("deciding about a request"):
            async with self._control.engine.begin() as connection:
                await store.lock(connection)
                asked = await self.find_in(connection, id)
                found = await self.decide_in(
                    connection, asked, decision, actor=actor, reason=reason
                )
        self._control.written.set()
        return found

    async def decide_in(
        self,
        connection: AsyncConnection,
        asked: Asked,
        decision: Decision,
        *,
        actor: str,
        reason: str,
    ) -> Asked:
        """Do what `decide` does in the caller's transaction.

        Raises:
            ChangeRefused: roll back.
        """
        if asked.decision is not None:
            if (asked.decision, asked.decided_by) == (decision, actor):
                return asked
            raise ChangeRefused(Refusal.DECIDED, "somebody has decided about it already", "id")
        if decision is Decision.APPROVED:
            await expect_another(connection, asked.asked_by, actor, self._control.clock())
        if decision is Decision.WITHDRAWN and asked.asked_by != actor:
            detail = "only whoever asked withdraws it; refuse it instead"
            raise ChangeRefused(Refusal.DECIDED, detail, "id")
        await self._close(connection, asked, decision, actor, reason)
        if decision is Decision.APPROVED:
            # Invariant 11: in one transaction, so that what is approved is done, and once.
            await self._doing[asked.kind](connection, asked, actor, reason)
        elif asked.kind in self._undoing:
            await self._undoing[asked.kind](connection, asked, actor, reason)
        return await self.find_in(connection, asked.id)

    async def _close(
        self,
        connection: AsyncConnection,
        asked: Asked,
        decision: Decision,
        actor: str,
        reason: str,
    ) -> None:
        at = self._control.clock()
        values = {
            "decision": decision.value,
            "decided_by": actor,
            "decided_at": at,
            "decision_reason": reason,
        }
        await connection.execute(update(table).where(table.c.id == asked.id).values(values))
        touched = [(f"request/{asked.id}", f"{decision.verb}_{asked.kind}")]
        await note(connection, at, actor, reason, touched)

    async def waiting_in(self, connection: AsyncConnection, kind: Kind, target: str) -> list[Asked]:
        """Return what waits for one target."""
        return await self._waiting_for(connection, kind, target)

    async def find_in(self, connection: AsyncConnection, id: str) -> Asked:
        """Return one request.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`.
        """
        row = (await connection.execute(select(table).where(table.c.id == id))).one_or_none()
        if row is None:
            raise ChangeRefused(Refusal.UNKNOWN_ENTITY, "no such request", "id")
        return _asked(row)

    async def find(self, id: str) -> Asked:
        """Return one request.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`.
        """
        with sql_errors("reading a request"):
            async with self._control.engine.connect() as connection:
                return await self.find_in(connection, id)

    async def page(
        self, *, waiting: bool, before: str, limit: int, kind: Kind | None = None
    ) -> list[Asked]:
        """Return requests, the newest first; with `waiting` only those nobody decided about."""
        query = select(table).order_by(table.c.id.desc()).limit(limit)
        if kind is not None:
            query = query.where(table.c.kind == kind.value)
        if before:
            query = query.where(table.c.id < before)
        if waiting:
            query = query.where(table.c.decision.is_(None))
        with sql_errors("reading requests"):
            async with self._control.engine.connect() as connection:
                return [_asked(row) for row in await connection.execute(query)]

    async def naming(self, kind: Kind, word: str) -> list[Asked]:
        """Return requests of a kind in whose payload a text stands, the oldest first."""
        quoted = cast(table.c.payload, Text).contains(f'"{word}"', autoescape=True)
        query = select(table).where(table.c.kind == kind.value, quoted).order_by(table.c.id)
        with sql_errors("reading requests"):
            async with self._control.engine.connect() as connection:
                return [_asked(row) for row in await connection.execute(query)]

    async def _waiting_for(
        self, connection: AsyncConnection, kind: Kind, target: str
    ) -> list[Asked]:
        query = select(table).where(
            table.c.kind == kind.value, table.c.target == target, table.c.decision.is_(None)
        )
        return [_asked(row) for row in await connection.execute(query)]


_VERBS: Final = {
    Decision.APPROVED: "approve",
    Decision.REFUSED: "refuse",
    Decision.WITHDRAWN: "withdraw",
}


async def expect_another(
    connection: AsyncConnection,
    asked_by: str,
    actor: str,
    now: datetime,
    *,
    detail: str = "whoever asked for it does not approve it; another person must",
) -> None:
    """Return if `actor` is another person than who asked. Names count, not tokens or sessions.

    `detail`: what whoever asked is told to do.

    Raises:
        ChangeRefused: `SECOND_PERSON`.
    """
    if actor == asked_by:
        raise ChangeRefused(Refusal.SECOND_PERSON, detail, "id")
    query = select(people.c.reset_by, people.c.reset_at).where(people.c.name == actor)
    row = (await connection.execute(query)).one_or_none()
    if row is not None and row.reset_by == asked_by and now - row.reset_at < COOLING:
        detail = "whoever asked for it has reset the approver's password within the last day"
        raise ChangeRefused(Refusal.SECOND_PERSON, detail, "id")


def _asked(row: Any) -> Asked:
    fields = {name: getattr(row, name) for name in Asked.__slots__}
    decision = None if row.decision is None else Decision(row.decision)
    return Asked(**(fields | {"kind": Kind(row.kind), "decision": decision}))
