"""Read the log for whoever asks: checkpoints, tiles, proofs."""

import time
from collections.abc import Callable
from typing import Final

from lgsp_verify.log import (
    Checkpoint,
    InclusionProof,
    LogKey,
    TileId,
    consistency_tiles,
    inclusion_tiles,
    prove_consistency,
    prove_inclusion,
)

from hub.io.log_files import LogFiles
from hub.io.log_head import Head

KEPT_SECONDS: Final = 1.0
"""A head is as new as the newest checkpoint that could be signed: once a second."""


class LogReading:
    """The log of all shards. State: heads of the last second."""

    def __init__(
        self,
        files: LogFiles,
        key: LogKey,
        shards: int,
        mono: Callable[[], float] = time.monotonic,
    ) -> None:
        self.files, self.key, self.shards = files, key, shards
        self._mono = mono
        self._heads: dict[int, tuple[float, Head | None]] = {}

    async def head(self, shard: int, *, newest: bool = False) -> Head | None:
        """Return how a shard's log stands; None where it has no leaves, or there is no such shard.

        Raises:
            Refusing: the log is damaged.
            Unavailable: the object store does not answer.
        """
        if not 0 <= shard < self.shards:
            return None
        now = self._mono()
        kept = self._heads.get(shard)
        if kept is None or newest or now - kept[0] > KEPT_SECONDS:
            kept = now, await self.files.head(shard)
            self._heads[shard] = kept
        return kept[1]

    async def tile(self, shard: int, tile: TileId) -> bytes | None:
        """Return a tile or an entry bundle; None where the log has none.

        Raises:
            Refusing, Unavailable: see `head`.
        """
        head = await self.head(shard)
        return None if head is None else await self.files.tile(shard, head, tile)

    async def inclusion(
        self, shard: int, head: Head, index: int, at: Checkpoint | None = None
    ) -> InclusionProof:
        """Return the proof that leaf `index` is in the tree of `head`, or of an older checkpoint.

        Raises:
            ValueError: the tree has no such leaf.
            Refusing, Unavailable: see `head`.
        """
        checkpoint = at or head.checkpoint
        size = checkpoint.head.size
        read = await self.files.tiles(shard, head, inclusion_tiles(index, size))
        return InclusionProof(index, tuple(prove_inclusion(index, size, read)), checkpoint)

    async def consistency(self, shard: int, old: int, new: int) -> list[bytes] | None:
        """Return the proof that the tree of `new` leaves continues that of `old`.

        None: the log is not as large as `new`.

        Raises:
            ValueError: `old` is not between 1 and `new`.
            Refusing, Unavailable: see `head`.
        """
        wanted = consistency_tiles(old, new)
        head = await self.head(shard, newest=True)
        if head is None or head.size < new:
            return None
        return prove_consistency(old, new, await self.files.tiles(shard, head, wanted))
