"""A sink runner on memory: what it commits is kept, and can be read back after a "crash"."""

import asyncio
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from lgsp_adapter import Context
from lgsp_adapter.policy.backoff import Backoff
from lgsp_adapter.policy.breaker import BreakerRules

from hub.connectors.attempts import Attempts
from hub.connectors.budget import Budget
from hub.connectors.durable import Durable
from hub.connectors.holdings import Holdings
from hub.connectors.lanes import Lanes
from hub.connectors.pace import Pace
from hub.connectors.records import Records
from hub.connectors.references import References
from hub.connectors.shelf import Shelf
from hub.connectors.sink import SinkRunner
from hub.connectors.together import Together
from hub.decision.connectors import Connector, Limits
from hub.decision.events import Delivery
from hub.io.kafka import codec
from hub.io.kafka.connector_records import Kind, decode, parse_key, without_content
from hub.io.kafka.connector_store import Stored
from hub.io.kafka.router_records import inbox_output
from hub.io.kafka.topics import AUDIT, RETRY, inbox
from tests import support
from tests.connector_rig import KINDS, PEERS, Peer, Status

PARTITIONS = 4
WAIT = 20


class Memory:
    """Where steps become durable; `hold` lets them wait, as a slow broker does."""

    def __init__(self):
        self.steps = []
        self.hold = asyncio.Event()
        self.hold.set()
        self.dead = False
        self.asked, self.away = 0, None

    async def commit(self, step):
        await self.hold.wait()
        if self.dead:
            await asyncio.Event().wait()
        await asyncio.sleep(0)
        self.steps.append(step)
        return {
            output.key: len(self.steps)
            for output in step.outputs
            if output.topic == RETRY and output.value is not None
        }

    async def read(self, _partition, wanted):
        """Return contents of records as they stand now."""
        self.asked += len(wanted)
        if self.away is not None:
            raise self.away
        now: dict[bytes, bytes | None] = {}
        for step in self.steps:
            now |= {one.key: one.value for one in step.outputs if one.topic == RETRY}
        return {key: now[key] for key in wanted if now.get(key) is not None}

    @property
    def events(self):
        return [
            codec.decode_event(output.value)
            for step in self.steps
            for output in step.outputs
            if output.topic == AUDIT
        ]

    def names(self, id_):
        return [event.event.value for event in self.events if event.id == id_]

    def stored(self):
        """Return what a connector that starts now reads back."""
        found = Stored()
        for place, step in enumerate(self.steps):
            found.position = step.position
            for output in step.outputs:
                key = parse_key(output.key) if output.topic == RETRY else None
                if key is None or key.kind is not Kind.ENTRY:
                    continue
                if output.value is None:
                    found.entries.pop(key.name, None)
                    found.places.pop(key.name, None)
                else:
                    entry = decode(key.kind, output.value)
                    found.entries[key.name] = without_content(entry)
                    found.places[key.name] = place
        return found


class Feed:
    """Stands for the consumer: the test offers by hand."""

    def add(self, subscription):
        pass

    def remove(self, subscription):
        pass


class Bench:
    """One connector on memory, through as many lives as a test wants."""

    def __init__(self, adapter="idempotent", **options):
        self.memory, self.status, self.peer = Memory(), Status(), Peer()
        PEERS["bench"] = self.peer
        self.kind = KINDS[adapter]
        self.connector = Connector(
            name="bench",
            adapter=adapter,
            system="receiver",
            config={},
            **{"limits": Limits(per_second=10_000, timeout_seconds=2.0), **options},
        )
        self.clock = timedelta()
        self.lag = 0.0
        self.offset = 0
        self.account = Budget().open()
        self.pace = Pace(
            backoff=Backoff(first=0.005, longest=0.02, attempts=3),
            breaker=BreakerRules(threshold=1000, cool_down=0.02, longest=0.05),
            chance=lambda: 0.5,
        )

    def mono(self):
        return time.monotonic() - self.lag

    def now(self):
        return datetime.now(UTC) + self.clock

    def runner(self):
        spec, ctx = self.kind.spec, Context("bench", now=self.now)
        records = Records(
            connector="bench", adapter=spec.name, system="receiver", partitions=PARTITIONS
        )
        holdings = Holdings(
            records,
            spec,
            Durable(self.memory, self.memory),
            self.memory.stored(),
            now=self.now,
            shelf=Shelf(self.account, References(), self.mono),
        )
        attempts = Attempts(
            holdings=holdings,
            closed=Together(self.status.closed),
            idempotence=spec.idempotence,
            ctx=ctx,
            backoff=self.pace.backoff,
            seconds=self.connector.limits.timeout_seconds,
            now=self.now,
            chance=self.pace.chance,
        )
        limits = self.connector.limits
        config = spec.config(peer="bench")
        lanes = Lanes(lambda: self.kind(config), ctx, limits.timeout_seconds)
        self.last = SinkRunner(self.connector, holdings, lanes, attempts, Feed(), self.pace)
        return self.last

    @asynccontextmanager
    async def running(self, runner=None):
        runner = runner or self.runner()
        task = asyncio.create_task(runner.run())
        try:
            yield runner
        finally:
            runner.stop()
            await asyncio.wait_for(task, WAIT)

    def crash(self, task):
        """End a life as `kill -9` does: what is not committed is gone."""
        self.memory.dead = True
        task.cancel()

    def records(self, *ids, **attributes):
        """Return records of the inbox, with a transaction's mark behind them."""
        made = [self._record(id_, attributes) for id_ in ids]
        self.offset += 1
        return made

    def _record(self, id_, attributes):
        attributes = {"subject": f"khoa-{id_}", **attributes}
        message = support.signed(id=id_, **attributes)
        headers = codec.ingress_headers(support.stamp(message))
        told = Delivery(system="receiver", address=support.TO_RECEIVER, token="mau")
        output = inbox_output(inbox(told.system), message.body, told, headers, 1)
        self.offset += 1
        return SimpleNamespace(
            offset=self.offset - 1,
            timestamp=time.time() * 1000,
            headers=output.headers,
            value=output.value,
            key=output.key,
        )


async def until(holds):
    end = time.monotonic() + WAIT
    while not holds():
        assert time.monotonic() < end, "it did not come about"
        await asyncio.sleep(0.002)
