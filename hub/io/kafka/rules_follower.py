"""Follow `hub.rules`: always the latest whole version, as one frozen snapshot."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

import msgspec
import structlog
from aiokafka.structs import ConsumerRecord

from hub.decision.rulebook import HEARTBEAT_KEY, VERSION_KEY, Rulebook
from hub.decision.rules import Rules
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.rules_chain import START, BrokenRules, RulesChain
from hub.io.kafka.rules_reader import RulesReader, open_rules
from hub.ports import Unavailable
from hub.signing.macs import MacKeys

RETRY_SECONDS: Final = 1.0
"""Pause before `hub.rules` is opened again after the broker went away."""

BROKEN_RETRY_SECONDS: Final = 30.0
"""Pause before a broken chain is read again: a person has to mend it, and each reading costs."""

OnChange = Callable[[Rules], None]

_log = structlog.get_logger(__name__)


class RulesFollower:
    """Keeps `current` at the latest whole version, through broker restarts and broken chains."""

    def __init__(
        self,
        connection: KafkaConnection,
        hub: str,
        macs: MacKeys,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._connection, self._hub, self._macs, self._clock = connection, hub, macs, clock
        self.current: Rules = Rulebook(hub, macs).snapshot(START)
        """The latest whole version; before the first one nobody may do anything (invariant 5)."""
        self.error: str | None = None
        """Why newer rules are not taken, for readiness and console; None while all is well."""
        self._heard: datetime | None = None
        self._listeners: list[OnChange] = []
        self._started: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None

    def on_change(self, listener: OnChange) -> None:
        """Call `listener` with each new snapshot, in the event loop; it must not block."""
        self._listeners.append(listener)

    def heartbeat_age(self) -> float:
        """Return the seconds since the control plane last wrote; infinite before the first time."""
        if self._heard is None:
            return float("inf")
        return max(0.0, (self._clock() - self._heard).total_seconds())

    async def start(self) -> None:
        """Return once everything that stands in `hub.rules` now was read.

        Waits for a broker that is away and for a topic that does not exist yet.

        Raises:
            BrokenRules: what stands there is not what the control plane wrote.
        """
        self._started = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._follow(), name="rules-follower")
        await asyncio.shield(self._started)

    async def stop(self) -> None:
        """Stop following; `current` stays as it is."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _follow(self) -> None:
        while True:
            try:
                await self._read()
            except BrokenRules as broken:
                pause = self._broken(broken)
            except Unavailable as away:
                _log.warning("rules_unavailable", why=str(away))
                pause = RETRY_SECONDS
            await asyncio.sleep(pause)

    def _broken(self, broken: BrokenRules) -> float:
        # The old rules stay: half of a version, or somebody else's, must never decide anything.
        self.error = str(broken)
        _log.error("rules_broken", why=self.error, version_in_force=self.current.ref.version)
        if self._started is not None and not self._started.done():
            self._started.set_exception(broken)
        return BROKEN_RETRY_SECONDS

    async def _read(self) -> None:
        """Read from the first record on, for as long as the broker answers."""
        async with open_rules(self._connection) as reader:
            chain, book = RulesChain(), Rulebook(self._hub, self._macs)
            while True:
                await self._step(reader, chain, book)

    async def _step(self, reader: RulesReader, chain: RulesChain, book: Rulebook) -> None:
        records = await reader.next()
        if records:
            # In a thread: making thousands of keys must not stop the loop that moves messages.
            await asyncio.to_thread(_take, records, chain, book, self._clock())
            self._hear(records)
        if reader.caught_up:
            await self._advance(chain, book)

    async def _advance(self, chain: RulesChain, book: Rulebook) -> None:
        if chain.ref.version < self.current.ref.version:
            raise BrokenRules(f"hub.rules ends before version {self.current.ref.version}")
        if chain.ref.version > self.current.ref.version:
            self.current = await asyncio.to_thread(book.snapshot, chain.ref)
            _log.info("rules_version", version=chain.ref.version, hash=chain.ref.hash)
            for listener in self._listeners:
                listener(self.current)
        elif chain.ref != self.current.ref:
            raise BrokenRules(f"hub.rules has another version {chain.ref.version}")
        self.error = None
        if self._started is not None and not self._started.done():
            self._started.set_result(None)

    def _hear(self, records: Sequence[ConsumerRecord]) -> None:
        for record in reversed(records):
            if (record.key or b"").decode(errors="replace") in {HEARTBEAT_KEY, VERSION_KEY}:
                self._heard = datetime.fromtimestamp(record.timestamp / 1000, UTC)
                return


def _take(
    records: Sequence[ConsumerRecord], chain: RulesChain, book: Rulebook, now: datetime
) -> None:
    """Apply each whole version among the records.

    Raises:
        BrokenRules: a version that does not fit, or a value that is not of its kind.
    """
    for record in records:
        key = (record.key or b"").decode(errors="replace")
        for name, value in chain.take(key, record.value, now) or ():
            try:
                book.apply(name, value)
            except (msgspec.MsgspecError, ValueError) as error:
                # The name of the error only: its text may quote the value.
                raise BrokenRules(f"{name} cannot be read: {type(error).__name__}") from error
