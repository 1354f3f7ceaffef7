"""What overview, flow and lag answer."""

from datetime import datetime
from typing import Any, Literal

from hub.api.ops_models import Answer
from hub.decision.states import State


class Totals(Answer):
    """What happened in the last 24 hours."""

    admitted: int
    delivered: int
    """Deliveries that reached their recipient."""
    refused: int
    duplicate: int | None
    statement: int | None
    """Receipts and withdrawals. Both are null of a part: they are counted for the whole hub."""
    dead_letter: int
    success_rate: float | None
    """Admitted among decided; null with none."""


class MinuteShown(Answer):
    """What happened in one minute; minutes without anything are left out."""

    at: datetime
    admitted: int
    delivered: int
    refused: int


class Refusals(Answer):
    """How often something was refused."""

    reason: str
    count: int
    help: dict[str, Any] | None


class Oldest(Answer):
    """The open delivery that was admitted first."""

    source: str
    id: str
    recipient: str
    state: State
    since: datetime
    seconds: float


class Trouble(Answer):
    """A connector that does not simply run."""

    name: str
    state: str
    vi: str
    en: str


class ConnectorCounts(Answer):
    """Connectors by what they told last."""

    states: dict[str, int]
    trouble: list[Trouble]


class LagShown(Answer):
    """A reader; null where it could not be asked."""

    group: str
    messages: int | None
    seconds: float | None


class Overview(Answer):
    """Health at one look. What cannot be read now is null, never 0.

    Of a part: of the messages that the person may see; `lag` and `quarantine` are the hub's own,
    and null.
    """

    at: datetime
    part: bool
    """Whether it is of a part of the hub, as the person's rights are."""
    totals: Totals
    minutes: list[MinuteShown]
    refusals: list[Refusals]
    open: dict[State, int]
    oldest_undelivered: Oldest | None
    dead_letters: int
    connectors: ConnectorCounts
    quarantine: int | None
    lag: list[LagShown] | None
    expiring: int
    """Signing keys without a successor that end within 30 days, of the part's systems."""
    certificates: list[dict[str, Any]]
    """Empty until certificates are kept."""


class PartitionShown(Answer):
    """A partition that is not read to its end."""

    topic: str
    partition: int
    end: int
    committed: int
    messages: int
    seconds: float


class GroupShown(LagShown):
    """A reader, and where it is behind."""

    stuck: bool
    partitions: list[PartitionShown]


class LagAnswer(Answer):
    """How far the hub's readers are behind."""

    at: datetime
    groups: list[GroupShown]


class Way(Answer):
    """What went from one side to another. `to` is null for refusals: they went nowhere."""

    origin: str
    to: str | None
    origin_name: str | None
    to_name: str | None
    admitted: int
    delivered: int
    refused: int
    dead_letter: int
    expired: int
    rejected: int


class FlowAnswer(Answer):
    """Volumes between levels, organisations or systems: the busiest ways first."""

    since: datetime
    by: Literal["level", "organisation", "system"]
    ways: list[Way]
    left_out: int
