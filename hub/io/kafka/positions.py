"""Where the routers stand in their partitions, and who stood there last.

A committed offset carries, as its metadata, the transactional id that committed it. A new layout
(another number of routers) so finds every id of the old one and fences it before it reads on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from aiokafka import TopicPartition
from aiokafka.structs import OffsetAndMetadata

from hub.io.kafka import topics
from hub.io.kafka.admin import open_admin
from hub.io.kafka.connection import KafkaConnection, broker_errors
from hub.io.kafka.share import Share
from hub.io.kafka.transaction import TransactionalWriter

_ROLES: Final = ("router", "fanout", "retry")
"""Every role that writes deliveries: `Share.transactional_id` names each of them."""

_TIMEOUT_MS: Final = 40_000
"""aiokafka's own: a look, where making topics takes longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A committed position: the next offset to read, and a note of its writer."""

    offset: int
    owner: str
    note: str = ""

    def committed(self) -> OffsetAndMetadata:
        """Return the form in which it is committed: `owner` or `owner/note`."""
        text = f"{self.owner}/{self.note}" if self.note else self.owner
        return OffsetAndMetadata(self.offset, text)


async def fence(connection: KafkaConnection, owners: Iterable[str]) -> None:
    """Put earlier owners out: their producers can commit nothing any more.

    Raises:
        Unavailable: the broker does not answer.
    """
    for owner in sorted(owners):
        old = TransactionalWriter(connection, owner)
        await old.open()
        await old.discard()


async def fence_earlier_layouts(connection: KafkaConnection, share: Share) -> None:
    """Put out who held these partitions under another number of routers, in all their roles.

    Only a router's positions always tell their writer: what waits for an inbox has none, and
    fan-outs have none before the first.

    Raises:
        Unavailable: the broker does not answer.
    """
    places = [TopicPartition(topics.INGRESS, number) for number in share.partitions()]
    positions = await read_positions(connection, topics.ROUTER_GROUP, places)
    own = share.transactional_id(_ROLES[0])
    owners = {position.owner for position in positions.values()} - {own}
    layouts = {owner.removeprefix(f"hub-{_ROLES[0]}-") for owner in owners}
    await fence(connection, (f"hub-{role}-{layout}" for role in _ROLES for layout in layouts))


async def read_positions(
    connection: KafkaConnection, group: str, places: Iterable[TopicPartition]
) -> Mapping[TopicPartition, Position]:
    """Return the committed positions of `places`; those never committed are left out.

    Raises:
        Unavailable: the broker does not answer.
    """
    with broker_errors("reading positions"):
        async with open_admin(connection, timeout_ms=_TIMEOUT_MS) as admin:
            found = await admin.list_consumer_group_offsets(group, partitions=list(places))
    return {
        place: Position(offset=entry.offset, owner=owner, note=note)
        for place, entry in found.items()
        if entry.offset >= 0
        for owner, _, note in [entry.metadata.partition("/")]
    }
