"""The load generator: each function is one phase, run in a process of its own.

It keeps the time, so what it does between two requests is little; messages are signed before.
"""

import asyncio
import gc
import os
import signal
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
import uvloop

from bench.http_client import Connection, Desk, Target, TargetFailed, ids_in, next_in
from bench.http_stock import Signed
from bench.http_wire import Reply, batch
from bench.procfs import cpu_seconds

CONNECTIONS: Final = 64
BATCH_CONNECTIONS: Final = 8
BATCH: Final = 50
"""Messages in a batch: the most that the hub takes."""

POLL_SECONDS: Final = 30
"""How long a long poll waits for a message."""

ACCEPTED: Final = 202
MULTI_STATUS: Final = 207
OK: Final = 200
_WORDY: Final = b'"status":202'
_RECEIVE_SECONDS: Final = 60.0
"""How long after the last message all must have been received."""

_BUSY_SECONDS: Final = 0.05
"""Pause of a client that was turned away."""

_SETTLE_SECONDS: Final = 3.0


@dataclass(slots=True, kw_only=True)
class Sent:
    """What became of a phase's messages."""

    accepted: list[bytes] = field(default_factory=list)
    """Ids that were answered 202."""
    turned_away: int = 0
    """Messages answered otherwise, by 429 or 503; they are not sent again."""
    seconds: float = 0.0
    answered: list[float] = field(default_factory=list)
    """Seconds from a request to its answer."""
    received: list[float] = field(default_factory=list)
    """Seconds from when a message was due until its recipient had it."""

    @property
    def per_s(self) -> float:
        """Return the accepted messages in a second."""
        return len(self.accepted) / self.seconds

    def count(self, message: Signed, reply: Reply) -> None:
        """Count the answer to one message."""
        if reply.status == ACCEPTED:
            self.accepted.append(message.id)
        else:
            self._refused(reply.status, reply.body)

    def count_batch(self, messages: list[Signed], reply: Reply) -> None:
        """Count the answer to a batch."""
        if reply.status == MULTI_STATUS and reply.body.count(_WORDY) == len(messages):
            self.accepted += [message.id for message in messages]
            return
        if reply.status != MULTI_STATUS:
            self._refused(reply.status, reply.body, len(messages))
            return
        for message, one in zip(messages, orjson.loads(reply.body), strict=True):
            self.count(message, Reply(one["status"], orjson.dumps(one)))

    def _refused(self, status: int, body: bytes, count: int = 1) -> None:
        if status not in {429, 503}:
            raise TargetFailed(f"the hub refuses: {status} {body[:300]!r}")
        self.turned_away += count


def sustained(target: Target, seconds: float, most: int) -> Sent:
    """Send one by one on all connections, each as soon as the last was answered."""
    return uvloop.run(_sustained(Desk.open(target), seconds, most))


def batches(target: Target, seconds: float, most: int) -> Sent:
    """Send batches on few connections, each as soon as the last was answered."""
    return uvloop.run(_batches(Desk.open(target), seconds, most))


def paced(
    target: Target,
    rate: float,
    seconds: float,
    *,
    stream: bool,
    kill: tuple[int, float] | None = None,
) -> Sent:
    """Send at a fixed rate while all systems receive, by event stream or by long poll.

    `kill`: a process that gets SIGKILL, and after how many seconds.
    """
    receive = _stream if stream else _pull
    return uvloop.run(_paced(Desk.open(target), rate, seconds, receive, kill))


def idle_polls(target: Target, polls: int, seconds: float, pid: int) -> float:
    """Hold long polls on which nothing comes; return the CPU share of process `pid`, 0 to 1."""
    return uvloop.run(_idle_polls(Desk.open(target), polls, seconds, pid))


async def _sustained(desk: Desk, seconds: float, most: int) -> Sent:
    messages = iter(desk.stock.sign(most))
    sent = Sent()

    async def step(connection: Connection) -> bool:
        message = next(messages, None)
        if message is None:
            return False
        body = desk.stock.body
        request = desk.submission(message.sender, desk.stock.headers(message), body)
        sent.count(message, await connection.ask(request))
        return True

    await _closed_loop(desk, sent, CONNECTIONS, seconds, step)
    return sent


async def _batches(desk: Desk, seconds: float, most: int) -> Sent:
    stock = desk.stock
    waiting = iter(list(stock.batches(most // BATCH, BATCH)))
    sent = Sent()

    async def step(connection: Connection) -> bool:
        messages = next(waiting, None)
        if messages is None:
            return False
        headers, body = batch(map(stock.headers, messages), stock.body)
        request = desk.submission(messages[0].sender, headers, body)
        sent.count_batch(messages, await connection.ask(request))
        return True

    await _closed_loop(desk, sent, BATCH_CONNECTIONS, seconds, step)
    return sent


async def _closed_loop(
    desk: Desk,
    sent: Sent,
    connections: int,
    seconds: float,
    step: Callable[[Connection], Awaitable[bool]],
) -> None:
    opened = [await Connection.open(desk.target) for _ in range(connections)]
    _quiet()
    begun = time.monotonic()

    async def client(connection: Connection) -> None:
        while (at := time.monotonic()) < begun + seconds:
            before = sent.turned_away
            if not await step(connection):
                return
            sent.answered.append(time.monotonic() - at)
            if sent.turned_away > before:
                await asyncio.sleep(_BUSY_SECONDS)

    await asyncio.gather(*map(client, opened))
    sent.seconds = time.monotonic() - begun
    for connection in opened:
        connection.close()


async def _paced(
    desk: Desk,
    rate: float,
    seconds: float,
    receive: Callable[[Desk, int, str, dict[bytes, float]], Coroutine[Any, Any, None]],
    kill: tuple[int, float] | None,
) -> Sent:
    messages = desk.stock.sign(int(rate * seconds))
    sent, seen = Sent(), dict[bytes, float]()
    async with asyncio.TaskGroup() as tasks:
        receivers = [
            tasks.create_task(receive(desk, system, after, seen))
            for system, after in enumerate(await desk.cursors())
        ]
        await asyncio.sleep(_SETTLE_SECONDS)
        _quiet()
        if kill is not None:
            asyncio.get_running_loop().call_later(kill[1], os.kill, kill[0], signal.SIGKILL)
        due = await _send_paced(desk, messages, rate, sent)
        await _await_all(sent.accepted, seen)
        for task in receivers:
            task.cancel()
    sent.received = [seen[id_] - due[id_] for id_ in sent.accepted]
    return sent


async def _send_paced(
    desk: Desk, messages: list[Signed], rate: float, sent: Sent
) -> dict[bytes, float]:
    """Send each message when it is due; return when that was. Times run from then."""
    idle: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        idle.put_nowait(await Connection.open(desk.target))

    async def send(connection: Connection, message: Signed, at: float) -> None:
        headers = desk.stock.headers(message)
        request = desk.submission(message.sender, headers, desk.stock.body)
        sent.count(message, await connection.ask(request))
        sent.answered.append(time.monotonic() - at)
        idle.put_nowait(connection)

    due: dict[bytes, float] = {}
    begun = time.monotonic()
    async with asyncio.TaskGroup() as tasks:
        for number, message in enumerate(messages):
            due[message.id] = at = begun + number / rate
            if (early := at - time.monotonic()) > 0:
                await asyncio.sleep(early)
            tasks.create_task(send(await idle.get(), message, at))
    sent.seconds = time.monotonic() - begun
    while not idle.empty():
        idle.get_nowait().close()
    return due


async def _pull(desk: Desk, system: int, after: str, seen: dict[bytes, float]) -> None:
    connection = await Connection.open(desk.target)
    try:
        while True:
            reply = await connection.ask(desk.poll(system, after, POLL_SECONDS))
            _note(reply, seen)
            after = next_in(reply.body)
    finally:
        connection.close()


async def _stream(desk: Desk, system: int, after: str, seen: dict[bytes, float]) -> None:
    connection = await Connection.open(desk.target, lambda reply: _note(reply, seen))
    try:
        connection.send(desk.stream(system, after))
        await asyncio.Event().wait()
    finally:
        connection.close()


def _note(reply: Reply, seen: dict[bytes, float]) -> None:
    now = time.monotonic()
    if reply.status != OK:
        raise TargetFailed(f"an inbox answers {reply.status}: {reply.body[:300]!r}")
    for id_ in ids_in(reply.body):
        seen.setdefault(id_, now)


async def _await_all(ids: list[bytes], seen: dict[bytes, float]) -> None:
    end = time.monotonic() + _RECEIVE_SECONDS
    while missing := sum(id_ not in seen for id_ in ids):
        if time.monotonic() > end:
            raise TargetFailed(f"{missing} of {len(ids)} messages were not received")
        await asyncio.sleep(0.1)


async def _idle_polls(desk: Desk, polls: int, seconds: float, pid: int) -> float:
    cursors = await desk.cursors()
    tasks = [asyncio.create_task(_poll(desk, number, cursors)) for number in range(polls)]
    try:
        await asyncio.sleep(_SETTLE_SECONDS)
        begun, used = time.monotonic(), cpu_seconds(pid)
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if any(task.done() for task in tasks):
            raise TargetFailed("a long poll has ended")
        return (cpu_seconds(pid) - used) / (time.monotonic() - begun)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _poll(desk: Desk, number: int, cursors: list[str]) -> None:
    system = number % len(cursors)
    connection = await Connection.open(desk.target)
    try:
        # The first wait differs, so that they come back evenly and not all at once.
        for wait in _waits(1 + number % POLL_SECONDS):
            reply = await connection.ask(desk.poll(system, cursors[system], wait))
            if reply.status != OK:
                raise TargetFailed(f"a long poll is answered {reply.status}")
    finally:
        connection.close()


def _waits(first: int) -> Iterator[int]:
    yield first
    while True:
        yield POLL_SECONDS


def _quiet() -> None:
    """Keep the collector away from hundred thousands of messages that live to the end."""
    gc.collect()
    gc.freeze()
