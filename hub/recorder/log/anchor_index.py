"""Make the table of anchors anew from their files: the files are the truth, SQL finds them."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from lgsp_verify.log import Anchor, LogError
from lgsp_verify.log.anchors import parse_anchor
from lgsp_verify.timestamps import read_stamp

from hub.io.anchor_files import AnchorFile, AnchorFiles
from hub.io.sql.log_anchors import AnchorRow, AnchorTable
from hub.ports import Refusing

_AT_ONCE: Final = 1_000
"""Anchors of most of a day in memory, and in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuiltAnchors:
    """What a rebuild found."""

    anchors: int
    stamped: int
    renewals: int
    missing: int
    """Numbers below the highest that have no file: look for them in a backup."""
    seconds: float


@dataclass(frozen=True, slots=True)
class _Renewed:
    """The newest stamp over an anchor."""

    renewal: int
    until: datetime


async def rebuild(files: AnchorFiles, table: AnchorTable) -> RebuiltAnchors:
    """Note every anchor that has a file, with its stamps. A running recorder need not be stopped.

    Nothing is deleted: a row without a file shows what is lost. Signatures are not looked at: the
    log's key may have changed since, and whoever verifies evidence checks them.

    Raises:
        Refusing: a file is damaged or another one's; nothing of what follows it is noted.
        Unavailable: SQL or the object store does not answer; run it again.
    """
    began = time.monotonic()
    numbers, renewals = await files.numbers()
    renewed = await _renewed(files, renewals)
    stamped = 0
    for first in range(0, len(numbers), _AT_ONCE):
        part = numbers[first : first + _AT_ONCE]
        rows = [await _row(files, number, renewed) for number in part]
        await table.restore(rows)
        stamped += sum(row.stamped_at is not None for row in rows)
    return RebuiltAnchors(
        anchors=len(numbers),
        stamped=stamped,
        renewals=len(renewals),
        missing=numbers[-1] + 1 - len(numbers) if numbers else 0,
        seconds=time.monotonic() - began,
    )


async def _renewed(files: AnchorFiles, numbers: list[int]) -> dict[int, _Renewed]:
    found: dict[int, _Renewed] = {}
    for number in numbers:  # Ascending: a later one covers those before it.
        one = await files.renewal(number)
        if one is not None:
            until = _stamp(one.token, f"renewal {number}")[1]
            found |= dict.fromkeys(one.anchors, _Renewed(number, until))
    return found


async def _row(files: AnchorFiles, number: int, renewed: Mapping[int, _Renewed]) -> AnchorRow:
    file, token = await files.anchor(number), await files.stamp(number)
    if file is None:
        raise Refusing(f"the file of anchor {number} is gone while it was read: run it again")
    row = _unstamped(number, file, _said(number, file))
    if token is None:
        return row
    at, until = _stamp(token, f"the time stamp of anchor {number}")
    newest = renewed.get(number)
    return replace(
        row,
        stamped_at=at,
        stamp_until=until if newest is None else newest.until,
        renewal=None if newest is None else newest.renewal,
    )


def _said(number: int, file: AnchorFile) -> Anchor:
    try:
        anchor = parse_anchor(file.note.text)
    except LogError as error:
        raise Refusing(f"the file of anchor {number} is damaged: restore it") from error
    heads = {one.head for one in file.checkpoints.values()}
    if anchor.number != number or heads != {*anchor.heads}:
        raise Refusing(f"the file of anchor {number} is another one's: restore it")
    return anchor


def _unstamped(number: int, file: AnchorFile, anchor: Anchor) -> AnchorRow:
    return AnchorRow(
        number=number,
        at=datetime.fromisoformat(anchor.at),
        sizes={shard: one.head.size for shard, one in file.checkpoints.items()},
        content=None,
        # The hub's own signature is one.
        cosigned=sum(len(one.note.signatures) > 1 for one in file.checkpoints.values()),
        stamped_at=None,
        stamp_until=None,
        renewal=None,
    )


def _stamp(token: bytes, what: str) -> tuple[datetime, datetime]:
    """Return when a token was made, and until when its certificate lasts."""
    try:
        stamp = read_stamp(token)
    except LogError as error:
        raise Refusing(f"{what} is damaged: restore it") from error
    return stamp.at, stamp.until
