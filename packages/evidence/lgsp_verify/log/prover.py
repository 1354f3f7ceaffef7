"""Make proofs from tiles.

First it is said which tiles a proof needs, so that whoever fetches them does so at once; then the
proof is computed from their bytes. A tree of ten million leaves needs six at most.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, Protocol

from lgsp_verify.log.errors import Malformed
from lgsp_verify.log.merkle import (
    HASH_BYTES,
    Span,
    consistency_spans,
    inclusion_spans,
    node_hash,
    root_of_parts,
)
from lgsp_verify.log.tiles import TILE_HEIGHT, TILE_WIDTH, TileId, split_hashes, tile_at

Node = tuple[int, int]
"""A whole subtree: its height, and its number among those of that height."""

_MASK: Final = TILE_WIDTH - 1


class TileReader(Protocol):
    """Where tiles come from: a directory, a dictionary, a server."""

    def __call__(self, path: str, /) -> bytes:
        """Return the bytes of the tile at `path`."""
        ...


def inclusion_tiles(index: int, size: int) -> list[TileId]:
    """Return the tiles that `prove_inclusion` reads.

    Raises:
        ValueError: the tree has no such leaf.
    """
    return _tiles(inclusion_spans(index, size), size)


def consistency_tiles(old: int, new: int) -> list[TileId]:
    """Return the tiles that `prove_consistency` reads.

    Raises:
        ValueError: the old tree is empty or larger.
    """
    return _tiles(consistency_spans(old, new), new)


def root_tiles(size: int) -> list[TileId]:
    """Return the tiles that `root_at` reads of a tree with leaves."""
    return _tiles([(0, size)], size)


def prove_inclusion(index: int, size: int, read: TileReader) -> list[bytes]:
    """Return the path from leaf `index` to the root of the tree of `size` (RFC 9162, 2.1.3.1).

    Raises:
        ValueError: the tree has no such leaf.
        Malformed: a tile is not one of this tree.
    """
    return _roots(inclusion_spans(index, size), size, read)


def prove_consistency(old: int, new: int, read: TileReader) -> list[bytes]:
    """Return the proof that the tree of `new` leaves continues that of `old` (RFC 9162, 2.1.4.1).

    Raises:
        ValueError: the old tree is empty or larger.
        Malformed: a tile is not one of this tree.
    """
    return _roots(consistency_spans(old, new), new, read)


def root_at(size: int, read: TileReader) -> bytes:
    """Return the root of the tree of `size` leaves, at least one.

    Raises:
        Malformed: a tile is not one of this tree.
    """
    return _roots([(0, size)], size, read)[0]


def peaks_at(size: int, read: TileReader) -> list[bytes]:
    """Return the roots of the tree's whole subtrees, the largest first: where a writer goes on.

    Raises:
        Malformed: a tile is not one of this tree.
    """
    hash_of = _reader(size, read)
    return [hash_of(node) for node in _nodes((0, size))]


def fetched(tiles: Mapping[TileId, bytes]) -> TileReader:
    """Return a reader of tiles that were fetched before."""
    by_path = {tile.path: data for tile, data in tiles.items()}
    return by_path.__getitem__


def _roots(spans: Iterable[Span], size: int, read: TileReader) -> list[bytes]:
    hash_of = _reader(size, read)
    return [root_of_parts([hash_of(node) for node in _nodes(span)]) for span in spans]


def _nodes(span: Span) -> list[Node]:
    """Cut a span into whole subtrees, the largest first; its first leaf is a multiple of that."""
    first, end = span
    nodes = []
    while first < end:
        height = (end - first).bit_length() - 1
        nodes.append((height, first >> height))
        first += 1 << height
    return nodes


def _tiles(spans: Iterable[Span], size: int) -> list[TileId]:
    places = (_place(node) for span in spans for node in _nodes(span))
    return sorted({tile_at(level, number, size) for level, number, _, _ in places})


def _place(node: Node) -> tuple[int, int, int, int]:
    """Return the tile's level and number, and the first and the end of the node's hashes in it."""
    height, number = node
    level, inner = divmod(height, TILE_HEIGHT)
    first = number << inner
    return level, first // TILE_WIDTH, first & _MASK, (first & _MASK) + (1 << inner)


def _reader(size: int, read: TileReader) -> Callable[[Node], bytes]:
    tiles: dict[TileId, list[bytes]] = {}

    def hash_of(node: Node) -> bytes:
        level, number, first, end = _place(node)
        tile = tile_at(level, number, size)
        if tile not in tiles:
            tiles[tile] = _hashes(tile, read(tile.path))
        return _root_of_whole(tiles[tile][first:end])

    return hash_of


def _root_of_whole(hashes: list[bytes]) -> bytes:
    """Return the root over as many hashes as a power of two: what a proof mostly computes."""
    while len(hashes) > 1:
        hashes = [node_hash(*pair) for pair in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


def _hashes(tile: TileId, data: bytes) -> list[bytes]:
    if len(data) != tile.width * HASH_BYTES:
        raise Malformed("the tile has another width than its path says")
    return split_hashes(data)
