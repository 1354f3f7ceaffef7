"""Everything at work in one process: sources and services, the submitter, the inbox, sinks."""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from lgsp_adapter import AnyAdapter, Context, Fatal, Resolver, Service, Sink, Source
from lgsp_client import Identity, KeptDirectory, Outgoing
from lgsp_client.keyring import Trust
from lgsp_client.outgoing import RECEIPT, compose

from lgsp_edge import outbox, statements
from lgsp_edge.bandwidth import Meter
from lgsp_edge.contact import Contact
from lgsp_edge.dead import released
from lgsp_edge.desk import SpoolDesk
from lgsp_edge.directory import DirectoryKeeper
from lgsp_edge.errors import SpoolFull
from lgsp_edge.line import Line
from lgsp_edge.objects import Objects
from lgsp_edge.receiver import Intake, Receiver
from lgsp_edge.service import ServiceRunner
from lgsp_edge.settings import ConnectorSettings, Settings, adapter_class, adapter_config
from lgsp_edge.signing import Signer
from lgsp_edge.sink import SinkRunner
from lgsp_edge.source import SourceRunner
from lgsp_edge.spool import Spool
from lgsp_edge.status import Heard, note_heard, paused
from lgsp_edge.submitter import Pace, Submitter

WATCH_SECONDS: Final = 1.0
"""How often it is looked what an operator has said."""

STATEMENTS: Final = "vn.hub."
"""The beginning of the types in which the hub's own parts speak about messages."""

TIDY_TURNS: Final = 60
"""Every so many looks, what is old is deleted."""


class Runner(Protocol):
    """A connector at work."""

    name: str

    @property
    def words(self) -> str | None:
        """Why nothing moves; None while all is well."""
        ...

    async def run(self) -> None:
        """Work until stopped."""
        ...

    def stop(self) -> None:
        """Finish what is under way."""
        ...

    def pause(self, *, paused: bool) -> None:
        """Move nothing, or go on."""
        ...


class Edge:
    """One edge connector. `run` until `stop`."""

    def __init__(
        self,
        settings: Settings,
        identity: Identity,
        trust: Callable[[], Trust],
        spool: Spool,
        line: Line,
        meter: Meter,
        *,
        secrets: Mapping[str, Resolver],
        find: Callable[[str], type[AnyAdapter]] = adapter_class,
    ) -> None:
        """`secrets`: how references to secrets are resolved, by scheme."""
        self._secrets = secrets
        self._settings, self._identity, self._trust = settings, identity, trust
        self._spool, self._line, self._meter, self._find = spool, line, meter, find
        self.contact = Contact(random.random)
        self.objects = Objects(spool)
        self._signer = Signer(identity, _now)
        pace = Pace(window=settings.line.window, wait=settings.line.wait)
        self.submitter = Submitter(
            spool, line, self.contact, self.objects, self._receipt, pace=pace
        )
        self.services: dict[str, ServiceRunner] = {}
        self._runners = [self._runner(each) for each in settings.connectors]
        self._receiver = self._inbox()
        self._keeper: DirectoryKeeper | None = None
        self._failed: dict[str, str] = {}
        self._stopping = asyncio.Event()

    def keep(self, kept: KeptDirectory) -> None:
        """Keep the hub's directory up to date too."""
        self._keeper = DirectoryKeeper(kept, self._line, self.contact)

    def stop(self) -> None:
        """Finish what is under way and end; what waits, waits on the disk."""
        self._stopping.set()

    async def run(self) -> None:
        """Work until stopped. A connector whose adapter cannot work stops alone, and is shown."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.submitter.run())
            for part in (self._receiver, self._keeper):
                if part is not None:
                    tasks.create_task(part.run())
            for runner in self._runners:
                tasks.create_task(self._guarded(runner))
            watching = tasks.create_task(self._watch())
            await self._stopping.wait()
            watching.cancel()
            for each in (*self._runners, self._receiver, self._keeper, self.submitter):
                if each is not None:
                    each.stop()
        await self._spool.run(lambda tx: note_heard(tx, self._heard()))

    async def _guarded(self, runner: Runner) -> None:
        try:
            await runner.run()
        except Fatal as error:
            # The others go on: one wrong password must not stop an agency.
            self._failed[runner.name] = str(error)

    async def _watch(self) -> None:
        """Carry out what an operator says, and write down how it goes."""
        turn = 0
        while True:
            stopped = await self._spool.run(paused)
            for runner in self._runners:
                runner.pause(paused=runner.name in stopped)
            for name in await self._spool.run(released):
                self._again(name)
            with suppress(SpoolFull):  # Said by those who need the room.
                await self._spool.run(lambda tx: note_heard(tx, self._heard()))
            if turn % TIDY_TURNS == 0:
                await self._spool.run(outbox.forget_old)
                await self.objects.tidy()
            turn += 1
            await asyncio.sleep(WATCH_SECONDS)

    def _again(self, name: str) -> None:
        self.submitter.wake()
        for runner in self._runners:
            if isinstance(runner, SinkRunner) and runner.name == name:
                runner.again()

    def _heard(self) -> Heard:
        words = {runner.name: runner.words for runner in self._runners if runner.words}
        if self._receiver is not None and self._receiver.words:
            words["inbox"] = self._receiver.words
        if self._keeper is not None and self._keeper.words:
            words["directory"] = self._keeper.words
        return Heard(
            at=self._spool.clock(),
            last_contact=self.contact.last,
            trouble=self.contact.trouble,
            warning=self.submitter.warning,
            bytes_per_second=self._meter.per_second(),
            bytes_total=self._meter.total,
            connectors={**words, **self._failed},
            directory=None if self._keeper is None else self._keeper.known(),
        )

    def _receipt(self, body: statements.Body) -> Outgoing:
        return compose(self._identity, _now(), RECEIPT, body, {})

    def _runner(self, connector: ConnectorSettings) -> Runner:
        adapter = self._find(connector.adapter)
        config = adapter_config(connector, adapter)
        ctx = Context(
            connector.name,
            resolvers=self._secrets,
            fetch=self.objects.fetch,
            store=self.objects.store,
            now=_now,
            networks=connector.networks,
        )
        if issubclass(adapter, Source):
            return self._source(connector, lambda: adapter(config), ctx)
        if issubclass(adapter, Service):
            return self._service(connector, lambda: adapter(config), ctx)
        return self._sink(connector, adapter(config), ctx)

    def _source(
        self, connector: ConnectorSettings, make: Callable[[], Source[Any]], ctx: Context
    ) -> Runner:
        return SourceRunner(
            connector.name,
            make,
            ctx,
            self._spool,
            self._signer,
            limits=connector.limits(),
            wake=self.submitter.wake,
        )

    def _service(
        self, connector: ConnectorSettings, make: Callable[[], Service[Any]], ctx: Context
    ) -> Runner:
        limits = connector.limits()
        desk = SpoolDesk(
            connector.name, self._spool, self._signer, limits=limits, wake=self.submitter.wake
        )
        runner = ServiceRunner(connector.name, make, ctx, desk, limits=limits)
        self.services[connector.name] = runner
        return runner

    def _sink(self, connector: ConnectorSettings, sink: Sink[Any], ctx: Context) -> Runner:
        async def gather(hashes: Sequence[str]) -> None:
            await self.objects.gather(hashes, self._line)

        return SinkRunner(
            connector.name,
            sink,
            ctx,
            self._spool,
            gather,
            limits=connector.limits(),
            stated=self.submitter.wake,
        )

    def _inbox(self) -> Receiver | None:
        """Return who fetches; None where nobody here takes anything: another program may."""
        takers = {
            connector.name: _taken(connector, self._find(connector.adapter))
            for connector in self._settings.connectors
            if not issubclass(self._find(connector.adapter), Source)
        }
        if not takers:
            return None

        def route(type_: str) -> str | None:
            return next((name for name, takes in takers.items() if takes(type_)), None)

        intake = Intake(
            trust=self._trust(),
            hub=self._identity.hub,
            system=self._identity.system,
            route=route,
            poll=self._settings.line.poll,
            limit=self._settings.line.page,
        )
        return Receiver(self._spool, self._line, self.contact, intake, self._arrived)

    def _arrived(self) -> None:
        self.submitter.wake()
        for runner in self._runners:
            if isinstance(runner, SinkRunner):
                runner.wake()


def _taken(connector: ConnectorSettings, adapter: type[AnyAdapter]) -> Callable[[str], bool]:
    """Return which types a connector takes: those that are configured, of those it can.

    Statements of the hub, such as withdrawals, only where the adapter names them: `*` means what
    agencies write.
    """
    chosen, spec = connector.types, adapter.spec

    def takes(type_: str) -> bool:
        able = type_ in spec.types if type_.startswith(STATEMENTS) else spec.takes(type_)
        return able and (not chosen or type_ in chosen)

    return takes


def _now() -> datetime:
    return datetime.now(UTC)
