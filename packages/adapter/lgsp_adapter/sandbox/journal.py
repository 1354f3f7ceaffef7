"""What a peer has accepted: the proof that something happened once."""

from dataclasses import dataclass, field
from typing import Any, Final

MAX_ENTRIES: Final = 200_000
"""A peer is for tests; a runaway client must not fill the memory."""


class JournalFull(Exception):
    """The peer has accepted as much as it keeps; it refuses rather than forgets."""


@dataclass(slots=True)
class Entry:
    """One thing under its idempotency key."""

    kind: str
    effects: int = 0
    """How often it took effect: the number that must be 1."""
    repeats: int = 0
    """How often it came again and was recognised, without effect."""
    facts: dict[str, Any] = field(default_factory=dict)
    """Of the first time; nothing personal."""


class Journal:
    """Entries by kind and key, in the order of their first appearance."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, str], Entry] = {}

    def effect(self, kind: str, key: str, **facts: Any) -> None:
        """Note that `key` took effect, once more.

        Raises:
            JournalFull: there are `MAX_ENTRIES` already.
        """
        self._entry(kind, key, facts).effects += 1

    def repeat(self, kind: str, key: str) -> None:
        """Note that `key` came again and was recognised."""
        self._entry(kind, key, {}).repeats += 1

    def effects(self, kind: str) -> dict[str, int]:
        """Return how often each key of a kind took effect."""
        return {key: each.effects for (of, key), each in self._entries.items() if of == kind}

    def as_json(self) -> dict[str, Any]:
        """Return all entries, and the keys that took effect more than once."""
        entries = [
            {
                "kind": each.kind,
                "key": key,
                "effects": each.effects,
                "repeats": each.repeats,
                "facts": each.facts,
            }
            for (_, key), each in self._entries.items()
        ]
        return {"entries": entries, "doubled": [e["key"] for e in entries if _twice(e)]}

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()

    def _entry(self, kind: str, key: str, facts: dict[str, Any]) -> Entry:
        found = self._entries.get((kind, key))
        if found is None:
            if len(self._entries) >= MAX_ENTRIES:
                raise JournalFull(f"{MAX_ENTRIES} entries: call POST /_sandbox/reset")
            found = self._entries[kind, key] = Entry(kind=kind, facts=facts)
        return found


def _twice(entry: dict[str, Any]) -> bool:
    return int(entry["effects"]) > 1
