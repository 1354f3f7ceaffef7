"""The verdict's own reading of the journals: plain JSON, none of the code that wrote them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Key = tuple[str, str]
"""A message: its source and its id."""


@dataclass(slots=True, kw_only=True)
class Submission:
    """One line of a sender's journal that hands a message in, and the answer to it."""

    key: Key
    outcome: str
    """What the sender expects: `admitted`, `refused` or `duplicate`."""
    reason: str | None
    receivers: frozenset[str]
    body_sha256: str
    content_sha256: str
    at: float
    """When it was handed in: seconds since 1970."""
    status: int | None = None
    """The HTTP status of the answer; None where there was none."""
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outward:
    """A message to a system that a connector serves, and what its peer must then have."""

    peer: str
    to: str
    message: Key
    effect: tuple[str, str]
    """Kind and key in the peer's journal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inward:
    """What a peer had for the hub."""

    peer: str
    what: tuple[str, str, str, str]
    """Source, type, subject, and the system that gets it."""
    count: int


@dataclass(slots=True, kw_only=True)
class Books:
    """All journals of one run."""

    submissions: list[Submission] = field(default_factory=list)
    """In the order in which each sender handed them in."""
    unsent: int = 0
    """Messages that a system could not even compose: an object was not taken."""
    received: dict[tuple[str, Key], float] = field(default_factory=dict)
    """(receiver, message) to when it first came there."""
    peers: tuple[str, ...] = ()
    """The foreign systems that took part."""
    served: frozenset[str] = frozenset()
    """Systems that connectors serve: what is for them is received at a peer, in no journal here."""
    outward: list[Outward] = field(default_factory=list)
    earlier: list[Outward] = field(default_factory=list)
    """Of other runs of this home: what a connector still held may come to a peer of this one."""
    inward: list[Inward] = field(default_factory=list)

    @property
    def begun(self) -> float:
        """Return when the run's first message was handed in: seconds since 1970."""
        return min((one.at for one in self.submissions), default=0.0)


def read_books(folder: Path) -> Books:
    """Return the journals below `folder`.

    Raises:
        OSError, ValueError, KeyError: a journal cannot be read or is none.
    """
    books = Books()
    for path in sorted((folder / "sent").glob("*.jsonl")):
        _read_sent(path, books)
    for path in sorted((folder / "received").glob("*.jsonl")):
        _read_received(path, books)
    _read_foreign(folder / "foreign", books)
    return books


def _read_sent(path: Path, books: Books) -> None:
    open_: dict[int, Submission] = {}
    for line in _lines(path):
        match line["event"]:
            case "submitting":
                submission = _submission(line)
                open_[line["n"]] = submission
                books.submissions.append(submission)
            case "answered":
                open_[line["n"]].status = line["status"]
                open_[line["n"]].code = line.get("code")
            case "unsent":
                books.unsent += 1


def _submission(line: dict[str, Any]) -> Submission:
    return Submission(
        key=(line["source"], line["id"]),
        outcome=line["outcome"],
        reason=line["reason"],
        receivers=frozenset(line["receivers"]),
        body_sha256=line["body_sha256"],
        content_sha256=line["content_sha256"],
        at=line["at"],
    )


def _read_received(path: Path, books: Books) -> None:
    for line in _lines(path):
        books.received.setdefault((path.stem, (line["source"], line["id"])), line["at"])


def _read_foreign(folder: Path, books: Books) -> None:
    if not (folder / "peers.jsonl").exists():
        return  # No foreign system took part.
    (told,) = _lines(folder / "peers.jsonl")
    books.peers, books.served = tuple(told["peers"]), frozenset(told["served"])
    if (folder / "out.jsonl").exists():
        books.outward += map(_outward, _lines(folder / "out.jsonl"))
    for path in sorted(folder.parents[1].glob("*/foreign/out.jsonl")):
        if path.parent != folder:
            books.earlier += map(_outward, _lines(path))
    if (folder / "in.jsonl").exists():
        books.inward += map(_inward, _lines(folder / "in.jsonl"))


def _outward(line: dict[str, Any]) -> Outward:
    return Outward(
        peer=line["peer"],
        to=line["to"],
        message=(line["source"], line["id"]),
        effect=(line["kind"], line["key"]),
    )


def _inward(line: dict[str, Any]) -> Inward:
    what = (line["source"], line["type"], line["subject"], line["to"])
    return Inward(peer=line["peer"], what=what, count=line["count"])


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
