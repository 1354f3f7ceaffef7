"""May a new version of a schema follow the old ones? The levels of the Confluent Schema Registry.

BACKWARD: who reads with the new version understands what was written with the old one. FORWARD:
who still reads with the old version understands what is written with the new one. FULL: both.
The plain levels compare with the newest version only, `_TRANSITIVE` with all of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Any, Final

from hub.schemas.containment import Proof
from hub.schemas.gaps import Gap
from hub.schemas.lint import check_document
from hub.schemas.plain import plain

MOST_BREAKS: Final = 100
"""Most reasons that are told: who has that many begins with the first."""


@unique
class Level(StrEnum):
    """What a new version owes to the old ones."""

    NONE = "NONE"
    BACKWARD = "BACKWARD"
    BACKWARD_TRANSITIVE = "BACKWARD_TRANSITIVE"
    FORWARD = "FORWARD"
    FORWARD_TRANSITIVE = "FORWARD_TRANSITIVE"
    FULL = "FULL"
    FULL_TRANSITIVE = "FULL_TRANSITIVE"

    @property
    def backward(self) -> bool:
        """Whether new readers must understand old bodies."""
        return self.startswith(("BACKWARD", "FULL"))

    @property
    def forward(self) -> bool:
        """Whether old readers must understand new bodies."""
        return self.startswith(("FORWARD", "FULL"))

    @property
    def transitive(self) -> bool:
        """Whether it is owed to every old version."""
        return self.endswith("_TRANSITIVE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A published version to compare with."""

    name: str
    document: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Why a candidate is not compatible with one version."""

    version: str
    direction: str
    """`backward`: an old body may not fit the candidate. `forward`: a new body may not fit the
    old version."""
    gap: Gap

    def __str__(self) -> str:
        return f"{self.direction} with {self.version}: {self.gap}"


def breaks(level: Level, candidate: dict[str, Any], published: Sequence[Version]) -> list[Break]:
    """Return why a candidate may not follow the published versions, the newest of them last.

    An empty list is a proof. Whoever wants what cannot be proved chooses the level NONE, or a new
    major version. All documents are checked ones or are checked here.

    Raises:
        UnsafeSchema: a document is none that the hub is willing to run.
    """
    if level is Level.NONE or not published:
        return []
    check_document(candidate)
    compared = published if level.transitive else published[-1:]
    found = (one for version in reversed(compared) for one in _of(level, candidate, version))
    return [one for _, one in zip(range(MOST_BREAKS), found, strict=False)]


def _of(level: Level, candidate: dict[str, Any], version: Version) -> Iterator[Break]:
    check_document(version.document)
    new, old = plain(candidate), plain(version.document)
    if level.backward:
        for gap in Proof().gaps(old, new):
            yield Break(version=version.name, direction="backward", gap=gap)
    if level.forward:
        for gap in Proof().gaps(new, old):
            yield Break(version=version.name, direction="forward", gap=gap)
