"""Build the worker of a connector: its adapter, what is stored of it, and what it is lent."""

import time
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime

from lgsp_adapter import Context, Kind, Spec, Text

from hub.connectors.adapters import Adapters, Loaded, NotUsable
from hub.connectors.attempts import Attempts, Names
from hub.connectors.holdings import Holdings
from hub.connectors.intake import Intake
from hub.connectors.keeper import Worker
from hub.connectors.lanes import Lanes
from hub.connectors.records import Records
from hub.connectors.signing import Keys, Signer
from hub.connectors.sink import Pace, SinkRunner
from hub.connectors.source import SourceRunner
from hub.connectors.together import Together
from hub.decision.connectors import Connector
from hub.decision.rules import Rules
from hub.io.kafka.connector_feed import Feed
from hub.io.kafka.connector_store import Stored
from hub.io.kafka.connector_writer import OutcomeWriter
from hub.ports import ObjectAccess


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """What all connectors of a process share."""

    adapters: Adapters
    writer: OutcomeWriter
    stored: Together[str, Mapping[str, Stored]]
    withdrawn: Together[Names, AbstractSet[Names]]
    feed: Feed
    context: Callable[[Connector], Context]
    rules: Callable[[], Rules]
    objects: ObjectAccess
    keys: Keys
    partitions: int
    now: Callable[[], datetime]
    pace: Callable[[Connector], Pace] = field(default=Pace.of)

    async def build(self, connector: Connector) -> Worker:
        """Return a worker that goes on where the last one of this connector ended.

        Raises:
            NotUsable: the adapter cannot be used.
            Unavailable: Kafka does not answer.
        """
        loaded = self.adapters.load(connector)
        # What an earlier worker has given to write must stand there before it is read back.
        await self.writer.flush()
        self.writer.forgive(connector.name)
        stored = (await self.stored.of([connector.name]))[connector.name]
        worker = self._worker(connector, loaded, stored)
        for command in stored.commands.values():
            worker.command(command)
        return worker

    def _worker(self, connector: Connector, loaded: Loaded, stored: Stored) -> Worker:
        if loaded.spec.kind is Kind.SINK:
            return self._sink(connector, loaded, stored)
        if loaded.spec.kind is Kind.SOURCE:
            return self._source(connector, loaded, stored)
        raise NotUsable(Text(vi="Loại adapter chưa chạy được", en="This kind does not run yet"))

    def _source(self, connector: Connector, loaded: Loaded, stored: Stored) -> SourceRunner:
        ctx, records = self.context(connector), self._records(connector, loaded.spec)
        signer = Signer(connector.system, self.keys, self.rules)
        intake = Intake(records, signer, self.rules, self.objects, ctx.mask, self.now)
        pace = self.pace(connector)
        return SourceRunner(
            connector,
            loaded.make,
            ctx,
            records,
            intake,
            writes=self.writer,
            stored=stored,
            pace=pace,
        )

    def _sink(self, connector: Connector, loaded: Loaded, stored: Stored) -> SinkRunner:
        ctx, limits, pace = self.context(connector), connector.limits, self.pace(connector)
        holdings = self._holdings(connector, loaded.spec, stored)
        assert loaded.spec.idempotence is not None  # noqa: S101  (`Spec` insists on it)
        attempts = Attempts(
            holdings=holdings,
            withdrawn=self.withdrawn,
            idempotence=loaded.spec.idempotence,
            ctx=ctx,
            backoff=pace.backoff,
            seconds=limits.timeout_seconds,
            now=self.now,
            chance=pace.chance,
        )
        lanes = Lanes(loaded.make, ctx, limits.timeout_seconds, max(1, limits.concurrency))
        return SinkRunner(connector, holdings, lanes, attempts, self.feed, pace)

    def _holdings(self, connector: Connector, spec: Spec, stored: Stored) -> Holdings:
        records = self._records(connector, spec)
        return Holdings(records, spec, self.writer, stored, now=self.now, mono=time.monotonic)

    def _records(self, connector: Connector, spec: Spec) -> Records:
        return Records(
            connector=connector.name,
            adapter=spec.name,
            system=connector.system,
            partitions=self.partitions,
        )
