"""All connectors of one process: a keeper for each, the operators' words, the reports."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import structlog

from hub.connectors.keeper import Keeper
from hub.connectors.references import References
from hub.connectors.status import Checked, ConnectorStatus, Report
from hub.connectors.workshop import Workshop
from hub.decision.connectors import Connector
from hub.io.backoff import Backoff
from hub.io.kafka.connector_records import Action, Command
from hub.io.kafka.connector_store import ConnectorStore
from hub.ports import Unavailable
from hub.signing.macs import MacKeys

LOOK_SECONDS: Final = 0.5
"""Between two looks at the rules: a pause shows within a second."""

REPORT_SECONDS: Final = 5.0
GATHER_SECONDS: Final = 0.2
"""From a change of state to the report of it: a thousand that start at once are one write."""

TELL_TRIES: Final = 5
"""How often the answer to a check is told where the store is away; then the operator asks anew."""

_log = structlog.get_logger("connectors")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Which connectors are this process's: slot `slot` of `slots`."""

    slot: int = 0
    slots: int = 1

    @property
    def owner(self) -> str:
        """The transactional id that names this share."""
        return f"hub-connectors-{self.slots}-{self.slot}"

    def has(self, system: str) -> bool:
        """Say whether a system's connectors are in this share: the same answer in every process.

        All of one system are in one process: there it is seen when two want the same types.
        """
        return int.from_bytes(sha256(system.encode()).digest()[:8]) % self.slots == self.slot


class Fleet:
    """Runs the connectors of a slot as the rules have them."""

    def __init__(
        self,
        workshop: Workshop,
        store: ConnectorStore,
        status: ConnectorStatus,
        connectors: Callable[[], Mapping[str, Connector]],
        macs: Callable[[], MacKeys],
        slot: Slot,
        *,
        heard: Callable[[list[Report]], None] = lambda _: None,
    ) -> None:
        self._workshop, self._store, self._status = workshop, store, status
        self._connectors, self._macs, self._slot = connectors, macs, slot
        self._heard = heard
        self._keepers: dict[str, tuple[Keeper, asyncio.Task[None]]] = {}
        self._moved = asyncio.Event()
        self._checks: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop`; then let everybody finish what is under way.

        Raises:
            Fenced: another process has taken over.
        """
        writing = asyncio.create_task(self._workshop.writer.run(), name="connectors-writer")
        others = [
            asyncio.create_task(self._follow(), name="connectors-commands"),
            asyncio.create_task(self._report(), name="connectors-reports"),
        ]
        try:
            while not stop.is_set() and not writing.done():
                self._reconcile()
                await _any_of(stop, writing, LOOK_SECONDS)
            await self._retire()
        finally:
            await _cancel(*others, *self._checks, *(task for _, task in self._keepers.values()))
            await _cancel(writing)
            await self._workshop.feed.close()
            await self._workshop.contents.close()
            await self._store.close()
        if not writing.cancelled():
            writing.result()

    def reports(self) -> list[Report]:
        """Return how each connector is now."""
        return [keeper.report() for keeper, _ in self._keepers.values()]

    def _reconcile(self) -> None:
        wanted = {n: c for n, c in self._connectors().items() if self._slot.has(c.system)}
        for name, (keeper, task) in list(self._keepers.items()):
            keeper.want(wanted.get(name))
            if task.done():
                del self._keepers[name]
                task.result()
        for name in wanted.keys() - self._keepers.keys():
            workshop = self._workshop
            keeper = Keeper(wanted[name], workshop.build, workshop.now, self._moved.set)
            task = asyncio.create_task(keeper.run(), name=f"keeper-{name}")
            self._keepers[name] = (keeper, task)

    async def _retire(self) -> None:
        tasks = [task for _, task in self._keepers.values()]
        for keeper, _ in self._keepers.values():
            keeper.want(None)
        if tasks:
            await asyncio.wait(tasks)
        await self._tell()

    async def _follow(self) -> None:
        backoff, waiting = Backoff(), list[Command]()
        while True:
            try:
                await self._store.follow()
                while True:
                    waiting += await self._store.commands(self._macs())
                    waiting = [one for one in waiting if not self._given(one)]
                    backoff.reset()
            except Unavailable as error:
                _log.warning("connectors_unavailable", cause=str(error))
                await backoff.wait(asyncio.Event())

    def _given(self, command: Command) -> bool:
        """Say whether nothing more needs to be done about a command here."""
        connector = self._connectors().get(command.connector)
        if connector is None or not self._slot.has(connector.system):
            return True  # Another process's; or it stays on the topic until there is one.
        if command.action is Action.CHECK:
            # Beside everything else: the other side may keep it waiting.
            self._spawn(self._check(command, connector))
        known = self._keepers.get(command.connector)
        given = known is not None and known[0].command(command)
        return given or command.action is Action.CHECK

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._checks.add(task)
        task.add_done_callback(self._checks.discard)

    async def _check(self, command: Command, connector: Connector) -> None:
        ctx = self._workshop.context(connector, References())
        known = self._keepers.get(connector.name)
        report = None if known is None else known[0].report()
        found = await self._workshop.check(connector, ctx, report)
        await self._tell_checked(
            Checked(
                connector=connector.name,
                command=command.id,
                ok=found.ok,
                vi=ctx.mask(found.vi),
                en=ctx.mask(found.en),
                at=self._workshop.now(),
            )
        )

    async def _tell_checked(self, checked: Checked) -> None:
        backoff = Backoff()
        for _ in range(TELL_TRIES):
            try:
                await self._status.checked(checked)
            except Unavailable as error:
                _log.warning("status_unavailable", cause=str(error))
                await backoff.wait(asyncio.Event())
            else:
                return

    async def _report(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(REPORT_SECONDS):
                    await self._moved.wait()
            await asyncio.sleep(GATHER_SECONDS)
            self._moved.clear()
            await self._tell()

    async def _tell(self) -> None:
        reports = self.reports()
        self._heard(reports)
        try:
            await self._status.report(reports)
        except Unavailable as error:
            _log.warning("status_unavailable", cause=str(error))


async def _any_of(stop: asyncio.Event, task: asyncio.Task[None], seconds: float) -> None:
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({stopping, task}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()


async def _cancel(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
