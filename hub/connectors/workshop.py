"""Build the worker of a connector: its adapter, what is stored of it, and what it is lent."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lgsp_adapter import Check, Context, Kind, Spec, Text
from lgsp_adapter.calls import check

from hub.connectors.adapters import Adapters, NotUsable
from hub.connectors.attempts import Attempts, Named
from hub.connectors.budget import Account, Budget
from hub.connectors.desk import HubDesk
from hub.connectors.durable import Durable
from hub.connectors.holdings import Holdings
from hub.connectors.inbound import Counter
from hub.connectors.intake import Intake
from hub.connectors.keeper import Worker
from hub.connectors.lanes import Lanes
from hub.connectors.logs import Logs
from hub.connectors.pace import Pace
from hub.connectors.records import Records
from hub.connectors.references import References
from hub.connectors.remote import COMMAND, Remote
from hub.connectors.remote_adapters import REMOTE
from hub.connectors.service import ServiceRunner
from hub.connectors.service_check import check_service
from hub.connectors.shelf import Shelf
from hub.connectors.signing import Keys, Signer
from hub.connectors.sink import SinkRunner
from hub.connectors.source import SourceRunner
from hub.connectors.status import Report
from hub.connectors.takers import Takers
from hub.connectors.together import Together
from hub.connectors.traces import AttemptTraces
from hub.decision.connectors import Connector, Isolation
from hub.decision.rules import Rules
from hub.io.kafka.connector_contents import Contents
from hub.io.kafka.connector_feed import Feed
from hub.io.kafka.connector_records import Action, Command
from hub.io.kafka.connector_store import Stored
from hub.io.kafka.connector_writer import OutcomeWriter
from hub.io.tracing import Tracing
from hub.ports import ObjectAccess


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """An adapter that can be used, here or in a process of its own."""

    spec: Spec
    make: Callable[[], Any]


class Housed:
    """A worker with what ends when it ends: the adapter's process, its claim on types."""

    def __init__(
        self, worker: Worker, logs: Logs, remote: Remote | None, leave: Callable[[], None]
    ) -> None:
        self._worker, self._logs, self._remote, self._leave = worker, logs, remote, leave
        self.stop, self.pause = worker.stop, worker.pause
        self.words, self.told = worker.words, worker.told

    def command(self, command: Command) -> None:
        """Take an operator's word: about the log, or for the worker, who settles each."""
        if command.action is Action.LOG_LEVEL:
            self._logs.set(command.argument)
        self._worker.command(command)

    async def run(self) -> None:
        """Work until stopped, then end the process."""
        try:
            await self._worker.run()
        finally:
            self._leave()
            self._logs.close()
            if self._remote is not None:
                await self._remote.close()


@dataclass(frozen=True, slots=True)
class _Lent:
    """What a connector is lent, the references that its deliveries put into it, its memory."""

    ctx: Context
    references: References
    account: Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """What all connectors of a process share."""

    adapters: Adapters
    writer: OutcomeWriter
    stored: Together[str, Mapping[str, Stored]]
    contents: Contents
    closed: Together[Named, AbstractSet[Named]]
    takers: Takers
    feed: Feed
    context: Callable[[Connector, References], Context]
    """What a connector is lent; the objects that its deliveries refer to are among it."""
    rules: Callable[[], Rules]
    objects: ObjectAccess
    keys: Keys
    counter: Counter
    partitions: int
    now: Callable[[], datetime]
    pace: Callable[[Connector], Pace] = field(default=Pace.of)
    command: Sequence[str] = COMMAND
    """Starts the process of an adapter that has one of its own."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """What such a process finds in its environment."""
    tracing: Tracing | None = None
    """None: no spans are made."""
    budget: Budget = field(default_factory=Budget)
    """The memory that all of them may fill."""

    async def build(self, connector: Connector) -> Worker:
        """Return a worker that goes on where the last one of this connector ended.

        Raises:
            NotUsable: the adapter cannot be used.
            Unavailable: Kafka does not answer.
        """
        remote, references = None, References()
        lent = _Lent(self.context(connector, references), references, self.budget.open())

        def leave() -> None:
            self.takers.leave(connector)
            lent.account.close()

        if connector.isolation is Isolation.PROCESS:
            remote = Remote(connector, lent.ctx, self.command, self.environment)
        try:
            use = await self._use(connector, remote)
            worker, given = await self._at_work(connector, use, lent)
        except BaseException:
            leave()
            if remote is not None:
                await remote.close()
            raise
        housed = Housed(worker, Logs(lent.ctx, remote, self.now), remote, leave)
        for command in given:
            housed.command(command)
        return housed

    async def check(self, connector: Connector, ctx: Context, report: Report | None) -> Check:
        """Have the adapter look at the other side, beside the one at work. Always words.

        `report`: how the connector is. Of a service the one at work is asked.
        """
        if self.counter.find(connector.name) is not None:
            return await check_service(connector.name, self.counter, report)
        remote = None
        if connector.isolation is Isolation.PROCESS:
            remote = Remote(connector, ctx, self.command, self.environment)
        try:
            use = await self._use(connector, remote)
            if use.spec.kind is Kind.SERVICE:
                return await check_service(connector.name, self.counter, report)
            return await check(use.make(), ctx, connector.limits.timeout_seconds)
        except NotUsable as error:
            return Check(ok=False, vi=error.words.vi, en=error.words.en)
        finally:
            if remote is not None:
                await remote.close()

    async def _use(self, connector: Connector, remote: Remote | None) -> Use:
        if remote is None:
            loaded = self.adapters.load(connector)
            return Use(spec=loaded.spec, make=loaded.make)
        spec = await remote.spec()
        return Use(spec=spec, make=lambda: REMOTE[spec.kind](remote))

    async def _at_work(
        self, connector: Connector, use: Use, lent: _Lent
    ) -> tuple[Worker, Collection[Command]]:
        """Return the worker, and what operators have told it meanwhile."""
        if use.spec.kind is not Kind.SOURCE:
            self.takers.come(connector, use.spec.types)
        # What an earlier worker has given to write must stand there before it is read back.
        await self.writer.flush()
        self.writer.forgive(connector.name)
        stored = (await self.stored.of([connector.name]))[connector.name]
        _insist_on_the_same(connector, use, stored)
        return self._worker(connector, use, stored, lent), stored.commands.values()

    def _worker(self, connector: Connector, use: Use, stored: Stored, lent: _Lent) -> Worker:
        if use.spec.kind is Kind.SOURCE:
            return self._source(connector, use, stored, lent.ctx)
        holdings = self._holdings(connector, use.spec, stored, lent)
        if use.spec.kind is Kind.SINK:
            return self._sink(connector, use, holdings, lent.ctx)
        return self._service(connector, use, holdings, lent.ctx)

    def _service(
        self, connector: Connector, use: Use, holdings: Holdings, ctx: Context
    ) -> ServiceRunner:
        desk = HubDesk(holdings, self._intake(connector, use.spec, ctx), self.closed)
        return ServiceRunner(
            connector,
            use.make,
            ctx,
            holdings,
            desk,
            feed=self.feed,
            counter=self.counter,
            pace=self.pace(connector),
        )

    def _intake(self, connector: Connector, spec: Spec, ctx: Context) -> Intake:
        signer = Signer(connector.system, self.keys, self.rules)
        records = self._records(connector, spec)
        return Intake(
            records, signer, self.rules, self.objects, ctx.mask, self.now, tracing=self.tracing
        )

    def _source(self, connector: Connector, use: Use, stored: Stored, ctx: Context) -> SourceRunner:
        records = self._records(connector, use.spec)
        intake = self._intake(connector, use.spec, ctx)
        pace = self.pace(connector)
        return SourceRunner(
            connector,
            use.make,
            ctx,
            records,
            intake,
            durable=Durable(self.writer, self.contents),
            stored=stored,
            pace=pace,
        )

    def _sink(self, connector: Connector, use: Use, holdings: Holdings, ctx: Context) -> SinkRunner:
        limits, pace = connector.limits, self.pace(connector)
        assert use.spec.idempotence is not None  # noqa: S101  (`Spec` insists on it)
        traces = None
        if self.tracing is not None:
            traces = AttemptTraces(tracing=self.tracing, connector=connector.name)
        attempts = Attempts(
            holdings=holdings,
            closed=self.closed,
            idempotence=use.spec.idempotence,
            ctx=ctx,
            backoff=pace.backoff,
            seconds=limits.timeout_seconds,
            now=self.now,
            chance=pace.chance,
            traces=traces,
        )
        lanes = Lanes(use.make, ctx, limits.timeout_seconds)
        return SinkRunner(connector, holdings, lanes, attempts, self.feed, pace)

    def _holdings(self, connector: Connector, spec: Spec, stored: Stored, lent: _Lent) -> Holdings:
        return Holdings(
            self._records(connector, spec),
            spec,
            Durable(self.writer, self.contents),
            stored,
            now=self.now,
            shelf=Shelf(lent.account, lent.references, time.monotonic),
            in_line=spec.kind is Kind.SINK,
        )

    def _records(self, connector: Connector, spec: Spec) -> Records:
        return Records(
            connector=connector.name,
            adapter=spec.name,
            system=connector.system,
            partitions=self.partitions,
        )


def _insist_on_the_same(connector: Connector, use: Use, stored: Stored) -> None:
    """Refuse a position of something else: reading on from it would pass over messages."""
    position = stored.position
    if position is None:
        return
    moved = position.system != connector.system
    other = use.spec.kind is Kind.SOURCE and position.adapter != use.spec.name
    if moved or other:
        raise NotUsable(
            Text(
                vi=f"Bộ kết nối này đã chạy cho {position.system} với {position.adapter}. "
                "Hãy tạo bộ kết nối mới với tên khác.",
                en=f"This connector has worked for {position.system} with {position.adapter}. "
                "Make a new one under another name.",
            )
        )
