"""Which files are complete. Pure: listings and the time come from outside."""

import fnmatch
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hub_adapter_file_drop.folder import Entry
from hub_adapter_file_drop.settings import SourceConfig

COMPANIONS: Final[Mapping[str, str]] = {"done": ".done", "sha256": ".sha256"}
UNFINISHED: Final = (".part", ".tmp", ".filepart", ".crdownload")
LONGEST_NAME: Final = 200
"""Bytes: room for the prefix that a name gets in `done`; file systems take 255."""


def is_safe(name: str) -> bool:
    """Say whether a name is only a name: printable UTF-8 without a separator."""
    return (
        len(name.encode(errors="surrogateescape")) <= LONGEST_NAME
        and name.isprintable()
        and not any(character in name for character in "/\\")
    )


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a file looked like when it was first seen so."""

    entry: Entry
    since: datetime


class Readiness:
    """Tells complete files from half ones; remembers what it saw, for `stable`."""

    def __init__(self, config: SourceConfig) -> None:
        self._config = config
        self._seen: dict[str, Sighting] = {}

    def complete(self, listing: Iterable[Entry], now: datetime) -> list[Entry]:
        """Return the complete files, in order."""
        entries = {entry.name: entry for entry in listing}
        wanted = [entry for entry in entries.values() if self._is_wanted(entry)]
        self._seen = {entry.name: self._sighting(entry, now) for entry in wanted}
        found = [entry for entry in wanted if self._is_complete(entry, entries, now)]
        by_name = self._config.order == "name"
        return sorted(found, key=lambda e: (0 if by_name else e.modified_ns, e.name))

    def _is_wanted(self, entry: Entry) -> bool:
        name = entry.name
        # A dot hides what is being written; companions are told by their file.
        ignored = (*UNFINISHED, *COMPANIONS.values())
        return (
            entry.regular
            and is_safe(name)
            and not name.startswith(".")
            and not name.endswith(ignored)
            and fnmatch.fnmatchcase(name, self._config.pattern)
        )

    def _sighting(self, entry: Entry, now: datetime) -> Sighting:
        known = self._seen.get(entry.name)
        return known if known and entry.same_as(known.entry) else Sighting(entry, now)

    def _is_complete(self, entry: Entry, all_: Mapping[str, Entry], now: datetime) -> bool:
        ready = self._config.ready
        if ready in COMPANIONS:
            companion = all_.get(entry.name + COMPANIONS[ready])
            return companion is not None and companion.regular
        if ready == "stable":
            # By our own clock and two looks: the other side's clock may be wrong.
            age = (now - self._seen[entry.name].since).total_seconds()
            return age >= self._config.stable_seconds
        return True

    def untouchable(self, listing: Iterable[Entry]) -> int:
        """Count links and names that will never be read, for the operator."""
        folders = {"done", "error"}
        return sum(
            not is_safe(entry.name) or not (entry.regular or entry.name in folders)
            for entry in listing
        )
