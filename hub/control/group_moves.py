"""Move an empty consumer group of an agency: one person asks, another approves (invariant 11)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from aiokafka import TopicPartition
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.control import store
from hub.control.people.second_person import Asked, Kind, SecondPerson
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.service import Control
from hub.control.trail import note
from hub.io.kafka.groups import Barrier, Committed, Group
from hub.io.sql.engine import sql_errors

WHY: Mapping[Barrier, str] = {
    Barrier.TRANSACTION: "the hub's own position moves with what it did, in one transaction",
    Barrier.NO_INBOX: "it has no position in an inbox: what it reads is not the hub's to repeat",
    Barrier.MEMBERS: "somebody reads in it now: stop the agency's program first",
}


class KafkaGroups(Protocol):
    """The groups as the brokers have them. Every method raises `Unavailable`."""

    async def read(self) -> tuple[Group, ...]:
        """Return all of them."""
        ...

    async def offset_at(self, place: TopicPartition, at: datetime) -> int | None:
        """Return the first offset written at this time or later; None: there is none."""
        ...

    async def move(self, group: str, offsets: Mapping[TopicPartition, int]) -> None:
        """Let an empty group go on from here; raises `Refusing` where it is not empty."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One partition of a group: where it is, and where it would be."""

    topic: str
    partition: int
    before: int
    after: int
    first: int
    end: int


class GroupMoves:
    """Previews, asks and does. Invariants 1 and 2: never for a group of the hub itself."""

    def __init__(self, control: Control, second: SecondPerson, groups: KafkaGroups) -> None:
        self._control, self._second, self.groups = control, second, groups
        second.register(Kind.OFFSETS, self._approved)

    async def preview(self, group: str, to: datetime | None) -> list[Move]:
        """Return what a move to a time would do; None: to the first record that is kept.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`, `GROUP_FIXED`.
            Unavailable: Kafka does not answer.
        """
        found = await self._movable(group)
        return [await self._move(one, to) for one in found.committed]

    async def ask(self, group: str, to: datetime | None, *, actor: str, reason: str) -> Asked:
        """Ask for a move. Nothing moves before another person has approved it.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`, `GROUP_FIXED`.
            Unavailable: Kafka or SQL does not answer.
        """
        moves = await self.preview(group, to)
        payload = {"group": group, "moves": [_kept(one) for one in moves]}
        with sql_errors("asking for a move"):
            async with self._control.engine.begin() as connection:
                await store.lock(connection)
                return await self._second.ask_in(
                    connection, Kind.OFFSETS, _entity(group), payload, actor=actor, reason=reason
                )

    async def _approved(
        self, connection: AsyncConnection, request: Asked, actor: str, reason: str
    ) -> None:
        group, moves = request.payload["group"], request.payload["moves"]
        found = await self._movable(group)
        here = {(one.topic, one.partition): one for one in found.committed}
        for move in moves:
            _expect_unmoved(here.get((move["topic"], move["partition"])), move)
        at, entity = self._control.clock(), _entity(group)
        values = {entity: (_offsets(moves, "before"), _offsets(moves, "after"))}
        await note(connection, at, actor, reason, [(entity, "move_group")], values=values)
        # Last, and before the commit: where the process dies here the request still waits, and
        # approving it again finds the group where it was to be.
        await self.groups.move(
            group, {TopicPartition(one["topic"], one["partition"]): one["after"] for one in moves}
        )

    async def _movable(self, name: str) -> Group:
        found = next((one for one in await self.groups.read() if one.name == name), None)
        if found is None:
            raise ChangeRefused(Refusal.UNKNOWN_ENTITY, "no such consumer group", "group")
        if found.barrier is not None:
            raise ChangeRefused(Refusal.GROUP_FIXED, WHY[found.barrier], "group")
        return found

    async def _move(self, one: Committed, to: datetime | None) -> Move:
        place = TopicPartition(one.topic, one.partition)
        wanted = one.first if to is None else await self.groups.offset_at(place, to)
        after = one.end if wanted is None else max(one.first, min(wanted, one.end))
        return Move(
            topic=one.topic,
            partition=one.partition,
            before=one.offset,
            after=after,
            first=one.first,
            end=one.end,
        )


def _kept(move: Move) -> dict[str, Any]:
    names = ("topic", "partition", "before", "after")
    return {name: getattr(move, name) for name in names}


def _offsets(moves: list[dict[str, Any]], side: str) -> dict[str, int]:
    return {f"{one['topic']}/{one['partition']}": one[side] for one in moves}


def _entity(group: str) -> str:
    return f"group/{group}"[:200]


def _expect_unmoved(now: Committed | None, move: Mapping[str, Any]) -> None:
    if now is None or now.offset not in (move["before"], move["after"]):
        detail = "it has read on since it was asked for: ask anew"
        raise ChangeRefused(Refusal.NO_LONGER_FITS, detail, "id")
    if not now.first <= move["after"] <= now.end:
        detail = "the records are no longer kept: ask anew"
        raise ChangeRefused(Refusal.NO_LONGER_FITS, detail, "id")
