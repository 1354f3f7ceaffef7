"""The head of a shard's log: its newest checkpoint and right edge, in one file.

All that changes stands in it, so that replacing it is the one step by which a log grows: the tiles
before it are whole and never change. Two writers of the same records make the same bytes.
"""

from dataclasses import dataclass
from typing import Final

import msgspec
from lgsp_verify.log import Checkpoint, LogError, Malformed, Piece, parse_checkpoint, parse_path

_VERSION: Final = 1


class _Contents(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    v: int
    next_offset: int
    checkpoint: str
    pieces: list[tuple[str, int]]
    """Path and length of each; their bytes follow behind the line, in this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """How a shard's log stands."""

    next_offset: int
    """Of the audit partition: the record behind the last one that is logged."""
    checkpoint: Checkpoint
    edge: tuple[Piece, ...]

    @property
    def size(self) -> int:
        """Return the number of leaves."""
        return self.checkpoint.head.size


def encode_head(head: Head) -> bytes:
    """Return the file: one line of JSON, then the pieces' bytes."""
    contents = _Contents(
        v=_VERSION,
        next_offset=head.next_offset,
        checkpoint=str(head.checkpoint.note),
        pieces=[(piece.tile.path, len(piece.data)) for piece in head.edge],
    )
    return b"\n".join((msgspec.json.encode(contents), b"".join(p.data for p in head.edge)))


def decode_head(data: bytes) -> Head:
    """Return what the file says.

    Raises:
        Malformed: it is damaged.
    """
    line, _, rest = data.partition(b"\n")
    try:
        contents = msgspec.json.decode(line, type=_Contents)
        checkpoint = parse_checkpoint(contents.checkpoint.encode())
        edge = _edge(contents.pieces, rest)
    except (msgspec.MsgspecError, UnicodeError, LogError) as error:
        raise Malformed("not the head of a log") from error
    if contents.v != _VERSION or contents.next_offset < 0:
        raise Malformed("not the head of a log")
    return Head(next_offset=contents.next_offset, checkpoint=checkpoint, edge=edge)


def _edge(lengths: list[tuple[str, int]], data: bytes) -> tuple[Piece, ...]:
    pieces, at = [], 0
    for path, length in lengths:
        if length < 0:
            raise Malformed("not the head of a log")
        pieces.append(Piece(parse_path(path), data[at : at + length]))
        at += length
    if at != len(data):
        raise Malformed("not the head of a log")
    return tuple(pieces)
