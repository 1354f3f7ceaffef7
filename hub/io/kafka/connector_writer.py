"""Commit what connectors have done: many connectors' outcomes in one transaction.

While one transaction is under way the next one gathers, so nobody waits for a clock and a busy
process needs few transactions. A transaction whose end is unknown is looked for by its mark, and
written again only if it is not there: no call at the other side is repeated for Kafka's sake.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import structlog
from aiokafka import TopicPartition
from msgspec.structs import replace

from hub.io.backoff import Backoff
from hub.io.kafka.connection import KafkaConnection
from hub.io.kafka.connector_records import Kind, Position, decode, parse_key, record
from hub.io.kafka.reading import consumer_for, ends_of, read_to
from hub.io.kafka.topics import RETRY, partition_of
from hub.io.kafka.transaction import Output, TransactionalWriter
from hub.ports import Fenced, Refusing, Unavailable

MAX_OUTPUTS: Final = 1_000
"""Most records of one transaction, unless one step alone has more."""

MAX_BYTES: Final = 4 * 1024 * 1024
"""Most bytes of one transaction, likewise: a request to the broker takes four times as many."""

_log = structlog.get_logger("connectors")


Placed: TypeAlias = Mapping[bytes, int]
"""Where records stand on `hub.retry`, by their keys. One that is not in it stands there too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What belongs together: an outcome, what it leaves waiting, and how far that brings us."""

    connector: str
    outputs: Sequence[Output]
    position: Position

    @property
    def size(self) -> int:
        """About how many bytes it has."""
        return sum(len(output.value or b"") + 500 for output in self.outputs)


@dataclass(slots=True)
class _Queued:
    step: Step
    done: asyncio.Future[Placed] = field(default_factory=asyncio.Future)


class OutcomeWriter:
    """The one writer of a connectors process. State: what is queued, and who was refused."""

    def __init__(self, connection: KafkaConnection, transactional_id: str, partitions: int) -> None:
        self._connection, self._partitions = connection, partitions
        self.owner = transactional_id
        self._writer = TransactionalWriter(connection, transactional_id, RETRY)
        self._queue: deque[_Queued] = deque()
        self._busy = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._refused: dict[str, Refusing] = {}
        self._over: Exception | None = None
        self._session, self._count = secrets.token_hex(6), 0
        self._ends: dict[int, int] = {}

    async def commit(self, step: Step) -> Placed:
        """Write a step, after those that were given before; return where its records stand.

        It is durable then.

        While Kafka is away this waits: nothing moves, and nothing that was done is forgotten. Who
        is cancelled meanwhile leaves the step behind; `flush` waits for it.

        Raises:
            Refusing: the broker refuses this connector's record for good; so are all later steps,
                which build on it, until `forgive`.
            Fenced: another process has taken over.
        """
        if self._over is not None:
            raise self._over
        if step.connector in self._refused:
            raise self._refused[step.connector]
        queued = _Queued(step)
        self._queue.append(queued)
        self._idle.clear()
        self._busy.set()
        return await asyncio.shield(queued.done)

    async def flush(self) -> None:
        """Return once nothing is queued."""
        await self._idle.wait()

    def forgive(self, connector: str) -> None:
        """Let a connector that starts anew, from what is durable, write again."""
        self._refused.pop(connector, None)

    async def run(self) -> None:
        """Write until cancelled.

        Raises:
            Fenced: another process has taken over.
        """
        try:
            await self._open()
            while True:
                await self._busy.wait()
                await self._write(self._gather())
                if not self._queue:
                    self._busy.clear()
                    self._idle.set()
        except Exception as error:
            self._end(error)
            raise
        finally:
            self._end(Unavailable("the connectors process has stopped writing"))
            await self._writer.discard()

    async def _open(self) -> None:
        backoff = Backoff()
        while True:
            try:
                await self._writer.open()
            except Unavailable as error:
                _log.warning("connectors_unavailable", cause=str(error))
                await backoff.wait(asyncio.Event())
            else:
                return

    def _gather(self) -> list[_Queued]:
        taken: list[_Queued] = []
        records = size = 0
        while self._queue:
            step = self._queue[0].step
            records, size = records + len(step.outputs) + 1, size + step.size
            if taken and (records > MAX_OUTPUTS or size > MAX_BYTES):
                break
            taken.append(self._queue.popleft())
        return taken

    async def _write(self, batch: list[_Queued]) -> None:
        try:
            batch = [queued for queued in batch if not self._is_refused(queued)]
            placed = await self._surely([queued.step for queued in batch]) if batch else {}
        except Refusing as error:
            await self._narrow(batch, error)
        except BaseException as error:
            ours = error if isinstance(error, Fenced) else Unavailable("stopped while writing")
            for queued in batch:
                _fail(queued, ours)
            raise
        for queued in batch:
            if not queued.done.done():
                queued.done.set_result(placed)

    def _is_refused(self, queued: _Queued) -> bool:
        """Fail a step that builds on a refused one of its connector: it must not be written."""
        refused = self._refused.get(queued.step.connector)
        if refused is not None:
            _fail(queued, refused)
        return refused is not None

    async def _narrow(self, batch: list[_Queued], error: Refusing) -> None:
        """Write one by one, so that the one that is refused stops nobody else."""
        await self._open()
        if len(batch) > 1:
            for queued in batch:
                await self._write([queued])
            return
        connector = batch[0].step.connector
        _log.error("connector_refused", connector=connector, cause=str(error))
        self._refused[connector] = error
        _fail(batch[0], error)

    async def _surely(self, steps: Sequence[Step]) -> Placed:
        """Write steps once, however often Kafka goes away meanwhile; return where they stand.

        Raises:
            Fenced, Refusing.
        """
        self._count += 1
        mark, backoff = f"{self._session}-{self._count}", Backoff()
        outputs = [output for step in steps for output in step.outputs]
        # Steps of one connector stand in their order: the last position covers those before.
        last = {step.connector: step for step in steps}
        outputs += [self._mark(step, mark) for step in last.values()]
        while True:
            try:
                # Invariants 1 and 2: outcome, what waits and position, together or not at all.
                written = await self._writer.write(outputs, {}, "")
            except Unavailable as error:
                _log.warning("connectors_unavailable", cause=str(error))
                await backoff.wait(asyncio.Event())
                if await self._was_written(steps[0].connector, mark):
                    return {}
            else:
                self._note_ends(written.ends)
                return written.placed

    def _mark(self, step: Step, mark: str) -> Output:
        position = replace(step.position, owner=self.owner, mark=mark)
        return record(
            step.connector,
            Kind.POSITION,
            "",
            position,
            partition_of(step.connector, self._partitions),
        )

    def _note_ends(self, ends: Mapping[TopicPartition, int]) -> None:
        self._ends.update({p.partition: end for p, end in ends.items() if p.topic == RETRY})

    async def _was_written(self, connector: str, mark: str) -> bool:
        """End the transaction one way or the other, then look which."""
        backoff = Backoff()
        while True:
            try:
                await self._writer.open()
                return await self._look_for(connector, mark)
            except Unavailable as error:
                _log.warning("connectors_unavailable", cause=str(error))
                await backoff.wait(asyncio.Event())

    async def _look_for(self, connector: str, mark: str) -> bool:
        place = TopicPartition(RETRY, partition_of(connector, self._partitions))
        ends = await ends_of(self._connection, [place])
        async with consumer_for(self._connection, "looking for a transaction") as consumer:
            consumer.assign([place])
            starts = await consumer.beginning_offsets([place])
            known = self._ends.get(place.partition, 0)
            consumer.seek(place, max(starts[place], min(known, ends[place])))
            async for found in read_to(consumer, ends):
                for raw in found.get(place, ()):
                    key = parse_key(raw.key)
                    if key is None or key.kind is not Kind.POSITION or raw.value is None:
                        continue
                    if decode(Kind.POSITION, raw.value).mark == mark:
                        return True
        return False

    def _end(self, error: Exception) -> None:
        self._over = self._over or error
        while self._queue:
            _fail(self._queue.popleft(), self._over)
        self._idle.set()


def _fail(queued: _Queued, error: Exception) -> None:
    if not queued.done.done():
        queued.done.set_exception(error)
        queued.done.exception()  # Whoever waited may be gone: it is no unheard failure.


__all__ = ["Fenced", "OutcomeWriter", "Placed", "Step"]
