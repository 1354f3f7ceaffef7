"""What a process can tell of the machine that it runs on, and how operators see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, unique
from typing import Any, Protocol

from hub.api.ops_models import Answer


@unique
class Level(StrEnum):
    """How much a line of a log matters, the least first."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a process's log, masked."""

    at: datetime | None
    level: Level
    event: str
    more: Mapping[str, Any]
    """What else stands in it, by name."""


class Diagnosis(Protocol):
    """Looks at this machine. Invariant 9: what it returns holds no secret and no personal value."""

    @property
    def processes(self) -> tuple[str, ...]:
        """The processes whose logs may be asked for."""
        ...

    async def log(self, process: str, lines: int, least: Level) -> list[Line] | None:
        """Return the last lines of a log, the newest last; None: this machine keeps none of it."""
        ...

    async def bundle(self) -> bytes:
        """Return a support bundle: a ZIP file.

        Raises:
            Unavailable: one is being made already, or it could not be made.
        """
        ...


class LineShown(Answer):
    """One line of a log."""

    at: datetime | None
    level: Level
    event: str
    more: dict[str, Any]


class LogAnswer(Answer):
    """The last lines of a log, the newest last."""

    process: str
    lines: list[LineShown] | None
    """null: there is no such log on the machine that answers."""
