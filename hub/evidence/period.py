"""Which leaves an export of a period holds: between two anchors that enclose it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from lgsp_verify.export.manifest import FORMAT, Anchored, Export, Part
from lgsp_verify.log import (
    TILE_WIDTH,
    TileReader,
    parse_entry,
    root_tiles,
    split_entries,
    tile_at,
)
from lgsp_verify.log.prover import peaks_at

from hub.io.anchor_reading import StoredAnchor
from hub.io.log_desk import LogDesk
from hub.io.log_reading import LogReading
from hub.ports import Refusing

_LOOKED_AT: Final = 30
"""Anchors after the period: half an hour, in which the log has caught up and stamps have come."""


class NotSettled(Exception):
    """No anchor holds all of the period yet. The text says what to do."""


async def plan(desk: LogDesk, since: datetime, until: datetime, now: datetime) -> Export:
    """Return what an export of [since, until) holds.

    Raises:
        NotSettled.
        Refusing: the log is damaged.
        Unavailable: a store does not answer.
    """
    before = await desk.anchors.last_by(since)
    after = await _after(desk, until)
    first = {} if before is None else before.row.sizes
    parts = [
        await _part(desk.reading, shard, first.get(shard, 0), end)
        for shard, end in sorted(after.row.sizes.items())
    ]
    return Export(
        format=FORMAT,
        hub=desk.reading.key.hub,
        since=since,
        until=until,
        made_at=now.replace(microsecond=0),
        before=None if before is None else _anchored(before),
        after=_anchored(after),
        parts=tuple(parts),
    )


async def _after(desk: LogDesk, until: datetime) -> StoredAnchor:
    """Return the first anchor that holds everything written before `until`, a stamped one if any.

    An event reaches the log some time after it was written, and an anchor may be older than that.
    """
    whole = None
    # An anchor's note says its moment in whole seconds, cut off.
    begun = until.replace(microsecond=0)
    second = begun if begun == until else begun + timedelta(seconds=1)
    for row in await desk.anchors.from_moment(second, _LOOKED_AT):
        if whole is None and not await _reaches(desk.reading, row.sizes, until):
            continue
        whole = row if whole is None else whole
        if row.stamped_at is not None:
            whole = row
            break
    found = None if whole is None else await desk.anchors.get(whole.number)
    if found is None:
        raise NotSettled(
            "no anchor holds all of this period yet: ask again in a minute, or where nothing "
            "happens in an hour"
        )
    return found


async def _reaches(reading: LogReading, sizes: Mapping[int, int], until: datetime) -> bool:
    """Say whether what was logged after these sizes was written at `until` or later."""
    for shard in range(reading.shards):
        head, size = await reading.head(shard, newest=True), sizes.get(shard, 0)
        if head is None or head.size <= size:
            continue
        tile = tile_at(None, size // TILE_WIDTH, head.size)
        data = await reading.files.tile(shard, head, tile)
        if data is None:
            raise Refusing(f"{tile.path} of the log's shard {shard} is missing")
        next_ = parse_entry(split_entries(data)[size % TILE_WIDTH])
        if datetime.fromtimestamp(next_.at_ms / 1000, UTC) < until:
            return False
    return True


async def _part(reading: LogReading, shard: int, first: int, end: int) -> Part:
    start = first - first % TILE_WIDTH
    peaks: tuple[bytes, ...] = ()
    if start:
        peaks = tuple(peaks_at(start, await _tiles(reading, shard, start)))
    return Part(shard=shard, first=first, end=end, peaks=peaks)


async def _tiles(reading: LogReading, shard: int, size: int) -> TileReader:
    head = await reading.head(shard)
    if head is None or head.size < size:
        raise Refusing(f"the log's shard {shard} is smaller than an anchor says")
    return await reading.files.tiles(shard, head, root_tiles(size))


def _anchored(stored: StoredAnchor) -> Anchored:
    checkpoints = {shard: str(one.note) for shard, one in stored.file.checkpoints.items()}
    return Anchored(anchor=str(stored.file.note), checkpoints=checkpoints, stamp=stored.stamp)
