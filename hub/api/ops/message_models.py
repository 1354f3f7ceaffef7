"""What the search for messages is asked and answers."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from hub.api.ops.fields import (
    BusinessKey,
    CursorText,
    MessageId,
    Moment,
    OrganisationId,
    RoutePath,
    SystemName,
    TraceId,
    Word,
)
from hub.api.ops.scope import systems_of
from hub.decision.rows import Outcome
from hub.decision.rules import Rules
from hub.decision.states import State
from hub.io.sql.message_filter import Filter, Viewer
from hub.io.sql.message_lists import MAX_PAGE, MessageSummary
from hub.signing.verdicts import Grade

Bytes = Annotated[int, Field(ge=0, le=2**31 - 1)]

SHOWN: Final = timedelta(hours=24)
"""What a list without a time shows: the operator's day. Who names a message looks further back."""

_LINE: Final[dict[str, Any]] = {
    "source": "mot-cua-mau",
    "id": "mau-1",
    "outcome": "admitted",
    "withdrawn_at": None,
    "decided_at": "2026-11-28T02:00:01.250000Z",
    "received_at": "2026-11-28T02:00:01.200000Z",
    "type": "vn.gov.dossier.received.v1",
    "subject": "H99.22-261128-0001",
    "priority": "normal",
    "size": 2100,
    "reason": None,
    "place": None,
    "correlationid": None,
    "onbehalf": None,
    "verdict": None,
    "retried_at": None,
    "states": {"delivered": 1},
}


class WantedMessages(BaseModel):
    """Which messages; what is left out does not narrow it."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"key": "H99.22-261128-0001"}]},
    )

    id: MessageId | None = None
    key: BusinessKey | None = None
    """The business key (`subject`), in any Unicode form."""
    source: SystemName | None = None
    recipient: SystemName | None = None
    source_organisation: OrganisationId | None = None
    recipient_organisation: OrganisationId | None = None
    type: Word | None = None
    dataschema: Word | None = None
    """Name and version: `urn:hub:schema:dossier.received:1.0`."""
    outcome: Outcome | None = None
    state: State | None = None
    reason: Word | None = None
    """Of the refusal, or of a delivery's last event."""
    connector: SystemName | None = None
    """It has tried to deliver the message, or has delivered it."""
    priority: Literal["normal", "urgent"] | None = None
    correlation: BusinessKey | None = None
    attempts: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """At least so many, for one recipient."""
    route: RoutePath | None = None
    """From whom to whom, and of which type: `so-mau/xa-mau/vn.gov.document.issued.v1`."""
    trace: TraceId | None = None
    """The id of a W3C trace, as the systems' own tools show it."""
    verdict: Grade | Literal["none"] | None = None
    """The newest grade of its documents; `none`: nobody has judged any."""
    retried: bool | None = None
    """Whether an operator has had a delivery of it tried again."""
    size_from: Bytes | None = None
    size_to: Bytes | None = None
    receipts: bool = False
    """Whether receipts and withdrawals are shown among the messages."""
    since: Moment | None = None
    until: Moment | None = None

    def filter(self, viewers: tuple[Viewer, ...] | None, rules: Rules, now: datetime) -> Filter:
        """Return it as the lists take it."""
        named = self.id or self.key or self.correlation or self.trace
        sender, recipient, type_ = _ends(self.route)
        return Filter(
            viewers=viewers,
            senders=_systems(self.source, self.source_organisation or sender, rules),
            recipients=_systems(self.recipient, self.recipient_organisation or recipient, rules),
            state=self.state,
            id=self.id,
            subject=self.key,
            outcome=self.outcome,
            reason=self.reason,
            type=self.type or type_,
            dataschema=self.dataschema,
            connector=self.connector,
            priority=self.priority,
            correlationid=self.correlation,
            attempts=self.attempts,
            trace_id=self.trace,
            verdict=self.verdict,
            retried=self.retried,
            size_from=self.size_from,
            size_to=self.size_to,
            statements=self.receipts or bool(self.id or self.type or type_),
            since=self.since or (None if named or self.until else now - SHOWN),
            until=self.until,
        )


class WantedPage(WantedMessages):
    """Which messages, and which page of them."""

    after: CursorText = ""
    before: CursorText = ""
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 50


class WantedCount(WantedMessages):
    """Which messages, and whether to count them all."""

    exact: bool = False


class WantedExport(WantedMessages):
    """Which messages, and in which form."""

    format: Literal["csv", "json"] = "csv"


class Line(BaseModel):
    """A message in a list; never its body."""

    model_config = ConfigDict(
        frozen=True, from_attributes=True, json_schema_extra={"examples": [_LINE]}
    )

    source: str
    id: str
    outcome: Outcome
    withdrawn_at: datetime | None
    decided_at: datetime
    received_at: datetime | None
    type: str | None
    subject: str | None
    priority: str | None
    size: int | None
    reason: str | None
    place: str | None
    correlationid: str | None
    onbehalf: str | None
    verdict: Grade | None
    """The newest grade of its documents."""
    retried_at: datetime | None
    """When an operator last had a delivery of it tried again."""
    states: dict[State, int]
    """Recipients in each state."""

    @classmethod
    def of(cls, summary: MessageSummary) -> Self:
        """Return a line as it is shown."""
        names = [name for name in cls.model_fields if name != "states"]
        told = {name: getattr(summary.message, name) for name in names}
        return cls(**told, states=dict(summary.states))


class MessagePage(BaseModel):
    """Messages, the newest decision first."""

    items: list[Line]
    next: str | None
    """Give it back as `after`: older ones."""
    previous: str | None
    """Give it back as `before`: newer ones."""
    since: datetime | None
    """The times that were applied."""
    until: datetime | None


class CountAnswer(BaseModel):
    """How many messages there are."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"count": 41200, "exact": False}]})

    count: int
    exact: bool


def _ends(route: str | None) -> tuple[str | None, str | None, str | None]:
    """Return sending organisation, receiving organisation and type of a route; None: any."""
    if route is None:
        return None, None, None
    sender, recipient, *type_ = (None if part == "*" else part for part in route.split("/"))
    return sender, recipient, type_[0] if type_ else None


def _systems(system: str | None, organisation: str | None, rules: Rules) -> frozenset[str] | None:
    if organisation is None:
        return None if system is None else frozenset({system})
    theirs = systems_of(rules, frozenset({organisation}))
    return theirs if system is None else theirs & {system}
