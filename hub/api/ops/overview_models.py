"""What overview, flow and lag answer."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from hub.decision.states import State


class _Shown(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class Totals(_Shown):
    """What happened in the last 24 hours."""

    admitted: int
    delivered: int
    """Deliveries that reached their recipient."""
    refused: int
    duplicate: int
    statement: int
    """Receipts and withdrawals."""
    dead_letter: int
    success_rate: float | None
    """Admitted among decided; null with none."""


class MinuteShown(_Shown):
    """What happened in one minute; minutes without anything are left out."""

    at: datetime
    admitted: int
    delivered: int
    refused: int


class Refusals(_Shown):
    """How often something was refused."""

    reason: str
    count: int
    help: dict[str, Any] | None


class Oldest(_Shown):
    """The open delivery that was admitted first."""

    source: str
    id: str
    recipient: str
    state: State
    since: datetime
    seconds: float


class Trouble(_Shown):
    """A connector that does not simply run."""

    name: str
    state: str
    vi: str
    en: str


class ConnectorCounts(_Shown):
    """Connectors by what they told last."""

    states: dict[str, int]
    trouble: list[Trouble]


class LagShown(_Shown):
    """A reader; null where it could not be asked."""

    group: str
    messages: int | None
    seconds: float | None


class Overview(_Shown):
    """Health at one look. What cannot be read now is null, never 0."""

    at: datetime
    totals: Totals
    minutes: list[MinuteShown]
    refusals: list[Refusals]
    open: dict[State, int]
    oldest_undelivered: Oldest | None
    dead_letters: int
    connectors: ConnectorCounts
    quarantine: int | None
    lag: list[LagShown] | None
    certificates: list[dict[str, Any]]
    """Empty until certificates are kept."""


class PartitionShown(_Shown):
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


class LagAnswer(_Shown):
    """How far the hub's readers are behind."""

    at: datetime
    groups: list[GroupShown]


class Way(_Shown):
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


class FlowAnswer(_Shown):
    """Volumes between levels, organisations or systems: the busiest ways first."""

    since: datetime
    by: Literal["level", "organisation", "system"]
    ways: list[Way]
    left_out: int
