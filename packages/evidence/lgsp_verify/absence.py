"""The hub's statement that nothing else happened to a message: a signed note (C2SP).

A log proves what it holds and cannot prove what it does not. So the hub signs which leaves speak
of the message up to a checkpoint; any other leaf below that size, shown later, refutes it.

    lgsp-absence/v1
    <origin of the log>
    <size>
    <root, base64>
    <source> <id>
    <leaf> <leaf> …
    <when, RFC 3339>
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lgsp_verify.log import Malformed, Note, Signer, TreeHead, VerifierKey, parse_note, verify_note
from lgsp_verify.log.b64 import b64
from lgsp_verify.log.checkpoints import parse_hash, parse_size

_FIRST: Final = "lgsp-absence/v1"
_LINES: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """What the hub states."""

    head: TreeHead
    source: str
    id: str
    leaves: tuple[int, ...]
    """All that speak of the message, in their order."""
    at: datetime

    def text(self) -> str:
        """Return the text that is signed."""
        head, leaves = self.head, " ".join(map(str, self.leaves))
        lines = (
            *(_FIRST, head.origin, str(head.size), b64(head.root)),
            *(f"{self.source} {self.id}", leaves, self.at.isoformat()),
        )
        return "".join(f"{line}\n" for line in lines)

    def signed(self, signer: Signer) -> Note:
        """Return the note."""
        text = self.text()
        return Note(text, (signer.note(text),))


def read_absence(data: bytes, keys: Sequence[VerifierKey]) -> Absence:
    """Return what the note states, once one of `keys` is found to have signed it.

    Raises:
        LogError: another form, or nobody known has signed.
    """
    note = parse_note(data)
    absence = _parse(note.text)
    if absence.text() != note.text:
        raise Malformed("a second spelling of a statement")
    verify_note(note, keys)
    return absence


def _parse(text: str) -> Absence:
    lines = text[:-1].split("\n")
    if len(lines) != _LINES or lines[0] != _FIRST:
        raise Malformed("not a statement of absence")
    _, origin, size, root, message, leaves, at = lines
    source, _, id_ = message.partition(" ")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise Malformed("a statement says when it was made") from None
    return Absence(
        head=TreeHead(origin, parse_size(size), parse_hash(root)),
        source=source,
        id=id_,
        leaves=tuple(parse_size(leaf) for leaf in leaves.split()),
        at=moment,
    )
