"""A job over dead letters: what it is about, and how far it is."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, unique
from typing import Final

import msgspec

from hub.io.kafka.connector_records import Action
from hub.io.sql.dead_letter_queries import DeadLetterCursor, DeadLetterFilter

FOUR_EYES_ABOVE: Final = 500
"""Dead letters that one person may retry alone: as many as one request names by id. Above it
another person confirms than asked: a filter that is too wide repeats a day's letters."""

DROPPED_ALONE: Final = 100
"""Most that one person drops at once: a page of the list, so he can have seen each. What is dropped
is lost to its recipient for good: a retry can be done again, a drop cannot."""

MAX_BATCH: Final = 500
"""Dead letters of one slice, of one request, and of one entry in the trail."""


@unique
class JobState(StrEnum):
    """How far a job is."""

    PREVIEWED = "previewed"
    """Counted; nothing is done before it is confirmed."""
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    """What was ordered stays ordered."""
    DONE = "done"


class JobCursor(msgspec.Struct, frozen=True, array_like=True):
    """The last job of a page."""

    asked_at: datetime
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a job goes: what a partner that has just come back can bear."""

    batch: int = MAX_BATCH
    per_minute: int | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be done to all dead letters that a filter finds."""

    id: str
    action: Action
    filter: DeadLetterFilter
    """With the time of the question as its end: what comes later is not among them."""
    reason: str
    asked_by: str
    asked_at: datetime
    count: int
    """How many there were."""
    confirmed_by: str | None = None
    handled: int = 0
    cursor: DeadLetterCursor | None = None
    ended_at: datetime | None = None
    """None: not confirmed, or not at its end."""
    state: JobState = JobState.PREVIEWED
    changed_by: str | None = None
    """Who paused, resumed or cancelled it last."""
    batch: int = MAX_BATCH
    """Dead letters of one slice."""
    per_minute: int | None = None
    """Most that are ordered in a minute; None: as fast as it goes."""
    dry_run: bool = False
    """True: it only tells what would be ordered."""
    next_at: datetime | None = None
    """Not before this time the next slice."""

    @property
    def needs_another(self) -> bool:
        """Whether another person must confirm it than asked for it."""
        if self.dry_run:
            return False
        alone = DROPPED_ALONE if self.action is Action.DROP else FOUR_EYES_ABOVE
        return self.count > alone
