"""How the transparency log stands: its shards, its anchors, who vouches for their time.

The settings of the authority and of witnesses are the recorder's, and this process may be on
another machine. What is told here is what is seen: stamps and cosignatures that are there.
"""

import base64
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum, unique
from typing import Final

from hub.api.ops_models import Answer
from hub.io.anchor_reading import AnchorReading
from hub.io.log_desk import LogDesk
from hub.io.log_reading import LogReading
from hub.io.sql.log_anchors import AnchorRow
from hub.ports import Refusing

LATE: Final = timedelta(minutes=3)
"""An anchor is stamped in the round that makes it, once a minute; two rounds may fail unnoticed."""


@unique
class Stamping(StrEnum):
    """Whether an authority vouches for the time of what is logged."""

    NEVER = "never"
    """No stamp is there: no authority is set, or it has not answered yet."""
    CURRENT = "current"
    BEHIND = "behind"
    """It does not answer. Exchange goes on; the stamps are made up for."""


@unique
class Witnessing(StrEnum):
    """Whether somebody else has cosigned the newest anchor."""

    NONE = "none"
    PARTLY = "partly"
    WHOLE = "whole"


class ShardStanding(Answer):
    """One shard of the log."""

    shard: int
    origin: str
    size: int
    """Leaves under its newest checkpoint."""
    root: str | None
    """Of that checkpoint, base64; null: it has no leaves."""
    anchored: int
    """Leaves under the newest anchor."""
    damaged: bool
    """Its head cannot be read: the log waits until it is rebuilt."""


class AnchorStanding(Answer):
    """An anchor: how all shards stood at a moment."""

    number: int
    at: datetime
    leaves: int
    """Of all shards together."""
    shards: int
    cosigned: int
    """Of these shards, how many a witness has cosigned."""
    stamped_at: datetime | None
    stamp_until: datetime | None
    """When the certificate of its newest stamp ends."""


class LogStanding(Answer):
    """The whole log."""

    hub: str
    key: str
    """What anchors and statements are signed with. Compare it with the one you were given."""
    leaves: int
    shards: list[ShardStanding]
    newest: AnchorStanding | None
    stamped: AnchorStanding | None
    """The newest one with a stamp: it vouches for everything before it too."""
    stamping: Stamping
    waits_since: datetime | None
    """Since when nothing is stamped any more."""
    unstamped: int
    """Anchors that wait for a stamp of their own."""
    witnessing: Witnessing
    anchors: list[AnchorStanding]
    """The newest first; ask with `before=<next>` for older ones."""
    next: int | None


async def standing(desk: LogDesk, now: datetime, before: int, limit: int) -> LogStanding:
    """Return how the log stands.

    Raises:
        Unavailable: SQL or the object store does not answer.
    """
    ends = await desk.anchors.ends()
    shards = await _shards(desk.reading, ends.newest)
    waits_since = await _waits_since(desk.anchors, ends.stamped)
    page = await desk.anchors.rows(before, limit)
    return LogStanding(
        hub=desk.reading.key.hub,
        key=str(desk.reading.key.anchor_key()),
        leaves=sum(one.size for one in shards),
        shards=shards,
        newest=None if ends.newest is None else _shown(ends.newest),
        stamped=None if ends.stamped is None else _shown(ends.stamped),
        stamping=_stamping(ends.stamped, waits_since, now),
        waits_since=waits_since,
        unstamped=await desk.anchors.unstamped(),
        witnessing=_witnessing(ends.newest),
        anchors=[_shown(row) for row in page],
        next=_next(page, limit),
    )


async def _shards(reading: LogReading, newest: AnchorRow | None) -> list[ShardStanding]:
    anchored = {} if newest is None else newest.sizes
    return [await _shard(reading, shard, anchored.get(shard, 0)) for shard in range(reading.shards)]


async def _shard(reading: LogReading, shard: int, anchored: int) -> ShardStanding:
    head, damaged = None, False
    try:
        head = await reading.head(shard)
    except Refusing:
        damaged = True  # The others are shown all the same.
    return ShardStanding(
        shard=shard,
        origin=reading.key.checkpoint_key(shard).name,
        size=0 if head is None else head.size,
        root=None if head is None else base64.b64encode(head.checkpoint.head.root).decode(),
        anchored=anchored,
        damaged=damaged,
    )


async def _waits_since(anchors: AnchorReading, stamped: AnchorRow | None) -> datetime | None:
    """Return when the first anchor after the newest stamp was made: what no stamp covers."""
    first = None if stamped is None else await anchors.row(stamped.number + 1)
    return None if first is None else first.at


def _stamping(stamped: AnchorRow | None, waits_since: datetime | None, now: datetime) -> Stamping:
    if stamped is None:
        return Stamping.NEVER
    late = waits_since is not None and now - waits_since > LATE
    return Stamping.BEHIND if late else Stamping.CURRENT


def _witnessing(newest: AnchorRow | None) -> Witnessing:
    if newest is None or newest.cosigned == 0:
        return Witnessing.NONE
    return Witnessing.WHOLE if newest.cosigned >= len(newest.sizes) else Witnessing.PARTLY


def _shown(row: AnchorRow) -> AnchorStanding:
    return AnchorStanding(
        number=row.number,
        at=row.at,
        leaves=sum(row.sizes.values()),
        shards=len(row.sizes),
        cosigned=row.cosigned,
        stamped_at=row.stamped_at,
        stamp_until=row.stamp_until,
    )


def _next(page: Sequence[AnchorRow], limit: int) -> int | None:
    return page[-1].number if len(page) == limit else None
