"""Prove what happened to one message: its leaves, their proofs, and that there are no others."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from lgsp_verify.log import (
    Checkpoint,
    InclusionProof,
    LogError,
    Note,
    Signer,
    Statement,
    leaf_hash,
    parse_entry,
    verify_inclusion,
)

from hub.io.anchor_reading import AnchorReading
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
    checkpoint: Checkpoint
    """The tree that everything is proven against; of an anchor: with its cosignatures."""
    anchor: int | None
    """The number of the anchor that names this tree, if one was asked for and is there."""
    leaves: tuple[ProvenLeaf, ...]
    statement: Note
    """The hub's signed word that there are no others below the checkpoint's size."""


class MessageProofs:
    """Makes such proofs from the projection (which records) and the log (their proofs)."""

    def __init__(
        self,
        reading: LogReading,
        queries: LogQueries,
        anchors: AnchorReading,
        signer: Signer,
        clock: Callable[[], datetime],
    ) -> None:
        self._reading, self._queries, self._anchors = reading, queries, anchors
        self._signer, self._clock = signer, clock

    async def prove(self, source: str, id: str, *, anchored: bool = False) -> MessageProof | None:
        """Return the proof; None where the log knows nothing of the message.

        `anchored`: until the newest anchor, stamped where there is one, instead of until now. It
        is as of a minute ago; events since then are not in it.

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
        anchor = await self._anchors.newest_of(shard) if anchored else None
        checkpoint = head.checkpoint if anchor is None else anchor.checkpoint
        offsets = [one.offset for one in places if one.offset < head.next_offset]
        found = [await self._find(shard, head, offset) for offset in offsets]
        leaves = [
            await self._leaf(shard, head, checkpoint, index, entry)
            for index, entry in found
            if index < checkpoint.head.size
        ]
        return MessageProof(
            shard=shard,
            checkpoint=checkpoint,
            anchor=None if anchor is None else anchor.number,
            leaves=tuple(leaves),
            statement=await self._stated(source, id, checkpoint, leaves),
        )

    async def _stated(
        self, source: str, id: str, checkpoint: Checkpoint, leaves: Sequence[ProvenLeaf]
    ) -> Note:
        statement = Statement.about(
            source,
            id,
            leaves=[leaf.hash for leaf in leaves],
            head=checkpoint.head,
            name=self._signer.key.name,
            at=self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        )
        return await asyncio.to_thread(statement.signed, self._signer)

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

    async def _find(self, shard: int, head: Head, offset: int) -> tuple[int, bytes]:
        found = await self._reading.files.find(shard, head, offset)
        if found is None:
            raise Refusing(f"an event of the log's shard {shard} is missing: run `hub rebuild log`")
        return found

    async def _leaf(
        self, shard: int, head: Head, checkpoint: Checkpoint, index: int, entry: bytes
    ) -> ProvenLeaf:
        told, value = parse_entry(entry), None
        if told.value is None:
            value = await self._reading.files.large(shard, told.sha256)
        proof = await self._reading.inclusion(shard, head, index, checkpoint)
        leaf = ProvenLeaf(entry=entry, value=told.value or value or b"", proof=proof)
        _check(shard, leaf)
        return leaf


def _check(shard: int, leaf: ProvenLeaf) -> None:
    """Return if the proof proves: a damaged store must not hand out what nobody can use.

    Raises:
        Refusing.
    """
    tree = leaf.proof.checkpoint.head
    try:
        parse_entry(leaf.entry).with_value(leaf.value)
        verify_inclusion(leaf.hash, leaf.proof.index, tree.size, leaf.proof.path, tree.root)
    except LogError as error:
        raise Refusing(f"the log's shard {shard} is damaged: run `hub rebuild log`") from error
