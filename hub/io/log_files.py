"""Where the transparency log stands in the object store, and how its parts are found.

log/<shard>/head            the newest checkpoint and the right edge; replaced whole
log/<shard>/tile/…          whole tiles and bundles of `tlog-tiles`; written once
log/<shard>/large/<sha256>  a record that is logged by its hash
"""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Final

from lgsp_verify.log import (
    TILE_WIDTH,
    Malformed,
    Piece,
    TileId,
    TileReader,
    entry_offset,
    fetched,
    parse_entry,
    part_of,
    split_entries,
)

from hub.io.log_head import Head, decode_head, encode_head
from hub.io.object_bytes import ObjectBytes
from hub.ports import Refusing

FOLDER: Final = "log"
_GUESSES: Final = 6
"""After so many guesses that did not end the search it halves: no layout makes it long."""
_BEGINNING: Final = 80
"""Bytes of a bundle in which the first entry names its offset."""


class LogFiles:
    """The log's files. Everything in them is checked by whoever relies on it."""

    def __init__(self, store: ObjectBytes) -> None:
        self._store = store

    async def head(self, shard: int) -> Head | None:
        """Return how the shard's log stands; None where nothing was logged yet.

        Raises:
            Refusing: the file is damaged.
            Unavailable: the store does not answer.
        """
        data = await self._store.fetch(f"{FOLDER}/{shard}/head")
        if data is None:
            return None
        try:
            return decode_head(data)
        except Malformed as error:
            raise Refusing(
                f"the head of the log's shard {shard} is damaged: run `hub rebuild log`"
            ) from error

    async def write(self, files: Mapping[str, bytes]) -> None:
        """Write parts of the log, by their paths; return once durable.

        Raises:
            Unavailable: the store does not answer.
        """
        await self._store.write_all(files)

    async def write_heads(self, heads: Mapping[int, Head]) -> None:
        """Let the logs stand so from now on: what the heads stand on is durable already.

        Raises:
            Unavailable: the store does not answer.
        """
        await self._store.write_all(
            {f"{FOLDER}/{shard}/head": encode_head(head) for shard, head in heads.items()}
        )

    async def tile(self, shard: int, head: Head, tile: TileId) -> bytes | None:
        """Return a tile or bundle, cut to the width asked for; None where the log has none.

        The partial tiles of every smaller tree are prefixes of those that stand there.

        Raises:
            Refusing: what stands there is no such tile.
            Unavailable: the store does not answer.
        """
        data = next((one.data for one in head.edge if one.tile.whole == tile.whole), None)
        if data is None:
            data = await self._store.fetch(piece_path(shard, tile.whole))
        if data is None:
            return None
        try:
            return part_of(tile, data)
        except Malformed:
            if any(one.tile.whole == tile.whole for one in head.edge):
                return None  # Wider than the log is.
            raise Refusing(f"a tile of the log's shard {shard} is damaged") from None

    async def tiles(self, shard: int, head: Head, tiles: Iterable[TileId]) -> TileReader:
        """Fetch tiles and return a reader of them.

        Raises:
            Refusing: one is missing or damaged.
            Unavailable: the store does not answer.
        """
        wanted = list(tiles)
        found = await asyncio.gather(*(self.tile(shard, head, tile) for tile in wanted))
        pairs = zip(wanted, found, strict=True)
        return fetched({tile: _there(shard, data) for tile, data in pairs})

    async def large(self, shard: int, digest: bytes) -> bytes | None:
        """Return the bytes of a record that is logged by its hash.

        Raises:
            Unavailable: the store does not answer.
        """
        return await self._store.fetch(large_path(shard, digest))

    async def find(self, shard: int, head: Head, offset: int) -> tuple[int, bytes] | None:
        """Return the index and the entry of the record at `offset`; None where it is no leaf.

        Offsets grow with the index, with gaps: the bundle is looked for from where it would be if
        the gaps were even, and few are looked into.

        Raises:
            Refusing: a bundle is missing or damaged.
            Unavailable: the store does not answer.
        """
        number = await self._bundle_of(shard, head, offset)
        width = min(TILE_WIDTH, head.size - number * TILE_WIDTH)
        if offset >= head.next_offset or width <= 0:
            return None
        bundle = _there(shard, await self.tile(shard, head, TileId(None, number, width)))
        entries = split_entries(bundle)
        try:
            offsets = [parse_entry(entry).offset for entry in entries]
        except Malformed:
            raise Refusing(f"a bundle of the log's shard {shard} is damaged") from None
        if offset not in offsets:
            return None
        place = offsets.index(offset)
        return number * TILE_WIDTH + place, entries[place]

    async def _bundle_of(self, shard: int, head: Head, offset: int) -> int:
        """Return the last bundle that begins at `offset` or before it."""
        low, high = 0, -(-head.size // TILE_WIDTH) - 1
        low_at, high_at, guesses = 0, head.next_offset, 0
        while low < high:
            guesses += 1
            even = max(0, offset - low_at) / max(1, high_at - low_at)
            share = even if guesses <= _GUESSES else 0.5
            middle = min(high, max(low + 1, low + round(share * (high - low))))
            begins = await self._begins(shard, head, middle)
            if begins <= offset:
                low, low_at = middle, begins
                # The next one mostly begins behind it: asked next, it ends the search.
                if low < high and await self._begins(shard, head, low + 1) > offset:
                    return low
            else:
                high, high_at = middle - 1, begins
        return low

    async def _begins(self, shard: int, head: Head, number: int) -> int:
        tile = TileId(None, number)
        for piece in head.edge:
            if piece.tile.whole == tile:
                return entry_offset(piece.data[2:_BEGINNING])
        data = await self._store.fetch(piece_path(shard, tile), most=_BEGINNING)
        try:
            return entry_offset(_there(shard, data)[2:])
        except Malformed:
            raise Refusing(f"a bundle of the log's shard {shard} is damaged") from None


def piece_path(shard: int, tile: TileId) -> str:
    """Return where a whole tile or bundle stands."""
    return f"{FOLDER}/{shard}/{tile.path}"


def large_path(shard: int, digest: bytes) -> str:
    """Return where a record stands that is logged by its hash."""
    return f"{FOLDER}/{shard}/large/{digest.hex()}"


def pieces_by_path(shard: int, pieces: Iterable[Piece]) -> dict[str, bytes]:
    """Return whole tiles and bundles as files."""
    return {piece_path(shard, piece.tile): piece.data for piece in pieces}


def _there(shard: int, data: bytes | None) -> bytes:
    if data is None:
        raise Refusing(f"a part of the log's shard {shard} is missing: run `hub rebuild log`")
    return data
