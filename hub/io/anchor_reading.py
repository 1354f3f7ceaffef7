"""Read anchors for whoever asks: the note, its checkpoints, and what vouches for its time."""

from dataclasses import dataclass
from datetime import datetime

from lgsp_verify.log import Checkpoint

from hub.io.anchor_files import AnchorFile, AnchorFiles, Renewal
from hub.io.sql.log_anchors import AnchorRow, AnchorTable


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchoredCheckpoint:
    """A shard's checkpoint as an anchor names it, with cosignatures."""

    number: int
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnchor:
    """An anchor and all that vouches for it."""

    row: AnchorRow
    file: AnchorFile
    stamp: bytes | None
    """Its time stamp, in DER."""
    renewals: tuple[Renewal, ...]
    """Newer stamps that cover it, the oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorEnds:
    """The newest anchor of all, and the newest with a time stamp."""

    newest: AnchorRow | None
    stamped: AnchorRow | None


class AnchorReading:
    """Anchors, from SQL (which there are) and the object store (what they say)."""

    def __init__(self, table: AnchorTable, files: AnchorFiles) -> None:
        self._table, self._files = table, files

    async def rows(self, before: int, limit: int) -> list[AnchorRow]:
        """Return the anchors before a number, the newest first.

        Raises:
            Unavailable: SQL does not answer.
        """
        return await self._table.before(before, limit)

    async def ends(self) -> AnchorEnds:
        """Return where the anchors have come to.

        Raises:
            Unavailable: SQL does not answer.
        """
        found = await self._table.newest_two()
        stamped = [row for row in found if row.stamped_at is not None]
        return AnchorEnds(
            newest=found[-1] if found else None, stamped=stamped[0] if stamped else None
        )

    async def row(self, number: int) -> AnchorRow | None:
        """Return what is known of one anchor without its file.

        Raises:
            Unavailable: SQL does not answer.
        """
        return await self._table.get(number)

    async def unstamped(self) -> int:
        """Return how many anchors have no time stamp of their own.

        Raises:
            Unavailable: SQL does not answer.
        """
        return await self._table.count_unstamped()

    async def get(self, number: int) -> StoredAnchor | None:
        """Return one anchor; None where it is not there (yet).

        Raises:
            Refusing: a file is damaged.
            Unavailable: SQL or the object store does not answer.
        """
        row = await self._table.get(number)
        file = None if row is None else await self._files.anchor(number)
        if row is None or file is None:
            return None
        return StoredAnchor(
            row=row,
            file=file,
            stamp=await self._files.stamp(number),
            renewals=tuple(await self._files.renewals(number, row.renewal)),
        )

    async def last_by(self, moment: datetime) -> StoredAnchor | None:
        """Return the newest anchor of a moment, one with a time stamp where there is one.

        Raises:
            Refusing: a file is damaged.
            Unavailable: SQL or the object store does not answer.
        """
        row = await self._table.last_by(moment)
        return None if row is None else await self.get(row.number)

    async def from_moment(self, moment: datetime, limit: int) -> list[AnchorRow]:
        """Return anchors made at `moment` or later, the oldest first.

        Raises:
            Unavailable: SQL does not answer.
        """
        return await self._table.from_moment(moment, limit)

    async def newest_of(self, shard: int) -> AnchoredCheckpoint | None:
        """Return a shard's newest anchored checkpoint: a stamped one, where there is one.

        Raises:
            Refusing: a file is damaged.
            Unavailable: SQL or the object store does not answer.
        """
        for row in await self._table.newest_two():
            file = None if shard not in row.sizes else await self._files.anchor(row.number)
            if file is not None and shard in file.checkpoints:
                return AnchoredCheckpoint(number=row.number, checkpoint=file.checkpoints[shard])
        return None
