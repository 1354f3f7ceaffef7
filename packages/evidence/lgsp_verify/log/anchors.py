"""What the hub says once a minute about all shards: the note that is stamped and kept.

    lgsp-anchor/v1
    <name of the key>
    number <n>
    at <RFC 3339, UTC>
    log <origin> <size> <root, base64>        one line for each shard with leaves

The time stamp is over the SHA-256 of this text. The signature lines follow as in any signed note.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lgsp_verify.log.b64 import b64
from lgsp_verify.log.checkpoints import TreeHead, parse_hash, parse_size
from lgsp_verify.log.errors import Malformed, NotProven
from lgsp_verify.log.notes import Note, Signer, VerifierKey, verify_note

_HEADING: Final = "lgsp-anchor/v1"
_FIRST_LOG: Final = 4
_WORDS: Final = 4
TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)
"""How these notes write a moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """How all shards stood at one moment."""

    name: str
    """Of the key that signs it."""
    number: int
    at: str
    """By the hub's own clock; the time stamp says more."""
    heads: tuple[TreeHead, ...]

    def text(self) -> str:
        """Return the text that is signed and stamped."""
        logs = "".join(f"log {one.origin} {one.size} {b64(one.root)}\n" for one in self.heads)
        return f"{_HEADING}\n{self.name}\nnumber {self.number}\nat {self.at}\n{logs}"

    def signed(self, signer: Signer) -> Note:
        """Return the note that says it."""
        text = self.text()
        return Note(text, (signer.note(text),))

    def head(self, origin: str) -> TreeHead:
        """Return how one log stood.

        Raises:
            NotProven: the anchor says nothing of it.
        """
        for one in self.heads:
            if one.origin == origin:
                return one
        raise NotProven("the anchor says nothing of this log")


def verify_anchor(note: Note, key: VerifierKey) -> Anchor:
    """Return what a signed anchor says.

    Raises:
        Malformed: not an anchor.
        NotProven: `key` has not signed it.
    """
    anchor = parse_anchor(note.text)
    if anchor.name != key.name:
        raise NotProven("the anchor is another hub's")
    verify_note(note, [key])
    return anchor


def parse_anchor(text: str) -> Anchor:
    """Return what the text of an anchor says. Nothing is verified.

    Raises:
        Malformed.
    """
    lines = [line.split(" ") for line in text[:-1].split("\n")]
    if [len(line) for line in lines[:_FIRST_LOG]] != [1, 1, 2, 2] or lines[0] != [_HEADING]:
        raise Malformed("not an anchor")
    (_, (name,), (number_word, number), (at_word, at)) = lines[:_FIRST_LOG]
    if (number_word, at_word) != ("number", "at") or not TIME.fullmatch(at):
        raise Malformed("not an anchor")
    heads = tuple(map(_head, lines[_FIRST_LOG:]))
    if len({one.origin for one in heads}) != len(heads):
        raise Malformed("an anchor names each log once")
    return Anchor(name=name, number=parse_size(number), at=at, heads=heads)


def _head(words: Sequence[str]) -> TreeHead:
    if len(words) != _WORDS or words[0] != "log":
        raise Malformed("not an anchor")
    return TreeHead(words[1], parse_size(words[2]), parse_hash(words[3]))
