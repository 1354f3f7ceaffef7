"""C2SP `tlog-tiles`: where the hashes and entries of a log stand, and in what bytes.

https://c2sp.org/tlog-tiles. A tile holds 256 hashes of one level; a bundle 256 entries.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from lgsp_verify.log.errors import Malformed
from lgsp_verify.log.merkle import HASH_BYTES

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT
MAX_ENTRY_BYTES: Final = 65_535
"""An entry's length is written in two bytes."""
MAX_LEVEL: Final = 7
"""A tree of 2^63 leaves has levels 0 to 7. The format would allow 63."""

_PATH: Final = re.compile(
    r"tile/(entries|[0-7])/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII
)


@dataclass(frozen=True, slots=True, order=True)
class TileId:
    """One tile, or one entry bundle."""

    level: int | None
    """None: the bundle of entries."""
    number: int
    width: int = TILE_WIDTH
    """Less than 256: the part that exists in a smaller tree."""

    @property
    def path(self) -> str:
        """Return its path below the log's prefix."""
        level = "entries" if self.level is None else self.level
        part = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{level}/{number_path(self.number)}{part}"

    @property
    def whole(self) -> "TileId":
        """Return the full tile that it is a part of."""
        return TileId(self.level, self.number)


def number_path(number: int) -> str:
    """Return a number as path elements of three digits: `x001/x234/067`."""
    digits = str(number)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    *parents, last = (digits[at : at + 3] for at in range(0, len(digits), 3))
    return "".join(f"x{part}/" for part in parents) + last


def parse_path(path: str) -> TileId:
    """Return the tile that a path names.

    Raises:
        Malformed: not the one spelling of a tile's path.
    """
    match = _PATH.fullmatch(path)
    if match is None:
        raise Malformed("not the path of a tile")
    level, number, width = match.groups()
    tile = TileId(
        None if level == "entries" else int(level),
        int(number.replace("x", "").replace("/", "")),
        int(width or TILE_WIDTH),
    )
    # Leading zero elements and a width of 256 or more would be second spellings.
    if tile.width > TILE_WIDTH or tile.path != path:
        raise Malformed("not the path of a tile")
    return tile


def tile_at(level: int | None, number: int, size: int) -> TileId:
    """Return the tile as it stands in a tree of `size`: whole, or the part that exists.

    Raises:
        ValueError: it does not exist in such a tree.
    """
    width = min(TILE_WIDTH, (size >> (TILE_HEIGHT * (level or 0))) - number * TILE_WIDTH)
    if width <= 0:
        raise ValueError("the tree has no such tile")
    return TileId(level, number, width)


def right_edge(size: int) -> list[TileId]:
    """Return the partial tiles of a tree, the bundle of entries first."""
    levels = [None, *range(MAX_LEVEL + 1)]
    counts = [(level, size >> (TILE_HEIGHT * (level or 0))) for level in levels]
    return [
        TileId(level, count // TILE_WIDTH, count % TILE_WIDTH)
        for level, count in counts
        if count % TILE_WIDTH
    ]


def split_hashes(data: bytes) -> list[bytes]:
    """Return the hashes of a tile.

    Raises:
        Malformed: not 1 to 256 whole hashes.
    """
    count, rest = divmod(len(data), HASH_BYTES)
    if rest or not 1 <= count <= TILE_WIDTH:
        raise Malformed("a tile holds 1 to 256 hashes of 32 bytes")
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def join_entries(entries: Iterable[bytes]) -> bytes:
    """Return an entry bundle: each entry behind its length, two bytes, big-endian.

    Raises:
        ValueError: an entry is longer than 65,535 bytes.
    """
    parts = []
    for entry in entries:
        if len(entry) > MAX_ENTRY_BYTES:
            raise ValueError("an entry has at most 65,535 bytes")
        parts += [len(entry).to_bytes(2), entry]
    return b"".join(parts)


def split_entries(data: bytes) -> list[bytes]:
    """Return the entries of a bundle.

    Raises:
        Malformed: a length leads beyond the end, or there are not 1 to 256 entries.
    """
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        start = at + 2
        at = start + int.from_bytes(data[at:start])
        if start > len(data) or at > len(data) or len(entries) == TILE_WIDTH:
            raise Malformed("not a bundle of entries")
        entries.append(data[start:at])
    if not entries:
        raise Malformed("a bundle holds at least one entry")
    return entries


def part_of(tile: TileId, data: bytes) -> bytes:
    """Cut what a smaller tree has of a tile from the bytes of a wider one.

    Raises:
        Malformed: `data` is no such tile, or is narrower.
    """
    parts: Sequence[bytes] = split_entries(data) if tile.level is None else split_hashes(data)
    if len(parts) < tile.width:
        raise Malformed("the tile is narrower than asked for")
    kept = parts[: tile.width]
    return join_entries(kept) if tile.level is None else b"".join(kept)
