"""What the hub states about one message: these leaves are all that happened, until this tree.

A log cannot prove absence by itself. The statement is signed, so any leaf about the message below
its size that is not among its own refutes it, whoever shows the leaf and whenever. Its text:

    lgsp-statement/v1
    <name of the key>
    message <source> <id>
    log <origin> <size> <root, base64>
    leaves <count> <root over the leaf hashes in their order, base64>
    at <RFC 3339, UTC>
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lgsp_verify.log.anchors import TIME
from lgsp_verify.log.b64 import b64
from lgsp_verify.log.checkpoints import TreeHead, parse_hash, parse_size
from lgsp_verify.log.errors import Malformed, NotProven
from lgsp_verify.log.merkle import root_of
from lgsp_verify.log.notes import Note, Signer, VerifierKey, verify_note

_HEADING: Final = "lgsp-statement/v1"
_WORDS: Final = ("message", "log", "leaves", "at")
_LENGTHS: Final = (2, 3, 2, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """That a message has these leaves, and no others, in the tree of `head`."""

    name: str
    """Of the key that signs it."""
    source: str
    id: str
    head: TreeHead
    count: int
    leaves_root: bytes
    """The Merkle root over the hashes of the message's leaves, in their order."""
    at: str
    """When the hub signed it, by its own clock: RFC 3339, UTC, whole seconds."""

    @classmethod
    def about(
        cls, source: str, id: str, *, leaves: Sequence[bytes], head: TreeHead, name: str, at: str
    ) -> "Statement":
        """Return the statement over leaf hashes."""
        return cls(
            name=name,
            source=source,
            id=id,
            head=head,
            count=len(leaves),
            leaves_root=root_of(leaves),
            at=at,
        )

    def text(self) -> str:
        """Return the text that is signed."""
        return (
            f"{_HEADING}\n{self.name}\nmessage {self.source} {self.id}\n"
            f"log {self.head.origin} {self.head.size} {b64(self.head.root)}\n"
            f"leaves {self.count} {b64(self.leaves_root)}\nat {self.at}\n"
        )

    def signed(self, signer: Signer) -> Note:
        """Return the note that states it."""
        text = self.text()
        return Note(text, (signer.note(text),))

    def covers(self, leaves: Sequence[bytes]) -> None:
        """Return if the statement is about exactly these leaf hashes, in their order.

        Raises:
            NotProven.
        """
        if len(leaves) != self.count or root_of(leaves) != self.leaves_root:
            raise NotProven("the statement is about other leaves")


def verify_statement(note: Note, key: VerifierKey) -> Statement:
    """Return what a signed statement says.

    Raises:
        Malformed: not a statement.
        NotProven: `key` has not signed it.
    """
    statement = parse_statement(note.text)
    if statement.name != key.name:
        raise NotProven("the statement is another hub's")
    verify_note(note, [key])
    return statement


def parse_statement(text: str) -> Statement:
    """Return what the text of a statement says. Nothing is verified.

    Raises:
        Malformed.
    """
    lines = [line.split(" ") for line in text[:-1].split("\n")]
    told = lines[2:]
    if (
        len(lines) != 2 + len(_WORDS)
        or lines[0] != [_HEADING]
        or len(lines[1]) != 1
        or tuple(line[0] for line in told) != _WORDS
        or tuple(len(line) - 1 for line in told) != _LENGTHS
    ):
        raise Malformed("not a statement about a message")
    (_, source, id_), (_, origin, size, root), (_, count, leaves_root), (_, at) = told
    if not TIME.fullmatch(at):
        raise Malformed("a statement says when it was signed")
    return Statement(
        name=lines[1][0],
        source=source,
        id=id_,
        head=TreeHead(origin, parse_size(size), parse_hash(root)),
        count=parse_size(count),
        leaves_root=parse_hash(leaves_root),
        at=at,
    )
