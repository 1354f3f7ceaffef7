"""What the senders handed in, and what the hub answered: their own books, not the hub's."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from lgsp_client import Outgoing

GOOD = "good"
"""The kind of a message that must arrive. Every other kind is the reason of its refusal."""

TAKEN = frozenset({200, 202})


@dataclass(slots=True)
class Entry:
    """One message, and every answer that its sender got for it."""

    message: Outgoing
    source: str
    kind: str
    recipients: frozenset[str]
    """The inboxes in which it must stand; none unless it is good."""
    answers: list[int] = field(default_factory=list)
    """HTTP statuses; 0 where there was no answer, or one that says "later"."""

    @property
    def id(self) -> str:
        return self.message.id

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from a message of the same id: the hash of its body too."""
        return (self.source, self.id, sha256(self.message.body).hexdigest())

    @property
    def taken(self) -> bool:
        """Whether the hub acknowledged it at least once."""
        return not TAKEN.isdisjoint(self.answers)

    @property
    def answered(self) -> bool:
        """Whether the sender knows where it stands."""
        return any(self.answers)


class Journal:
    """All entries."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def add(self, entry: Entry) -> None:
        self.entries.append(entry)

    def unanswered(self) -> list[Entry]:
        return [entry for entry in self.entries if not entry.answered]

    def figures(self) -> dict[str, int]:
        """Return how many there are of each kind, and how many answers of each status."""
        kinds = Counter(entry.kind for entry in self.entries)
        answers = Counter(f"http_{status}" for entry in self.entries for status in entry.answers)
        return dict(sorted(kinds.items())) | dict(sorted(answers.items()))
