"""Prove what happened to one message: its leaves, their proofs, and that there are no others."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from lgsp_verify.log import (
    InclusionProof,
    LogError,
    Note,
    Signer,
    Statement,
    leaf_hash,
    parse_entry,
    verify_inclusion,
)

from hub.io.log_head import Head
from hub.io.log_reading import LogReading
from hub.io.sql.log_queries import LogQueries
from hub.ports import Refusing, Unavailable

CATCH_UP_SECONDS: Final = (0.1, 0.2, 0.4, 0.8, 1.5)
"""Log and projection are a second apart: whoever is behind is waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenLeaf:
    """One event of a message, in the log."""

    entry: bytes
    """What the leaf is the hash of."""
    value: bytes
    """The audit event as it was written to Kafka."""
    proof: InclusionProof

    @property
    def hash(self) -> bytes:
        """Return the leaf's hash."""
        return leaf_hash(self.entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageProof:
    """All that happened to a message, until one checkpoint."""

    shard: int
    head: Head
    leaves: tuple[ProvenLeaf, ...]
    statement: Note
    """The hub's signed word that there are no others below the checkpoint's size."""


class MessageProofs:
    """Makes such proofs from the projection (which records) and the log (their proofs)."""

    def __init__(
        self,
        reading: LogReading,
        queries: LogQueries,
        signer: Signer,
        clock: Callable[[], datetime],
    ) -> None:
        self._reading, self._queries = reading, queries
        self._signer, self._clock = signer, clock

    async def prove(self, source: str, id: str) -> MessageProof | None:
        """Return the proof; None where the log knows nothing of the message.

        Raises:
            Refusing: the log is damaged.
            Unavailable: a store does not answer, or projection and log are too far apart.
        """
        places = await self._queries.places(source, id)
        if not places:
            return None
        shard = places[0].partition
        head = await self._head_behind(shard, places[-1].offset)
        # Asked again, now that the projection knows all below the head.
        places = await self._queries.places(source, id)
        offsets = [one.offset for one in places if one.offset < head.next_offset]
        leaves = tuple([await self._leaf(shard, head, offset) for offset in offsets])
        statement = Statement.about(
            source,
            id,
            leaves=[leaf.hash for leaf in leaves],
            head=head.checkpoint.head,
            name=self._signer.key.name,
            at=self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        )
        note = await asyncio.to_thread(statement.signed, self._signer)
        return MessageProof(shard=shard, head=head, leaves=leaves, statement=note)

    async def _head_behind(self, shard: int, offset: int) -> Head:
        """Return a head that is behind `offset`, of which the projection knows every record."""
        for pause in (*CATCH_UP_SECONDS, None):
            head = await self._reading.head(shard, newest=True)
            if head is not None and head.next_offset > offset:
                # The head stays this one: the projection needs to reach it, not to overtake it.
                return await self._recorded(shard, head)
            if pause is not None:
                await asyncio.sleep(pause)
        raise Unavailable("the newest events of the message are not in the log yet: ask again")

    async def _recorded(self, shard: int, head: Head) -> Head:
        for pause in (*CATCH_UP_SECONDS, None):
            if await self._queries.recorded_to(shard) >= head.next_offset:
                return head
            if pause is not None:
                await asyncio.sleep(pause)
        # Invariant 10: who does not know all that was logged cannot say that there is no more.
        raise Unavailable("the projection is behind the log, so nothing can be stated: ask again")

    async def _leaf(self, shard: int, head: Head, offset: int) -> ProvenLeaf:
        found = await self._reading.files.find(shard, head, offset)
        if found is None:
            raise Refusing(f"an event of the log's shard {shard} is missing: run `hub rebuild log`")
        index, entry = found
        told, value = parse_entry(entry), None
        if told.value is None:
            value = await self._reading.files.large(shard, told.sha256) or b""
        proof = await self._reading.inclusion(shard, head, index)
        leaf = ProvenLeaf(entry=entry, value=told.value or value or b"", proof=proof)
        _check(shard, leaf, head)
        return leaf


def _check(shard: int, leaf: ProvenLeaf, head: Head) -> None:
    """Return if the proof proves: a damaged store must not hand out what nobody can use.

    Raises:
        Refusing.
    """
    tree = head.checkpoint.head
    try:
        parse_entry(leaf.entry).with_value(leaf.value)
        verify_inclusion(leaf.hash, leaf.proof.index, tree.size, leaf.proof.path, tree.root)
    except LogError as error:
        raise Refusing(f"the log's shard {shard} is damaged: run `hub rebuild log`") from error
