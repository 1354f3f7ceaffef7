"""What the supervisor keeps running: processes of the hub, and the embedded broker."""

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Final, Protocol

from hub.cli import pulse
from hub.io.embedded import EmbeddedBroker, EmbeddedBrokerError
from hub.io.embedded.process import GUARD

MAX_LOG_BYTES: Final = 20 * 1024 * 1024
"""A log is moved to `<name>.log.1` at this size: two of these for each process."""

TAIL_BYTES: Final = 4_096
"""How much of a log is looked at for its last line."""


class UnitFailed(Exception):
    """A unit could not be started. The text says why and what to do."""


class Unit(Protocol):
    """Something that is started, ends, and is stopped. One owner at a time calls these."""

    @property
    def name(self) -> str:
        """Return its name in the status table."""
        ...

    @property
    def pid(self) -> int | None:
        """Return its process id while it runs."""
        ...

    async def start(self) -> None:
        """Start it.

        Raises:
            UnitFailed: it could not be started.
        """
        ...

    async def wait(self) -> int:
        """Return the exit status once it has ended; negative for a signal."""
        ...

    async def stop(self, seconds: float) -> None:
        """Ask it to end; after `seconds` kill it. Return once it is gone."""
        ...

    def beat(self) -> tuple[bool, int]:
        """Return (ready, a number that changes while it lives)."""
        ...

    def last_words(self) -> str:
        """Return the last line of its log."""
        ...


def guarded(command: Sequence[str]) -> list[str]:
    """Return the command as a child that the kernel kills when this process dies."""
    return [sys.executable, "-I", "-S", str(GUARD), str(os.getpid()), *command]


class ProcessUnit:
    """A process of the hub. The kernel kills it when the supervisor dies, however that happens."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        pulse: Path,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        """Describe; nothing runs before `start`. `environ`: None for the supervisor's own."""
        self._name, self._command, self._environ = name, command, environ
        self._log, self._pulse = log, pulse
        self._process: Process | None = None

    @property
    def name(self) -> str:
        return self._name

    @property
    def pid(self) -> int | None:
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process and running else None

    async def start(self) -> None:
        pulse.forget(self._pulse)
        try:
            with self._open_log() as log:
                self._process = await asyncio.create_subprocess_exec(
                    *guarded(self._command),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=self._environ,
                    # Ctrl-C in the terminal reaches the supervisor alone, which stops in order.
                    start_new_session=True,
                )
        except OSError as error:
            raise UnitFailed(f"{self._name} could not be started: {error}") from error

    async def wait(self) -> int:
        return await self._process.wait() if self._process else 0

    async def stop(self, seconds: float) -> None:
        if self._process is None or self._process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
            # A frozen process (SIGSTOP) gets a signal only once it goes on.
            self._process.send_signal(signal.SIGCONT)
        try:
            async with asyncio.timeout(seconds):
                await self._process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    def beat(self) -> tuple[bool, int]:
        told = pulse.read(self._pulse)
        if told is None or told.pid != self.pid:
            return False, 0
        return told.ready, told.beat

    def last_words(self) -> str:
        return last_line(self._log)

    def turn_log(self) -> None:
        """Move a log that has grown too long aside. The process goes on writing to the new one."""
        with contextlib.suppress(OSError):
            if self._log.stat().st_size > MAX_LOG_BYTES:
                # Copied, not renamed: the process keeps the file open. In append mode it goes on
                # at the new end.
                self._log.with_suffix(".log.1").write_bytes(self._log.read_bytes())
                os.truncate(self._log, 0)

    def _open_log(self) -> IO[bytes]:
        self.turn_log()
        self._log.parent.mkdir(exist_ok=True)
        return self._log.open("ab")


class BrokerUnit:
    """The embedded broker as a unit. It is ready as soon as it has started."""

    def __init__(self, broker: EmbeddedBroker) -> None:
        self._broker = broker

    @property
    def name(self) -> str:
        return "broker"

    @property
    def pid(self) -> int | None:
        return self._broker.pid

    async def start(self) -> None:
        try:
            await self._broker.start()
        except EmbeddedBrokerError as error:
            raise UnitFailed(str(error)) from error

    async def wait(self) -> int:
        return await self._broker.wait() or 0

    async def stop(self, seconds: float) -> None:
        await self._broker.stop(seconds=seconds)

    def beat(self) -> tuple[bool, int]:
        # Kafka has its own watchdogs; here only its end is noticed.
        return self._broker.pid is not None, 0

    def last_words(self) -> str:
        return last_line(self._broker.log)


def last_line(path: Path) -> str:
    """Return the last line of a text file, or nothing."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL_BYTES))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return ""
    return lines[-1] if lines else ""
