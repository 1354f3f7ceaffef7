"""Once a minute: how all shards stand, signed, cosigned by witnesses, stamped by an authority.

Whoever is away is asked again in the next round; exchange and log go on meanwhile. An anchor is
claimed in SQL with its whole content before its file is written, so of two recorders one makes it,
and a crash leaves nothing half.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from lgsp_verify.log import Anchor, Checkpoint, Note, consistency_tiles, prove_consistency
from lgsp_verify.timestamps import Stamp, digest_of

from hub.io.anchor_files import AnchorFile, AnchorFiles, Renewal, renewal_leaf, renewal_text
from hub.io.log_files import LogFiles
from hub.io.log_head import Head
from hub.io.log_posts import TimeStamping, Witness
from hub.io.sql.log_anchors import AnchorRow, AnchorTable
from hub.io.waiting import wait_for
from hub.ports import Refusing, Unavailable
from hub.recorder.log.metrics import AnchorMetrics
from hub.signing.log_key import LogSigner

QUIET_FOR: Final = timedelta(hours=1)
"""With nothing new an anchor is made so seldom: that nothing has happened can be shown too."""
STAMPS_A_ROUND: Final = 60
"""After an outage of the authority as many anchors catch up in one round."""
RENEW_BEFORE: Final = timedelta(days=90)
"""Stamps are covered by a newer one so long before their certificate ends."""
RENEW_AGAIN: Final = timedelta(days=1)
"""While the authority's own certificate ends as soon, it is asked so seldom for a longer one."""
RENEWED_AT_ONCE: Final = 5_000
"""Anchors under one renewal: half a week of them, 160 kB of hashes."""

_log = structlog.get_logger("log_anchors")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorParts:
    """What anchors are made with."""

    shards: int
    logs: LogFiles
    files: AnchorFiles
    table: AnchorTable
    signer: LogSigner
    witnesses: Sequence[Witness]
    stamping: TimeStamping | None
    """None: no authority is set, and nothing is stamped."""
    clock: Callable[[], datetime]
    metrics: AnchorMetrics


class Anchors:
    """Makes anchors, and sees them stamped."""

    def __init__(self, parts: AnchorParts) -> None:
        self._parts = parts
        self._renew_at = datetime.min.replace(tzinfo=UTC)

    async def run(self, stop: asyncio.Event, every_seconds: float) -> None:
        """Go round until `stop` is set, with so much time between two rounds."""
        while not stop.is_set():
            if not await wait_for(stop, every_seconds):
                await self.round()

    async def round(self) -> None:
        """Do what is due, each part whether or not another one could be done."""
        for part in (self._finish, self._make, self._stamp, self._renew, self._count):
            try:
                await part()
            except (Unavailable, Refusing) as error:
                _log.warning("log_anchors_wait", part=part.__name__.strip("_"), cause=str(error))

    async def _make(self) -> None:
        heads = await self._heads()
        newest, now = await self._parts.table.newest(), self._parts.clock()
        sizes = {shard: head.size for shard, head in heads.items()}
        if not heads or (newest and newest.sizes == sizes and now - newest.at < QUIET_FOR):
            return
        checkpoints = {shard: await self._cosigned(shard, head) for shard, head in heads.items()}
        number = 0 if newest is None else newest.number + 1
        made = AnchorFile(
            note=await self._signed(number, now, checkpoints), checkpoints=checkpoints
        )
        row = AnchorRow(
            number=number,
            at=now,
            sizes=sizes,
            content=made.encode(),
            # The hub's own signature is one.
            cosigned=sum(len(one.note.signatures) > 1 for one in checkpoints.values()),
            stamped_at=None,
            stamp_until=None,
            renewal=None,
        )
        if await self._parts.table.claim(row):
            await self._finish()
            self._parts.metrics.anchors.inc()

    async def _finish(self) -> None:
        for row in await self._parts.table.unwritten():
            await self._parts.files.write_anchor(row.number, row.content or "")
            await self._parts.table.written(row.number)

    async def _heads(self) -> Mapping[int, Head]:
        found = {shard: await self._parts.logs.head(shard) for shard in range(self._parts.shards)}
        return {shard: head for shard, head in found.items() if head is not None}

    async def _signed(
        self, number: int, now: datetime, checkpoints: Mapping[int, Checkpoint]
    ) -> Note:
        signer = self._parts.signer.of_hub()
        anchor = Anchor(
            name=signer.key.name,
            number=number,
            at=now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            heads=tuple(one.head for _, one in sorted(checkpoints.items())),
        )
        return await asyncio.to_thread(anchor.signed, signer)

    async def _cosigned(self, shard: int, head: Head) -> Checkpoint:
        """Return the checkpoint with the signatures of those witnesses that answer."""

        async def prove(old: int) -> Sequence[bytes]:
            tiles = consistency_tiles(old, head.size)
            return prove_consistency(
                old, head.size, await self._parts.logs.tiles(shard, head, tiles)
            )

        lines = []
        for witness in self._parts.witnesses:
            try:
                lines.append(await witness.cosign(head.checkpoint, prove))
            except Unavailable as error:
                self._parts.metrics.witness_failures.labels(witness.key.name).inc()
                _log.warning("witness_absent", witness=witness.key.name, cause=str(error))
        return Checkpoint(head.checkpoint.head, head.checkpoint.note.signed_also(lines))

    async def _stamp(self) -> None:
        if self._parts.stamping is None:
            return
        for row in await self._parts.table.unstamped(STAMPS_A_ROUND):
            anchor = await self._anchor(row.number)
            # Invariant 10: what the log was is on record with somebody else, at that time.
            stamp = await self._parts.stamping.stamp(digest_of(anchor.note.text))
            await self._parts.files.write_stamp(row.number, stamp.token)
            await self._parts.table.stamped(row.number, stamp.at, stamp.until)
            self._parts.metrics.stamps.inc()

    async def _renew(self) -> None:
        now = self._parts.clock()
        if self._parts.stamping is None or now < self._renew_at:
            return
        ending = await self._parts.table.ending(now + RENEW_BEFORE, RENEWED_AT_ONCE)
        if not ending:
            return
        number = await self._parts.table.next_renewal()
        name = self._parts.signer.key.anchor_key().name
        leaves = tuple([await self._leaf(row) for row in ending])
        digest = digest_of(renewal_text(number, name, leaves))
        stamp = await self._parts.stamping.stamp(digest)
        if not _helps(stamp, ending):
            self._renew_at = now + RENEW_AGAIN
            return
        anchors = tuple(row.number for row in ending)
        renewal = Renewal(
            number=number,
            name=name,
            anchors=anchors,
            previous=tuple(row.renewal for row in ending),
            leaves=leaves,
            token=stamp.token,
        )
        await self._parts.files.write_renewal(renewal)
        await self._parts.table.renewed(anchors, number, stamp.until)

    async def _leaf(self, row: AnchorRow) -> bytes:
        anchor, first = await self._anchor(row.number), await self._parts.files.stamp(row.number)
        if first is None:
            raise Refusing(f"the time stamp of anchor {row.number} is missing: restore it")
        later = await self._parts.files.renewals(row.number, row.renewal)
        return renewal_leaf(anchor.note.text, [first, *(one.token for one in later)])

    async def _anchor(self, number: int) -> AnchorFile:
        found = await self._parts.files.anchor(number)
        if found is None:
            raise Refusing(f"the file of anchor {number} is missing: restore it")
        return found

    async def _count(self) -> None:
        if self._parts.stamping is not None:
            self._parts.metrics.unstamped.set(await self._parts.table.count_unstamped())


def _helps(stamp: Stamp, ending: Sequence[AnchorRow]) -> bool:
    """Say whether a stamp lasts longer than all those it is to cover."""
    if stamp.until > max(row.stamp_until for row in ending if row.stamp_until is not None):
        return True
    _log.error("stamps_end_soon", until=stamp.until.isoformat())
    return False
