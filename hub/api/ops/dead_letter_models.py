"""What the routes of the desk of dead letters are told and answer."""

from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from hub.api.admin_dead_letter_models import DeadLetterId, System
from hub.api.ops_models import Answer
from hub.control.dead_letters import MAX_AT_ONCE
from hub.control.fields import Reason
from hub.decision.dead_letters import Stage

Ids = Annotated[tuple[DeadLetterId, ...], Field(min_length=1, max_length=MAX_AT_ONCE)]
_ONE: Final[list[Any]] = ["he-thong-b/msg-1/he-thong-a"]


class TakeRequest(BaseModel):
    """Somebody has taken note of these."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"ids": _ONE, "reason": "Đang hỏi Sở Mẫu"}]},
    )

    ids: Ids
    reason: Reason


class AssignRequest(BaseModel):
    """Whose these are from now on."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [{"ids": _ONE, "assignee": "binh", "reason": "Bình phụ trách Sở Mẫu"}]
        },
    )

    ids: Ids
    assignee: Annotated[str, Field(min_length=1, max_length=100)] | None
    """null: nobody's."""
    reason: Reason


class NoteRequest(BaseModel):
    """What the others should know. It is the reason in the trail as well: no personal data."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"ids": _ONE, "note": "Sở Mẫu nâng cấp đến thứ Hai"}]},
    )

    ids: Ids
    note: Reason


class RedirectRequest(BaseModel):
    """Which system gets it instead."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"to": "he-thong-c", "reason": "Sở Mẫu đổi hệ thống"}]},
    )

    to: System
    reason: Reason


class RedirectAnswer(Answer):
    """What became of the order."""

    waits: str | None
    """The request under `/ops/requests` that another person must approve; null: it is done."""


class DoneAnswer(Answer):
    """For how many it was done: what has ended meanwhile is not among them."""

    count: int


class NoteShown(Answer):
    """What somebody told the others."""

    text: str
    by: str
    at: datetime


class DeskAnswer(Answer):
    """How far one dead letter is with the operators, and what hangs on it."""

    stage: Stage
    assignee: str | None
    taken_by: str | None
    taken_at: datetime | None
    notes: list[NoteShown]
    """The newest first."""
    attempts: int
    most: int | None
    """Attempts in all before it became a dead letter; null: nobody told."""
    next_at: datetime | None
    """When its delivery is tried again by itself; null: a dead letter waits for an operator."""
    behind: int
    """Messages of the same sender and subject that wait because it is stuck; 1000: or more."""
    alike: int
    """Open dead letters with the same cause."""
    destinations: list[str]
    """Systems that take such a message and that its sender may send it to."""
    waits: str | None
    """The system that it goes to once another person has approved it."""


class OperatorsAnswer(Answer):
    """Whom a dead letter can be given to."""

    items: list[str]
