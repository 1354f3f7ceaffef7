"""C2SP `tlog-checkpoint`, `tlog-proof` and the request of `tlog-witness`: texts around one root."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lgsp_verify.log.b64 import b64, unb64
from lgsp_verify.log.errors import Malformed, NotProven
from lgsp_verify.log.merkle import HASH_BYTES, verify_inclusion
from lgsp_verify.log.notes import MAX_NOTE_BYTES, Note, Signer, VerifierKey, parse_note, verify_note

MAX_PROOF_HASHES: Final = 63
"""A tree of 2^63 leaves needs no more; the formats take no more."""
MAX_SIZE: Final = 1 << 63

_PROOF: Final = "c2sp.org/tlog-proof@v1"
_DECIMAL: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_MAX_TEXT_BYTES: Final = MAX_NOTE_BYTES + 4096
"""A note, and 63 lines of a proof before it."""


@dataclass(frozen=True, slots=True)
class TreeHead:
    """How a log stood: this many leaves, and this root over them."""

    origin: str
    """The unique name of the log."""
    size: int
    root: bytes

    def text(self) -> str:
        """Return the text that a checkpoint signs."""
        return f"{self.origin}\n{self.size}\n{b64(self.root)}\n"

    def signed(self, signer: Signer) -> "Checkpoint":
        """Return the checkpoint of this head."""
        text = self.text()
        return Checkpoint(self, Note(text, (signer.note(text),)))


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head and the note that says it. `parse_checkpoint` verifies nothing."""

    head: TreeHead
    note: Note

    def verify(self, key: VerifierKey) -> TreeHead:
        """Return the head if `key` has signed it and its name is the log's.

        Raises:
            NotProven.
        """
        if self.head.origin != key.name:
            raise NotProven("the checkpoint is of another log")
        verify_note(self.note, [key])
        return self.head


def parse_checkpoint(data: bytes) -> Checkpoint:
    """Return the checkpoint that the bytes hold.

    Raises:
        Malformed.
    """
    note = parse_note(data)
    return Checkpoint(_head(note.text), note)


def _head(text: str) -> TreeHead:
    # Lines after the third are extensions, which the format lets a log add.
    lines = text[:-1].split("\n")
    if len(lines) < 3 or not all(lines):  # noqa: PLR2004  (origin, size, root)
        raise Malformed("a checkpoint is an origin, a size and a root")
    return TreeHead(lines[0], parse_size(lines[1]), parse_hash(lines[2]))


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """That one entry is in a log: `tlog-proof`. Nothing is verified yet."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: Checkpoint
    extra: bytes | None = None
    """What helps to make the leaf. Nobody vouches for it."""

    def __str__(self) -> str:
        extra = "" if self.extra is None else f"extra {b64(self.extra)}\n"
        return f"{_PROOF}\n{extra}index {self.index}\n{_lines(self.path)}\n{self.checkpoint.note}"

    def verify(self, leaf: bytes, key: VerifierKey) -> TreeHead:
        """Return the head of the log that the leaf hash is proven to be in.

        Raises:
            NotProven.
        """
        head = self.checkpoint.verify(key)
        verify_inclusion(leaf, self.index, head.size, self.path, head.root)
        return head


def parse_proof(data: bytes) -> InclusionProof:
    """Return the inclusion proof that the bytes hold.

    Raises:
        Malformed.
    """
    lines, checkpoint = _split(data)
    if lines[0] != _PROOF:
        raise Malformed("not a proof of a transparency log")
    extra = None
    if len(lines) > 1 and lines[1].startswith("extra "):
        extra = unb64(lines.pop(1).removeprefix("extra "))
    if len(lines) == 1 or not lines[1].startswith("index "):
        raise Malformed("a proof names the index of its entry")
    index = parse_size(lines[1].removeprefix("index "))
    return InclusionProof(index, _path(lines[2:]), checkpoint, extra)


@dataclass(frozen=True, slots=True)
class WitnessRequest:
    """What a log asks of a witness: `add-checkpoint`."""

    old: int
    path: tuple[bytes, ...]
    checkpoint: Checkpoint

    def encode(self) -> bytes:
        """Return the request's body."""
        return f"old {self.old}\n{_lines(self.path)}\n{self.checkpoint.note}".encode()


def parse_witness_request(data: bytes) -> WitnessRequest:
    """Return the request that the body of `add-checkpoint` holds.

    Raises:
        Malformed.
    """
    lines, checkpoint = _split(data)
    if not lines[0].startswith("old "):
        raise Malformed("a request to a witness begins with the old size")
    return WitnessRequest(parse_size(lines[0].removeprefix("old ")), _path(lines[1:]), checkpoint)


def parse_size(text: str) -> int:
    """Return a decimal number without leading zeros, below 2^63.

    Raises:
        Malformed.
    """
    if not _DECIMAL.fullmatch(text) or int(text) >= MAX_SIZE:
        raise Malformed("not a size")
    return int(text)


def parse_hash(text: str) -> bytes:
    """Return a hash from its base64.

    Raises:
        Malformed.
    """
    data = unb64(text)
    if len(data) != HASH_BYTES:
        raise Malformed("a hash has 32 bytes")
    return data


def _split(data: bytes) -> tuple[list[str], Checkpoint]:
    """Return the lines before the first empty one, and the checkpoint behind it."""
    if len(data) > _MAX_TEXT_BYTES:
        raise Malformed("the proof is too long")
    before, divider, rest = data.partition(b"\n\n")
    try:
        lines = before.decode().split("\n")
    except UnicodeDecodeError:
        raise Malformed("a proof is UTF-8") from None
    if not divider:
        raise Malformed("a proof ends with a checkpoint")
    return lines, parse_checkpoint(rest)


def _path(lines: Sequence[str]) -> tuple[bytes, ...]:
    if len(lines) > MAX_PROOF_HASHES:
        raise Malformed("a proof has at most 63 hashes")
    return tuple(map(parse_hash, lines))


def _lines(path: Sequence[bytes]) -> str:
    return "".join(f"{b64(step)}\n" for step in path)
