"""Walk the leaves of one shard of an export, up to the roots that were signed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from lgsp_verify.export.manifest import MANIFEST, Part
from lgsp_verify.log import TILE_WIDTH, LogError, TileId, leaf_hash, split_entries
from lgsp_verify.log.merkle import HASH_BYTES, Frontier
from lgsp_verify.log.tiles import TILE_HEIGHT, tile_at

MAX_TILE_BYTES: Final = TILE_WIDTH * (2 + 65_535)


class Walk:
    """One shard. A file of leaves and one of hashes are in memory at a time."""

    def __init__(self, folder: Path, part: Part, roots: Mapping[int, bytes]) -> None:
        self._folder, self._part, self._roots = folder, part, roots
        self._tree = Frontier(part.start, part.peaks)
        self._hashes: tuple[str, bytes] = "", b""

    def fault(self) -> str | None:
        """Return the file where something is wrong; None: every leaf is there, in its place.

        The roots of both anchors come out of the same leaves: so each leaf of the range is there
        once, at its index, and the later log continues the earlier one.
        """
        if not self._fits():
            return MANIFEST
        doubted: tuple[str, str] | None = None
        for tile in self._part.tiles:
            leaves = f"{self._part.shard}/{tile.path}"
            made = self._append(leaves, tile)
            if made is None:
                return leaves if doubted is None else doubted[0]
            if tile.width == TILE_WIDTH and doubted is None:
                hashes = self._disagrees(tile.number, made)
                doubted = None if hashes is None else (leaves, hashes)
        # The leaves lead to the signed roots: what contradicts them is not as it was.
        return None if doubted is None else doubted[1]

    def _append(self, name: str, tile: TileId) -> bytes | None:
        """Add a file's leaves; return the hash of its last whole subtree. None: it is not right."""
        try:
            entries = split_entries(read(self._folder / name, MAX_TILE_BYTES) or b"")
        except LogError:
            return None
        if len(entries) != tile.width:
            return None
        made: list[bytes] = []
        for entry in entries:
            made = self._tree.append(leaf_hash(entry))
            if not self._fits():
                return None
        return made[min(TILE_HEIGHT, len(made) - 1)]

    def _fits(self) -> bool:
        size = self._tree.size
        return size not in self._roots or self._tree.root() == self._roots[size]

    def _disagrees(self, number: int, made: bytes) -> str | None:
        """Return the file of hashes that says otherwise of the leaves' file `number`."""
        tile = tile_at(1, number // TILE_WIDTH, self._part.end)
        name = f"{self._part.shard}/{tile.path}"
        if self._hashes[0] != name:
            self._hashes = name, read(self._folder / name, TILE_WIDTH * HASH_BYTES) or b""
        at = number % TILE_WIDTH * HASH_BYTES
        whole = len(self._hashes[1]) == tile.width * HASH_BYTES
        return None if whole and self._hashes[1][at : at + HASH_BYTES] == made else name


def read(path: Path, most: int) -> bytes | None:
    """Return a file; None where there is none, or it is larger than any of its kind."""
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError:
        return None
    return data if len(data) <= most else None
