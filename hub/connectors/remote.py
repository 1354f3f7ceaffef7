"""An adapter in a process of its own, as the runtime sees it: a crash or a leak harms no other."""

import asyncio
import os
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any, Final

import structlog
from lgsp_adapter import (
    Config,
    Context,
    Fatal,
    Idempotence,
    Kind,
    Retryable,
    Spec,
    Text,
)

from hub.connectors.adapters import NotUsable
from hub.connectors.remote_lending import Lent
from hub.connectors.wire import Gone, Wire
from hub.connectors.wire_values import Hello, Start
from hub.decision.connectors import Connector
from hub.io.waiting import wait_for

COMMAND: Final = (sys.executable, "-P", "-m", "hub.connectors.child")

HELLO_SECONDS: Final = 60.0
"""Longest start: a cold disk, and an adapter with large libraries."""

LOOK_SECONDS: Final = 0.25
"""Between two looks at the process's memory."""

EXIT_SECONDS: Final = 2.0
"""For a process that has let go of the wire: it may be telling why it ends. Then it is ended."""

MAX_DEATHS: Final = 5
DEATHS_SECONDS: Final = 600.0
"""More deaths in so long a time are a fault that no restart mends: the connector fails."""

FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 30.0

_STDERR: Final = 2
"""What an adapter prints stands in the log of the process."""

_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_log = structlog.get_logger("connectors")


class Remote:
    """The process of one connector: started when it is needed, again when it has died."""

    def __init__(
        self,
        connector: Connector,
        ctx: Context,
        command: Sequence[str] = COMMAND,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._connector, self._command = connector, command
        self._environment = dict(environment or {})
        self._process: asyncio.subprocess.Process | None = None
        self._wire: Wire | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._hello = Hello()
        self._starting = asyncio.Lock()
        self._deaths: deque[float] = deque(maxlen=MAX_DEATHS)
        self._numbers = count()
        self.lent, self._ctx = Lent(ctx, connector.config), ctx
        self.lives = 0
        """How often it was started; what was opened in an earlier life is not open any more."""

    @property
    def pid(self) -> int | None:
        """The process's id; None while there is none."""
        return None if self._process is None else self._process.pid

    async def spec(self) -> Spec:
        """Return what the adapter says about itself.

        Raises:
            NotUsable: it is not installed, broken, or its configuration is refused.
        """
        try:
            hello = await self._started()
        except (Retryable, Fatal) as error:
            raise NotUsable(
                Text(
                    vi="Tiến trình của adapter không khởi động được; xem nhật ký",
                    en=f"The adapter's process does not start ({error.detail}); see the log",
                )
            ) from error
        kind = Kind(hello.kind)
        return Spec(
            name=hello.name,
            version=hello.version,
            kind=kind,
            config=Config,
            title=Text(vi=hello.name, en=hello.name),
            types=hello.types,
            idempotence=Idempotence(hello.idempotence) if hello.idempotence else None,
        )

    async def ask(self, op: str, value: Any, returns: Any) -> Any:
        """Ask the process.

        Raises:
            AdapterError: what the adapter raised; a `Retryable` of unknown outcome where the
                process died meanwhile.
            Fatal: it died too often.
        """
        wire = self._wire
        if wire is None or wire.gone.is_set():
            raise Retryable("the adapter's process is not there", untouched=True)
        try:
            return await wire.ask(op, value, returns)
        except Gone:
            raise Retryable("the adapter's process ended in the middle of a call") from None

    async def ready(self) -> int:
        """Have it running; return which life this is.

        Raises:
            Retryable, Fatal: it does not start, or has died too often.
        """
        await self._started()
        return self.lives

    def new_lane(self) -> int:
        """Return a number for one more instance of the adapter."""
        return next(self._numbers)

    async def close(self) -> None:
        """End the process."""
        await self._end()

    async def _started(self) -> Hello:
        async with self._starting:
            if self._wire is not None and not self._wire.gone.is_set():
                return self._hello
            await self._end()
            await self._pause()
            try:
                self._hello = await self._start()
            except BaseException:
                # Half a start is none: what comes next would ask a process that knows nothing.
                await self._end()
                raise
            return self._hello

    async def _pause(self) -> None:
        now = time.monotonic()
        recent = sum(now - death < DEATHS_SECONDS for death in self._deaths)
        if recent >= MAX_DEATHS:
            raise Fatal(f"the adapter's process died {MAX_DEATHS} times in a short time")
        if recent:
            await asyncio.sleep(min(LONGEST_PAUSE, FIRST_PAUSE * 2.0**recent))

    async def _start(self) -> Hello:
        ours, theirs = socket.socketpair()
        try:
            self._process = process = await self._process_at(theirs.fileno())
            reader, writer = await asyncio.open_unix_connection(sock=ours)
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        self._wire = wire = Wire(reader, writer, self.lent.handlers())
        self.lives += 1
        self._spawn(wire.run())
        self._spawn(self._watch(process, wire))
        return await self._greet(wire)

    async def _process_at(self, descriptor: int) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *self._command,
            str(descriptor),
            str(self._connector.limits.memory_mb),
            pass_fds=(descriptor,),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=_STDERR,
            env=self._environment,
            start_new_session=True,
        )

    async def _greet(self, wire: Wire) -> Hello:
        connector = self._connector
        start = Start(
            name=connector.name,
            adapter=connector.adapter,
            system=connector.system,
            config=dict(connector.config),
            networks=self._ctx.networks,
            schemes=self._ctx.schemes,
        )
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                hello: Hello = await wire.ask("start", start, Hello)
        except (Gone, TimeoutError):
            raise Retryable("it ended before it said anything", untouched=True) from None
        if not hello.name:
            raise NotUsable(Text(vi=hello.vi, en=hello.en))
        return hello

    async def _watch(self, process: asyncio.subprocess.Process, wire: Wire) -> None:
        """Look at its memory; note its death."""
        limit = self._connector.limits.memory_mb * 1024 * 1024
        while not wire.gone.is_set():
            if _resident(process.pid) > limit:
                _log.error("adapter_too_large", connector=self._connector.name, limit=limit)
                break
            await wait_for(wire.gone, LOOK_SECONDS)
        status = await _ended(process, EXIT_SECONDS if wire.gone.is_set() else 0.0)
        self._deaths.append(time.monotonic())
        _log.error("adapter_died", connector=self._connector.name, status=status)

    async def _end(self) -> None:
        if self._wire is not None and not self._wire.gone.is_set():
            for task in self._tasks:
                task.cancel()
        # Where the wire is gone they end by themselves: a death counts, however soon the next life
        # is asked for.
        if self._tasks:
            await asyncio.wait(self._tasks)
        process, self._process, self._wire = self._process, None, None
        if process is not None:
            await _ended(process)
        self.lent.clear()

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _ended(process: asyncio.subprocess.Process, seconds: float = 0.0) -> int:
    """End a process that does not end by itself in so long a time; return its exit status."""
    ending = asyncio.create_task(process.wait())
    # No `asyncio.timeout`: in a task that was cancelled, Python 3.11.2 makes of its end one more
    # cancellation, and the process would live on.
    if seconds:
        await asyncio.wait({ending}, timeout=seconds)
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    return await ending


def _resident(pid: int) -> int:
    """Return the process's resident memory in bytes; 0 where it is not there any more."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError, ValueError):
        return 0
