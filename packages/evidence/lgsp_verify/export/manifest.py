"""`export.json`: which leaves an export holds, and between which anchors they lie.

    export.json
    <shard>/tile/entries/x001/234        the leaves, 256 a file, as C2SP tlog-tiles has them
    <shard>/tile/1/004                   a hash for each whole file of leaves: names a changed one

Of a shard's files the first may begin before `first`, and the last may end behind `end`: they are
those of the log itself.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import msgspec

from lgsp_verify.log import TILE_WIDTH, TileId, tile_at

MANIFEST: Final = "export.json"
FORMAT: Final = "lgsp-export/v1"
MAX_MANIFEST_BYTES: Final = 4_000_000
"""256 shards with two checkpoints each, and cosignatures, take a tenth of it."""


class ExportBroken(ValueError):
    """The manifest cannot be read, or contradicts itself."""


class Anchored(msgspec.Struct, frozen=True, kw_only=True):
    """How all shards stood at one moment, and who vouches for it."""

    anchor: str
    """The signed note."""
    checkpoints: dict[int, str]
    """By shard, with the cosignatures of witnesses."""
    stamp: bytes | None = None
    """The time stamp over the anchor's text, DER."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """The leaves [first, end) of one shard."""

    shard: int
    first: int
    end: int
    peaks: tuple[bytes, ...]
    """Roots of the whole subtrees over the leaves before the first file, the largest first."""

    @property
    def start(self) -> int:
        """The first leaf in the files."""
        return self.first - self.first % TILE_WIDTH

    @property
    def tiles(self) -> Iterator[TileId]:
        """The files of the leaves, in their order."""
        if self.first < self.end:
            for number in range(self.start // TILE_WIDTH, -(-self.end // TILE_WIDTH)):
                yield tile_at(None, number, self.end)

    @property
    def hash_tiles(self) -> Iterator[TileId]:
        """The files with a hash for each whole file of leaves."""
        first, end = self.start // TILE_WIDTH, self.end // TILE_WIDTH
        if first < end:
            for number in range(first // TILE_WIDTH, -(-end // TILE_WIDTH)):
                yield tile_at(1, number, self.end)


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """What an export says of itself. Only what leads to a signed anchor is believed."""

    format: str
    hub: str
    since: datetime
    until: datetime
    made_at: datetime
    before: Anchored | None
    """The last anchor before the period; None: the log began in it."""
    after: Anchored
    """An anchor after the period."""
    parts: tuple[Part, ...]

    def encode(self) -> bytes:
        """Return the file."""
        return msgspec.json.encode(self)


def read_export(data: bytes) -> Export:
    """Return what a manifest says.

    Raises:
        ExportBroken.
    """
    try:
        export = msgspec.json.decode(data, type=Export)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise ExportBroken("not the manifest of an export") from error
    if export.format != FORMAT:
        raise ExportBroken("the manifest is of another format")
    if any(one.tzinfo is None for one in (export.since, export.until, export.made_at)):
        raise ExportBroken("a moment has no offset")
    if not export.since < export.until or not all(map(_is_sound, export.parts)):
        raise ExportBroken("the manifest contradicts itself")
    if len({part.shard for part in export.parts}) != len(export.parts):
        raise ExportBroken("a shard is named twice")
    return export


def _is_sound(part: Part) -> bool:
    return (
        0 <= part.first <= part.end < 2**53
        and part.shard >= 0
        # As many whole subtrees as the number of leaves has ones in binary.
        and len(part.peaks) == part.start.bit_count()
    )
