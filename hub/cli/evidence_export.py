"""Fetch an export file by file: what is there already is not fetched again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Final

from lgsp_verify.export.manifest import MANIFEST, Export, ExportBroken, read_export
from lgsp_verify.log import LogError, TileId, part_of

from hub.cli.admin_api import AdminApi
from hub.cli.errors import CommandFailed
from hub.cli.files import write_new

_PART: Final = ".part"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """How much."""

    leaves: int
    files: int
    fetched: int


def export(api: AdminApi, out: Path, since: datetime, until: datetime, reason: str) -> Exported:
    """Fetch every leaf of [since, until) into a folder. One file is in memory at a time.

    Raises:
        CommandFailed: refused, nothing answers, or the folder holds something else.
    """
    period = {"since": since.isoformat(), "until": until.isoformat()}
    # Also when it goes on: whoever takes evidence stands in the trail each time.
    told = api.file("log/exports", {"reason": reason, **period})
    try:
        plan = _plan(out, told, since, until)
        done = [_fetch(api, out, shard, tile) for shard, tile in _files(plan)]
    except OSError as error:
        raise CommandFailed(f"{out} cannot be written: {error.strerror}.") from error
    leaves = sum(part.end - part.first for part in plan.parts)
    return Exported(leaves=leaves, files=len(done), fetched=sum(done))


def _plan(out: Path, told: bytes, since: datetime, until: datetime) -> Export:
    """Return what the folder holds, or will: a manifest that is there stays."""
    path = out / MANIFEST
    try:
        if not path.exists():
            out.mkdir(parents=True, exist_ok=True)
            if any(out.iterdir()):
                raise CommandFailed(f"{out} has other files already; choose a new folder with -o.")
            _write(path, told)
        plan = read_export(path.read_bytes())
    except ExportBroken as error:
        raise CommandFailed(f"{path}: {error}; choose a new folder with -o.") from error
    if (plan.since, plan.until) != (since, until):
        raise CommandFailed(f"{out} holds another period; choose a new folder with -o.")
    return plan


def _files(plan: Export) -> Iterator[tuple[int, TileId]]:
    """Yield the shard and the tile of every file."""
    for part in plan.parts:
        for tile in chain(part.hash_tiles, part.tiles):
            yield part.shard, tile


def _fetch(api: AdminApi, out: Path, shard: int, tile: TileId) -> bool:
    """Fetch a file unless it is there; say whether it was fetched."""
    name = f"{shard}/{tile.path}"
    path = out / name
    if path.exists():
        return False
    data = api.piece(f"log/{name}")
    if not _is(tile, data):
        raise CommandFailed(f"The hub sends another file than {name}: look at its log.")
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, data)
    return True


def _is(tile: TileId, data: bytes) -> bool:
    try:
        return part_of(tile, data) == data
    except LogError:
        return False


def _write(path: Path, data: bytes) -> None:
    """Write a file under its name only once it is whole and on disk."""
    part = path.with_name(path.name + _PART)
    part.unlink(missing_ok=True)
    write_new(part, data)
    part.rename(path)
