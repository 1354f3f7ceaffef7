"""Changes of the rules that need a second person: asked for, looked at, approved, then made.

A request is no rule (invariant 5). Its changes are tried when it is asked for, so that nobody is
asked to approve what cannot be; and made, in the approver's transaction, as the rules are then.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.control import store
from hub.control.changes import ChangeSet
from hub.control.people.second_person import Asked, Kind, SecondPerson
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.right_changes import PutRight
from hub.control.service import Control
from hub.control.subscription_changes import PutSubscription
from hub.decision.rulebook import SystemRecord, TypeOwnerRecord
from hub.io.sql.engine import sql_errors

_ALONE: Final = frozenset({"register_key", "end_key", "revoke_key"})
"""Kinds that cannot wait: a proof of possession is of the moment, and less is always safe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A type that shall reach, or be sent by, a system: who asks, and who says yes."""

    organisation: str | None
    """Of the system; None: the system is not known."""
    type: str
    owner: str | None
    """The agency that owns the type; None: nobody does, so only who may change all rules."""


class Proposals:
    """Every method raises `Unavailable` when SQL is away."""

    def __init__(self, control: Control, second: SecondPerson) -> None:
        self._control, self.second = control, second
        second.register(Kind.RULES, self._approved)

    async def ask(self, request: ChangeSet, *, actor: str) -> Asked:
        """Keep the changes until a second person decides. Asked again, the first stays.

        Raises:
            ChangeRefused: they could not be made now; nothing is kept.
        """
        for index, change in enumerate(request.changes):
            if change.change in _ALONE:
                detail = "keys do not wait for a second person; write them at once"
                raise ChangeRefused(Refusal.NO_PROPOSAL, detail, f"changes/{index}")
        payload = request.model_dump(mode="json", include={"changes"}, exclude_defaults=True)
        with sql_errors("asking for a change of the rules"):
            async with self._control.engine.begin() as connection:
                await store.lock(connection)
                await self._control.edits(connection, request.changes)
                return await self.second.ask_in(
                    connection,
                    Kind.RULES,
                    _target(request),
                    payload,
                    actor=actor,
                    reason=request.reason,
                )

    async def shares(self, changes: Collection[Any]) -> list[Share] | None:
        """Return what these changes let systems send and get; None: they change something else."""
        if not all(isinstance(change, PutRight | PutSubscription) for change in changes):
            return None
        named = [pair for change in changes for pair in _pairs(change)]
        return await self.shares_of(named)

    async def shares_of(self, named: Collection[tuple[str, str]]) -> list[Share]:
        """Return the share of each pair of a system and a type."""
        keys = [f"system/{system}" for system, _ in named]
        keys += [f"type_owner/{type_}" for _, type_ in named]
        with sql_errors("reading owners of types"):
            async with self._control.engine.connect() as connection:
                found = await store.load(connection, keys)
        return [_share(system, type_, found) for system, type_ in named]

    async def _approved(
        self, connection: AsyncConnection, asked: Asked, actor: str, reason: str
    ) -> None:
        request = ChangeSet.model_validate({"reason": reason, "changes": asked.payload["changes"]})
        await self._control.write_in(connection, request.changes, reason, actor)


def changes_of(asked: Asked) -> tuple[Any, ...]:
    """Return the changes that somebody asked for."""
    request = {"reason": asked.reason, "changes": asked.payload["changes"]}
    return ChangeSet.model_validate(request).changes


def _pairs(change: PutRight | PutSubscription) -> Iterator[tuple[str, str]]:
    types = change.types if isinstance(change, PutRight) else (change.type,)
    return ((change.system, type_) for type_ in types)


def _share(system: str, type_: str, found: Mapping[str, Any]) -> Share:
    known, owner = found.get(f"system/{system}"), found.get(f"type_owner/{type_}")
    return Share(
        organisation=known.organisation if isinstance(known, SystemRecord) else None,
        type=type_,
        owner=owner.organisation if isinstance(owner, TypeOwnerRecord) else None,
    )


def _target(request: ChangeSet) -> str:
    """Return what a list of requests shows: the first thing that changes, and how many."""
    first, rest = request.changes[0], len(request.changes) - 1
    named = first.model_dump()
    name = next((named[one] for one in ("id", "system", "type", "name") if named.get(one)), "")
    return f"rules/{first.change}/{name}"[:190] + (f"+{rest}" if rest else "")
