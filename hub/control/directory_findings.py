"""What is told about the rows of a file of organisations, and what is known while they are read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum, unique
from typing import Final

from lgsp_message.codes import Spelling

from hub.decision.directory_records import CodeRecord, OrganisationRecord
from hub.directory.shapes import Row


@unique
class Said(StrEnum):
    """What is told about a row."""

    UNREADABLE = "unreadable"
    NO_CODE = "no_code"
    NO_NAME = "no_name"
    CODE_TAKEN = "code_taken"
    """Two organisations with one code: neither row is taken."""
    UNKNOWN_PARENT = "unknown_parent"
    UNKNOWN_SUCCESSOR = "unknown_successor"
    CYCLE = "cycle"
    REFUSED = "refused"
    """A field is not what it must be."""
    REPAIRED = "repaired"
    """A wild spelling was read; the row is taken."""
    DUPLICATE = "duplicate"
    """The same row once more; taken once."""
    SUFFIX = "suffix"
    """Its level 1 is another than its parent's; taken, and to be looked at."""
    UNSURE = "unsure"
    """The file itself is not sure of it; taken, and marked until a file or a person says it."""


LEFT_OUT: Final = frozenset(Said) - {Said.REPAIRED, Said.DUPLICATE, Said.SUFFIX, Said.UNSURE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing about one row. `detail` names codes and fields, never contents."""

    place: str
    said: Said
    detail: str = ""


@dataclass(slots=True, kw_only=True)
class Reading:
    """What is known while a file is read."""

    organisations: Mapping[str, OrganisationRecord]
    codes: Mapping[str, CodeRecord]
    today: date
    findings: list[Finding] = field(default_factory=list)
    ids: dict[int, str] = field(default_factory=dict)
    """Number of a row that is taken to the id of its organisation."""
    spelt: dict[int, dict[str, Spelling]] = field(default_factory=dict)
    """Number of a row to its codes: as written, and as they were meant; each code once."""
    by_ref: dict[str, str] = field(default_factory=dict)
    by_code: dict[str, str] = field(default_factory=dict)

    def say(self, row: Row, said: Said, detail: str = "") -> None:
        """Tell something about a row."""
        self.findings.append(Finding(place=row.place, said=said, detail=detail))

    def codes_of(self, number: int) -> list[str]:
        """Return the codes of a row, the one in use first."""
        return [one.code for one in self.spelt[number].values()]
