"""Grow a log: entries in, tiles out. What is kept is the right edge only."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lgsp_verify.log.errors import Malformed
from lgsp_verify.log.merkle import Frontier, leaf_hash
from lgsp_verify.log.prover import peaks_at
from lgsp_verify.log.tiles import (
    MAX_LEVEL,
    TILE_HEIGHT,
    TILE_WIDTH,
    TileId,
    join_entries,
    right_edge,
    split_entries,
    split_hashes,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A tile or a bundle, and its bytes."""

    tile: TileId
    data: bytes


class Appender:
    """The right edge of one log: at most 255 entries, and 255 hashes of each level."""

    def __init__(self) -> None:
        self._entries: list[bytes] = []
        self._hashes: list[list[bytes]] = [[] for _ in range(MAX_LEVEL + 1)]
        self._frontier = Frontier()

    @classmethod
    def at(cls, size: int, edge: Iterable[Piece]) -> "Appender":
        """Return an appender that goes on where `edge`, of a tree of `size`, was taken.

        Raises:
            Malformed: the pieces are not the right edge of such a tree.
        """
        appender, parts = cls(), {piece.tile: piece.data for piece in edge}
        if parts.keys() != set(right_edge(size)):
            raise Malformed("not the right edge of a tree of this size")
        for tile, data in parts.items():
            found = split_entries(data) if tile.level is None else split_hashes(data)
            if len(found) != tile.width:
                raise Malformed("the tile has another width than its path says")
            if tile.level is None:
                appender._entries = found
            else:
                appender._hashes[tile.level] = found
        by_path = {tile.path: data for tile, data in parts.items()}
        appender._frontier = Frontier(size, peaks_at(size, by_path.__getitem__))
        appender._check_entries()
        return appender

    @property
    def size(self) -> int:
        """Return the number of leaves."""
        return self._frontier.size

    def root(self) -> bytes:
        """Return the root."""
        return self._frontier.root()

    def append(self, entries: Iterable[bytes]) -> Iterator[Piece]:
        """Add entries; yield each bundle and tile that became full. It never changes again.

        Raises:
            ValueError: an entry is longer than 65,535 bytes.
        """
        for entry in entries:
            self._entries.append(entry)
            for height, made in enumerate(self._frontier.append(leaf_hash(entry))):
                if height % TILE_HEIGHT == 0:
                    self._hashes[height // TILE_HEIGHT].append(made)
            if self.size % TILE_WIDTH == 0:
                yield from self._full()

    def edge(self) -> list[Piece]:
        """Return the partial tiles, the bundle of entries first."""
        return [Piece(tile, self._data(tile.level)) for tile in right_edge(self.size)]

    def _full(self) -> Iterator[Piece]:
        number = self.size // TILE_WIDTH - 1
        yield Piece(TileId(None, number), self._data(None))
        self._entries = []
        for level, hashes in enumerate(self._hashes):
            if len(hashes) == TILE_WIDTH:
                yield Piece(TileId(level, number >> (TILE_HEIGHT * level)), self._data(level))
                self._hashes[level] = []

    def _data(self, level: int | None) -> bytes:
        return join_entries(self._entries) if level is None else b"".join(self._hashes[level])

    def _check_entries(self) -> None:
        if [leaf_hash(entry) for entry in self._entries] != self._hashes[0]:
            raise Malformed("the entries are not those that the tile was made of")
