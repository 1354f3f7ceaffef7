"""What the routes of dead letters are told and answer."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final, Self, TypeVar

import msgspec
from lgsp_message.keys import b64url, unb64url
from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StrictInt,
    StringConstraints,
    model_validator,
)

from hub.api.ops_models import Answer
from hub.api.problems import Code, Problem
from hub.control.connector_changes import AdapterName
from hub.control.dead_letter_job import Job
from hub.control.dead_letters import MAX_AT_ONCE, Key
from hub.control.fields import ConnectorName, Reason
from hub.decision.dead_letters import Stage
from hub.decision.rows import DeadLetterRow
from hub.io.sql.dead_letter_desk import Standing
from hub.io.sql.dead_letter_queries import DeadLetterFilter

_ID: Final = r"^[a-z0-9-]{3,63}/[A-Za-z0-9._~-]{1,100}/[a-z0-9-]{1,63}$"
DeadLetterId = Annotated[str, StringConstraints(pattern=_ID)]
"""`<source>/<message>/<recipient>`; a record that a source read has `-` as recipient."""
System = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{3,63}$")]
Word = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,100}$")]

_DEAD_LETTER: Final[dict[str, Any]] = {
    "id": "he-thong-b/msg-1/he-thong-a",
    "source": "he-thong-b",
    "message": "msg-1",
    "recipient": "he-thong-a",
    "connector": "so-mau",
    "adapter": "webhook-out",
    "code": "peer_refused",
    "peer_code": "E-7",
    "fingerprint": "0123456789abcdef",
    "text": "field /a",
    "attempts": 3,
    "at": "2026-11-22T01:02:03Z",
    "ended_at": None,
    "ended_by": None,
    "stage": "new",
    "assignee": None,
}

_C = TypeVar("_C", bound=msgspec.Struct)


class Order(StrEnum):
    """What an operator may decide, as it stands in the path."""

    RETRY = "retry"
    """Try again. Where the outcome was unknown, this is a second call: look first."""
    DROP = "drop"
    """Give up: the sender sees it as expired, and those behind it pass."""


class Wanted(BaseModel):
    """Which dead letters; what is left out does not narrow it."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        from_attributes=True,
        json_schema_extra={"examples": [{"connector": "ket-noi-a", "code": "peer_refused"}]},
    )

    connector: ConnectorName | None = None
    adapter: AdapterName | None = None
    code: Word | None = None
    fingerprint: Word | None = None
    system: System | None = None
    """Whom they are for."""
    systems: Annotated[tuple[System, ...] | None, Field(min_length=1, max_length=200)] = None
    """Or for any of these: a job that retries some destinations only."""
    stage: Stage | None = None
    """How far it is with the operators; without it whatever is open."""
    assignee: Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,100}$")] | None = None
    """Whose it is."""
    since: AwareDatetime | None = None

    def filter(self) -> DeadLetterFilter:
        """Return it as the queries take it."""
        names = Wanted.model_fields
        return DeadLetterFilter(**{name: getattr(self, name) for name in names})


class WantedPage(Wanted):
    """Which dead letters, and which page of them."""

    after: Annotated[str, Field(max_length=600, pattern=r"^[A-Za-z0-9_-]*$")] = ""
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class DeadLetterAnswer(Answer):
    """What an operator needs to know; never a body."""

    model_config = ConfigDict(json_schema_extra={"examples": [_DEAD_LETTER]})

    id: str
    source: str
    message: str
    """The message's id; of a record that a source read: `<connector>~<entry>`."""
    recipient: str
    """`-`: a record that a source read and that became no message."""
    connector: str | None
    """Who holds it; null: nobody can be told to try it again."""
    adapter: str | None
    """What the connector is made of; null where it was not told."""
    code: str
    peer_code: str | None
    fingerprint: str
    text: str | None
    attempts: int
    at: datetime
    ended_at: datetime | None
    ended_by: str | None
    stage: Stage
    """How far it is with the operators."""
    assignee: str | None

    @classmethod
    def of(cls, row: DeadLetterRow, standing: Standing) -> Self:
        """Return a row of the projection as it is shown."""
        fields = msgspec.structs.asdict(row)
        message = fields.pop("id")
        fields |= {"stage": standing.stage, "assignee": standing.assignee}
        return cls(id=id_of(row), message=message, **fields)


class DeadLetterPage(Answer):
    """Open dead letters, the newest first; ask with `after=<next>` for more."""

    items: list[DeadLetterAnswer]
    next: str | None


class GroupAnswer(Answer):
    """Dead letters with the same cause; connector, code and text as one of them has them."""

    fingerprint: str
    count: int
    first_at: datetime
    last_at: datetime
    connector: str | None
    adapter: str | None
    code: str
    peer_code: str | None
    text: str | None


class GroupPage(Answer):
    """Causes; ask with `after=<next>` for more."""

    items: list[GroupAnswer]
    next: str | None


class OrderRequest(BaseModel):
    """What it is about: ids, or a filter.

    The reason also stands in the history of each message, which its sender sees: no personal data.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {"ids": ["he-thong-b/msg-1/he-thong-a"], "reason": "Sở Mẫu đã sửa lỗi"},
                {"filter": {"connector": "ket-noi-a"}, "reason": "Sở Mẫu đã sửa lỗi"},
            ]
        },
    )

    reason: Reason
    ids: Annotated[tuple[DeadLetterId, ...] | None, Field(min_length=1, max_length=MAX_AT_ONCE)] = (
        None
    )
    filter: Wanted | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.ids is None) is (self.filter is None):
            raise ValueError("either ids or a filter")
        return self


class ConfirmRequest(BaseModel):
    """The number that the preview told: nobody confirms what he has not seen."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"count": 12}, {"count": 1200, "reason": "Đã đối chiếu"}]},
    )

    count: Annotated[StrictInt, Field(ge=0, le=2**53)]
    reason: Reason | None = None
    """Of the second person, where one is needed."""


class JobAnswer(Answer):
    """One decision about many dead letters."""

    id: str
    action: str
    filter: Wanted
    reason: str
    asked_by: str
    asked_at: datetime
    count: int
    """How many there were; what comes later is not among them."""
    second_person: bool
    """Whether somebody else than the one who asked must confirm, with a reason."""
    confirmed_by: str | None
    handled: int
    ended_at: datetime | None
    """Null: not confirmed, or not at its end."""


class OrderedAnswer(Answer):
    """What was ordered now; what has become of it is seen in the list and in each history."""

    ordered: list[str]
    """Ids. One that had ended already is not among them."""
    job: JobAnswer | None
    """Of a filter: what to confirm."""


def job_answer(job: Job) -> JobAnswer:
    """Return a job as it is shown."""
    names = JobAnswer.model_fields.keys() - {"second_person"}
    told = {name: getattr(job, name) for name in names}
    return JobAnswer.model_validate(told | {"second_person": job.needs_another})


def id_of(row: DeadLetterRow) -> str:
    """Return the name under which a dead letter is asked for."""
    return f"{row.source}/{row.id}/{row.recipient}"


def key_of(id: str) -> Key:
    """Return the parts of an id."""
    source, message, recipient = id.split("/")
    return source, message, recipient


def cursor_text(cursor: msgspec.Struct | None) -> str | None:
    """Return the text that the client gives back. It holds no secret."""
    return None if cursor is None else b64url(msgspec.json.encode(cursor))


def cursor_from(text: str, kind: type[_C]) -> _C | None:
    """Return the cursor of a text; None without one.

    Raises:
        Problem: it is not a cursor of this list.
    """
    if not text:
        return None
    try:
        return msgspec.json.decode(unb64url(text), type=kind)
    except (ValueError, msgspec.MsgspecError):
        raise Problem(400, Code.INVALID_CURSOR, "give back `next` as it came") from None
