"""What connectors tell about themselves, and the port through which operators see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, unique
from typing import Protocol

from lgsp_adapter import Text
from lgsp_adapter.policy.breaker import State as Breaker


@unique
class State(StrEnum):
    """What a connector does."""

    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    WAITING = "waiting"
    """It would work, but the world is not so: the other side, the store, a maintenance window."""
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"
    """Somebody must act, then restart it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One connector at one moment. No value of a message, no secret."""

    name: str
    generation: int
    state: State
    vi: str = ""
    en: str = ""
    """Why, in words for the operator; empty while all is well."""
    last_success_at: datetime | None = None
    delivered: int = 0
    """Since it was started: deliveries taken, or messages handed in."""
    failed: int = 0
    """Since it was started: attempts, or reads, that failed."""
    waiting: int = 0
    """Deliveries that it holds now, not settled, without the dead letters."""
    dead_letters: int = 0
    parked: int = 0
    """Of those that wait: the ones that are tried again later, and what stands behind them."""
    breaker: Breaker = Breaker.CLOSED
    running: str | None = None
    """`digest_of` of the connector as it runs: another than the rules' is not there yet."""
    checkpoint: str | None = None
    """How far it has come: of a source where its adapter stands, of a sink the inbox's offset."""
    read_at: datetime | None = None
    """Of a source: when it looked last."""
    next_read_at: datetime | None = None
    """Of a source that waits: when it looks again by itself."""
    lag_messages: int = 0
    """Records of the inbox that are not settled, as last heard of its end."""
    lag_seconds: float = 0.0
    """Age of the oldest delivery that is not settled and waits for no operator."""
    at: datetime

    @property
    def breaker_open(self) -> bool:
        """Whether the other side does not answer: it is probed, less and less often."""
        return self.breaker is not Breaker.CLOSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What an adapter found when an operator asked it to look at the other side."""

    connector: str
    command: str
    ok: bool
    vi: str
    en: str
    at: datetime


class ConnectorStatus(Protocol):
    """Keeps what is told for the API."""

    async def report(self, reports: Sequence[Report]) -> None:
        """Take the newest report of each connector; the earlier one is of no use any more.

        Raises:
            Unavailable: the store does not answer. Nobody waits for it.
        """
        ...

    async def checked(self, checked: Checked) -> None:
        """Take the answer to a `check` command; the same one may come twice.

        Raises:
            Unavailable: the store does not answer. It is told again.
        """
        ...


def not_usable(why: str) -> Text:
    """Return words for what an adapter or the world says, which has one language only."""
    return Text(vi=f"Không dùng được: {why}", en=f"Not usable: {why}")
