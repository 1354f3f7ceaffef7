"""Start, watch and stop one real Apache Kafka on this machine."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from rich.console import Console

from hub.io.embedded import storage
from hub.io.embedded.errors import EmbeddedBrokerError, PortTaken
from hub.io.embedded.jars import ensure_jars
from hub.io.embedded.java import find_java
from hub.io.embedded.launch import STOP_SECONDS, Launch
from hub.io.embedded.ports import LOOPBACK, free_port
from hub.io.embedded.process import BoundProcess

DEFAULT_PORT: Final = 19_092
DEFAULT_CONTROLLER_PORT: Final = 19_093
"""Not Kafka's own 9092 and 9093: a machine may already have a Kafka."""

DEFAULT_HEAP_MB: Final = 512
"""Enough for 200 systems with the whole hub below 1.5 GB of memory."""

SETTLE_SECONDS: Final = 0.3
"""Pause before a clean stop: Kafka finishes a transaction some milliseconds after it answered the
commit, and a stop in between can leave it unfinished (`config.fencing_properties`)."""

PORT_ATTEMPTS: Final = 3
"""Tries with free ports: another process may take one between the choice and the start."""


class EmbeddedBroker:
    """A Kafka broker that belongs to this process and never outlives it.

    `await start()` and `await stop()`, or `start_now()` and `stop_now()` where there is no event
    loop; also a context manager (`async with`, `with`). After its end (a crash, `kill()`), `start`
    starts it again on the same data and the same ports. One owner at a time calls these.
    """

    def __init__(
        self,
        data: Path,
        *,
        port: int = DEFAULT_PORT,
        controller_port: int = DEFAULT_CONTROLLER_PORT,
        heap_mb: int = DEFAULT_HEAP_MB,
        jars: Sequence[Path] | None = None,
        console: Console | None = None,
    ) -> None:
        """Describe a broker; nothing happens before `start`.

        Args:
            data: its directory; made when missing, kept between runs.
            port: where clients connect, on loopback; 0 chooses a free one at the first start.
            controller_port: for Kafka itself, on loopback; 0 chooses likewise.
            heap_mb: bound of Java's heap in MiB; the process needs about 150 MiB more.
            jars: class path; by default the pinned jars, fetched when missing.
            console: where the progress of a download is shown; by default standard error.
        """
        self._layout = storage.Layout(root=data.absolute())
        self._port, self._controller_port = port, controller_port
        self._heap_mb, self._jars, self._console = heap_mb, jars, console
        self._process: BoundProcess | None = None
        self._lock: IO[str] | None = None
        self._abort = threading.Event()

    @property
    def port(self) -> int:
        """Return the clients' port; 0 until the first start when a free one was asked for."""
        return self._port

    @property
    def bootstrap(self) -> str:
        """Return what a Kafka client takes as `bootstrap_servers`."""
        return f"{LOOPBACK}:{self._port}"

    @property
    def pid(self) -> int | None:
        """Return the broker's process id, or None when it does not run."""
        return self._process.pid if self._process and self._process.running else None

    @property
    def log(self) -> Path:
        """Return the broker's log file."""
        return self._layout.log

    async def start(self) -> None:
        """Return once the broker answers clients. A cancelled start leaves nothing running.

        Raises:
            EmbeddedBrokerError: one of its kinds (`errors.py`); nothing is left running.
        """
        work = asyncio.ensure_future(asyncio.to_thread(self.start_now))
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            self._abort.set()
            with contextlib.suppress(EmbeddedBrokerError):
                await work
            await asyncio.to_thread(self.stop_now)
            raise

    async def stop(self, *, seconds: float = STOP_SECONDS) -> None:
        """Stop cleanly, within `seconds` by force, and give the data directory back."""
        await asyncio.shield(asyncio.to_thread(self.stop_now, seconds=seconds))

    async def wait(self) -> int | None:
        """Return the exit status once the broker has ended, however; None when it never ran."""
        if self._process is None:
            return None
        return await asyncio.wrap_future(self._process.exit)

    def start_now(self) -> None:
        """Do what `start` does, blocking."""
        if self.pid is not None:
            return
        self._abort.clear()
        try:
            self._start()
        except BaseException:
            self.stop_now()
            raise

    def stop_now(self, *, seconds: float = STOP_SECONDS) -> None:
        """Do what `stop` does, blocking. Harmless when it does not run.

        Stop all writers first.
        """
        if self._process and self._process.running:
            time.sleep(SETTLE_SECONDS)
            self._process.stop(seconds=seconds)
        if self._lock:
            self._layout.pid.unlink(missing_ok=True)
            self._lock.close()
            self._lock = None

    def kill(self) -> None:
        """End the broker at once, as `kill -9` does; the data directory stays ours. For drills."""
        if self._process:
            self._process.kill()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await self.stop()

    def __enter__(self) -> Self:
        self.start_now()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.stop_now()

    def _start(self) -> None:
        storage.prepare(self._layout)
        self._lock = self._lock or storage.take(self._layout)
        storage.end_orphan(self._layout)
        java, jars = find_java().executable, self._jars
        if jars is None:
            jars = ensure_jars(console=self._console)
        for attempt in range(1, PORT_ATTEMPTS + 1):
            port = self._port or free_port(self._controller_port)
            controller_port = self._controller_port or free_port(port)
            launch = Launch(
                layout=self._layout,
                port=port,
                controller_port=controller_port,
                heap_mb=self._heap_mb,
                java=java,
                jars=jars,
            )
            try:
                self._process = launch.run(self._abort)
            except PortTaken:
                if (self._port and self._controller_port) or attempt == PORT_ATTEMPTS:
                    raise
            else:
                # From now on fixed: clients of a broker that starts again find it there.
                self._port, self._controller_port = port, controller_port
                return
