"""Signals to a running connector: what it does once, beside what the rules want of it for good."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum, unique
from typing import Final

from lgsp_adapter import Kind
from lgsp_client import uuid7

from hub.control import store
from hub.control.adapters import AdapterUnusable
from hub.control.dead_letters import Commands
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.service import Control
from hub.control.trail import note
from hub.decision.connector_record import ConnectorRecord
from hub.io.kafka.connector_records import Action, Command
from hub.io.sql.engine import sql_errors


@unique
class Signal(StrEnum):
    """What a connector can be told to do once."""

    RESNAPSHOT = "resnapshot"
    """A source reads from its beginning again. What was handed in before is not delivered twice."""
    FLUSH = "flush"
    """What waits for its next try is tried now; a source reads now."""
    LOG_LEVEL = "log_level"
    """The adapter's own log says more, or less, for a while."""


@unique
class LogLevel(StrEnum):
    """The least severe level that an adapter's log shows."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


MAX_LOG_MINUTES: Final = 24 * 60
"""A level that somebody forgets must not fill the disk."""

_FOR: Final[Mapping[Signal, frozenset[Kind]]] = {
    Signal.RESNAPSHOT: frozenset({Kind.SOURCE}),
    Signal.FLUSH: frozenset({Kind.SINK, Kind.SOURCE}),
    Signal.LOG_LEVEL: frozenset(Kind),
}


class Signals:
    """Gives signals. Safe to repeat."""

    def __init__(self, control: Control, commands: Commands) -> None:
        self._control, self._commands = control, commands

    async def give(
        self,
        connector: str,
        signal: Signal,
        *,
        actor: str,
        reason: str,
        level: LogLevel = LogLevel.DEBUG,
        minutes: int = 10,
    ) -> Command:
        """Send a signal; return it once it is durable. `level`, `minutes`: of `LOG_LEVEL` only.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`, `ADAPTER_UNUSABLE`, `SIGNAL_UNSUPPORTED`.
            Unavailable: Kafka or SQL is away; repeating is safe.
        """
        at = self._control.clock()
        until = (at + timedelta(minutes=minutes)).isoformat()
        command = Command(
            id=uuid7(),
            connector=connector,
            action=Action(signal.value),
            argument=f"{level} {until}" if signal is Signal.LOG_LEVEL else "",
            by=actor,
            reason=reason,
            at=at,
        )
        with sql_errors("noting a signal"):
            async with self._control.engine.begin() as connection:
                await store.lock(connection)
                known = await store.load(connection, [f"connector/{connector}"])
                self._expect(known.get(f"connector/{connector}"), signal)
                # Invariant 11: in the trail before it is done.
                touched = [(f"connector/{connector}", f"signal_{signal}")]
                await note(connection, at, actor, reason, touched)
        await self._commands.send(command)
        return command

    def _expect(self, record: object, signal: Signal) -> None:
        if not isinstance(record, ConnectorRecord):
            raise ChangeRefused(Refusal.UNKNOWN_ENTITY, "no such connector", "name")
        try:
            kind = self._control.adapters.spec(record.adapter).kind
        except AdapterUnusable as error:
            raise ChangeRefused(Refusal.ADAPTER_UNUSABLE, str(error), "name") from error
        if kind not in _FOR[signal]:
            detail = f"a {kind} does not know `{signal}`"
            raise ChangeRefused(Refusal.SIGNAL_UNSUPPORTED, detail, "signal")
