"""Read `hub.audit` with Faust: a stream of batches, from positions that SQL keeps.

What Faust 0.15.3 does by itself is not enough for exact figures, so three things are done here
(the record of the decision has the measurements):

* its driver reads what was never committed: here it reads committed records only (invariant 2);
* it marks a record as done even where the agent raised, and commits positions apart from any
  result: here a stream begins where SQL says, and Faust's own committed offsets decide nothing;
* any fault ends the whole app, and the next one begins anew from the stored positions.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast

import faust
import structlog
from aiokafka.errors import KafkaError
from faust.transport.drivers import aiokafka as driver
from yarl import URL

from hub.decision.rows import AuditRecord
from hub.io.kafka.audit_reader import AuditBatch, audit_record
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.reading import close_consumer, open_consumer
from hub.io.kafka.topics import AUDIT
from hub.ports import Refusing, Unavailable

BATCH_RECORDS: Final = 2_000
"""Most records in one batch: one SQL transaction."""
COLLECT_SECONDS: Final = 0.2
"""How long records are collected when few come."""
SESSION_SECONDS: Final = 20.0
"""After so long a silence another process takes over; one that is started again under the same
member name takes over at once."""
LOOK_SECONDS: Final = 0.5
"""Between two looks whether Faust still runs."""
STOP_SECONDS: Final = 15.0
"""How long Faust may take to stop; what it had not finished is read again."""

Handle = Callable[[AuditBatch], Awaitable[bool]]
"""Add a batch; False: the positions have moved, begin anew."""
Positions = Callable[[], Awaitable[Mapping[int, int]]]

_log = structlog.get_logger("views")


class _Thread(driver.AIOKafkaConsumerThread):
    """Faust's consumer, in a thread of its own."""

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        # Invariant 2: read_committed. Faust offers it only with transactions of its own; aiokafka
        # looks at this when the consumer starts.
        consumer._isolation_level = "read_committed"  # noqa: SLF001  (there is no public way)
        return consumer

    async def seek_to(self, positions: Mapping[int, int]) -> Mapping[Any, int]:
        return await self.call_thread(self._seek_to, positions)  # type: ignore[no-any-return]

    async def _seek_to(self, positions: Mapping[int, int]) -> Mapping[Any, int]:
        consumer = self._ensure_consumer()
        places = list(consumer.assignment())
        begins = await consumer.beginning_offsets(places)
        ends = await consumer.end_offsets(places)
        found = {}
        for place in places:
            position = positions[place.partition]
            if position > ends[place]:
                raise Refusing(
                    f"{place.topic}, partition {place.partition}, ends before what was added up "
                    "of it: is it a new topic? Run `hub rebuild views`"
                )
            found[place] = max(position, begins[place])
            consumer.seek(place, found[place])
        return found

    async def unread(self) -> int | None:
        return await self.call_thread(self._unread)  # type: ignore[no-any-return]

    async def _unread(self) -> int | None:
        consumer, count = self._ensure_consumer(), 0
        places = consumer.assignment()
        for place in places:
            end = consumer.last_stable_offset(place)
            if end is None:
                return None  # Not asked for yet.
            count += max(0, end - await consumer.position(place))
        return count if places else None


class _Consumer(driver.Consumer):
    _thread: _Thread

    def _new_consumer_thread(self) -> _Thread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)

    def _to_message(self, tp: Any, record: Any) -> Any:
        cast(Any, self.app).reading.fetched += 1
        return super()._to_message(tp, record)

    async def seek_to_committed(self) -> Mapping[Any, int]:
        """Begin at the positions in SQL, at every assignment."""
        reading: _Reading = cast(Any, self.app).reading
        try:
            return await self._thread.seek_to(await reading.begin())
        except (Refusing, Unavailable, KafkaError, OSError) as error:
            reading.fail(error)
            return {}


class _Transport(driver.Transport):
    Consumer = _Consumer


class _Reading:
    """One life of a Faust app: from the stored positions until the first fault."""

    def __init__(self, positions: Positions, handle: Handle) -> None:
        self._positions, self._handle = positions, handle
        self._next: dict[int, int] = {}
        self.ended: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        """True: begin anew. An error: back off first."""
        self.fetched = self.handled = 0

    async def begin(self) -> Mapping[int, int]:
        self._next = dict(await self._positions())
        return self._next

    def fail(self, error: Exception) -> None:
        if not self.ended.done():
            self.ended.set_exception(error)

    async def take(self, events: Sequence[Any]) -> None:
        """Add a batch. Returns only where it was added: Faust marks the rest as done, too."""
        batch = self._batch([event.message for event in events])
        try:
            if not batch.records or await self._handle(batch):
                self.handled += len(events)
                return
            if not self.ended.done():
                self.ended.set_result(True)
        except Exception as error:  # noqa: BLE001  (told to whoever runs the stream)
            self.fail(error)
        await asyncio.Event().wait()  # Until the app is stopped: nothing after a fault is added.

    def _batch(self, messages: Sequence[Any]) -> AuditBatch:
        records: list[AuditRecord] = []
        start: dict[int, int] = {}
        for message in messages:
            # What Faust gives again after a rebalance was added already.
            if message.offset < self._next[message.partition]:
                continue
            start.setdefault(message.partition, self._next[message.partition])
            self._next[message.partition] = message.offset + 1
            records.append(
                audit_record(
                    message.partition, message.offset, message.timestamp * 1_000, message.value
                )
            )
        end = {partition: self._next[partition] for partition in start}
        return AuditBatch(records=tuple(records), start=start, end=end)


class FaustAudit:
    """All partitions of the audit topic that this member of the group is given."""

    def __init__(
        self,
        connection: KafkaConnection,
        *,
        group: str,
        member: str,
        folder: Path,
        topic: str = AUDIT,
        batch_records: int = BATCH_RECORDS,
    ) -> None:
        """Describe the stream.

        Args:
            connection: how to reach Kafka.
            group: the consumer group; also the name of the Faust app.
            member: name of this process in the group: the same again after a restart.
            folder: where Faust makes its own folder; nothing of ours stands in it.
            topic: another one in tests.
            batch_records: most records in one batch.
        """
        self._connection, self._topic, self._most = connection, topic, batch_records
        self._group, self._member, self._folder = group, member, folder
        self._app: Any = None

    async def run(
        self, positions: Positions, handle: Handle, stop: asyncio.Event, running: asyncio.Event
    ) -> None:
        """Give batches to `handle` until `stop` is set or the positions have moved.

        `running` is set once the app has started.

        Raises:
            Refusing: the topic is not the one that was added up.
            Unavailable: Kafka or what `handle` needs does not answer; run it again.
        """
        reading = _Reading(positions, handle)
        app = self._app = self._make(reading)
        try:
            if await self._started(app, stop):
                running.set()
                await self._until_end(app, reading, stop)
        finally:
            self._app = None
            await _stop(app)

    async def unread(self) -> int | None:
        """Return how many committed records were not added yet; None: it is not read, so unknown.

        Not 0: who asks would take views that stand still for whole ones.
        """
        app = self._app
        if app is None or not app.started:
            return None
        known = await app.consumer._thread.unread()  # noqa: SLF001  (no public way)
        return None if known is None else app.reading.fetched - app.reading.handled + int(known)

    def _make(self, reading: _Reading) -> Any:
        options = _credentials(self._connection)
        app: Any = faust.App(
            self._group,
            broker=[URL(f"aiokafka://{host}") for host in self._connection.bootstrap.split(",")],
            datadir=str(self._folder),  # Else it makes one wherever the process was started.
            autodiscover=False,
            web_enabled=False,
            topic_allow_declare=False,
            topic_disable_leader=True,
            consumer_auto_offset_reset="earliest",
            consumer_group_instance_id=self._member,
            broker_session_timeout=SESSION_SECONDS,
            broker_max_poll_records=self._most,
            stream_buffer_maxsize=2 * self._most,
            # Else a stop waits for a batch that a fault has left unacknowledged, for ever.
            stream_wait_empty=False,
            **options,
        )
        app.reading = reading
        app.transport = _Transport(app.conf.broker_consumer, app)
        topic = app.topic(self._topic, key_serializer="raw", value_serializer="raw")

        async def add(stream: Any) -> None:
            async for events in stream.take_events(self._most, within=COLLECT_SECONDS):
                await reading.take(events)

        app.agent(topic, name="hub.views")(add)
        app.finalize()
        return app

    async def _start(self, app: Any) -> None:
        # Faust leaves its thread's loop open where its start fails: it is started only while the
        # broker answers, or a night without one would end with no file left to open.
        await close_consumer(await open_consumer(self._connection))
        await app.start()

    async def _started(self, app: Any, stop: asyncio.Event) -> bool:
        """Start Faust; False: told to stop meanwhile, as while the broker is away."""
        starting = asyncio.ensure_future(self._start(app))
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not starting.done():
            starting.cancel()
            await asyncio.wait({starting})
            return False
        try:
            starting.result()
        except (KafkaError, OSError, TimeoutError) as error:
            raise Unavailable(f"Kafka did not answer: {type(error).__name__}") from error
        return True

    @staticmethod
    async def _until_end(app: Any, reading: _Reading, stop: asyncio.Event) -> None:
        stopping = asyncio.create_task(stop.wait())
        try:
            while not app.should_stop:
                waited: set[asyncio.Future[Any]] = {stopping, reading.ended}
                done, _ = await asyncio.wait(
                    waited, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                if reading.ended in done:
                    reading.ended.result()
                    return
                if done:
                    return
            raise Unavailable("Faust has ended: Kafka is away, or its thread failed")
        finally:
            stopping.cancel()


def _credentials(connection: KafkaConnection) -> dict[str, Any]:
    """Return the connection's security as Faust has it."""
    options = connection.options()
    context = options.get("ssl_context")
    if context is None:
        return {}
    if connection.username is None:
        return {"broker_credentials": faust.SSLCredentials(context)}
    return {
        "broker_credentials": faust.SASLCredentials(
            username=connection.username,
            password=connection.password,
            ssl_context=context,
            mechanism="SCRAM-SHA-512",
        )
    }


async def _stop(app: Any) -> None:
    stopping = asyncio.ensure_future(app.stop())
    # Not `wait_for`: it waits for what it has cancelled, and Faust keeps on.
    done, _ = await asyncio.wait({stopping}, timeout=STOP_SECONDS)
    if not done:
        stopping.cancel()
    elif not stopping.cancelled():
        stopping.exception()  # Asked for, so that the event loop does not report it as forgotten.
