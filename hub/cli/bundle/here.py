"""What the API process tells operators of this machine: the ends of logs, a support bundle."""

import asyncio
import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

import structlog

from hub.api.ops.diagnosis import Level, Line
from hub.cli import environment
from hub.cli.bundle import machine, settings
from hub.cli.bundle.masking import Masking
from hub.cli.home import Home
from hub.cli.processes import Name
from hub.ports import Unavailable

BUNDLE_SECONDS: Final = 120.0
"""Gathering waits for brokers and databases that may be away, each with a limit of its own."""
NICENESS: Final = 5
"""Of 19: messages go first. Not more, for it is asked for when a machine is busy: a bundle of one
second takes 31 beside 14 busy processes on two cores; at 10 it took 99, near the limit."""
_LEVELS: Final = tuple(Level)
_log: Final = structlog.get_logger()


class ThisMachine:
    """Implements `hub.api.ops.diagnosis.Diagnosis` over a home of the hub."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._making = asyncio.Lock()

    @property
    def processes(self) -> tuple[str, ...]:
        """Return the hub's own: the broker's log is not JSON, and stands in the bundle."""
        return tuple(name.value for name in Name)

    async def log(self, process: str, lines: int, least: Level) -> list[Line] | None:
        """Return the last lines of a log, the newest last; None: this machine keeps none of it."""
        return await asyncio.to_thread(self._end, process, lines, least)

    def _end(self, process: str, lines: int, least: Level) -> list[Line] | None:
        try:
            written = machine.end_of(self._home.log(process))
        except OSError:
            return None
        masking = Masking(settings.secrets(self._home, environment.given()))
        newest = islice(shown(reversed(written), masking, least), lines)
        return [*newest][::-1]

    async def bundle(self) -> bytes:
        """Return what `hub support bundle` makes, made by it.

        In a process of its own: masking megabytes of logs takes seconds of a core, and here they
        would be seconds in which nobody's message is taken.

        Raises:
            Unavailable: one is being made already, or it could not be made.
        """
        if self._making.locked():
            raise Unavailable("a support bundle is being made already")
        async with self._making:
            with tempfile.TemporaryDirectory(dir=self._home.run) as folder:
                out = Path(folder) / "bundle.zip"
                await _made(self._command(out))
                return await asyncio.to_thread(out.read_bytes)

    def _command(self, out: Path) -> Sequence[str]:
        program = (sys.executable, "-P", "-m", "hub.cli.main", "support", "bundle")
        return (*program, "--home", str(self._home.root), "--out", str(out))


def shown(written: Iterator[str], masking: Masking, least: Level) -> Iterator[Line]:
    """Yield lines that matter at least so much, masked; what is not the hub's own is left out."""
    for one in written:
        masked = masking.line(one)
        if masked is None:
            continue
        told = json.loads(masked)
        level = _level(told.pop("level", None))
        if _LEVELS.index(level) >= _LEVELS.index(least):
            yield _line(told, level)


def _line(told: dict[str, Any], level: Level) -> Line:
    at, event = told.pop("timestamp", None), told.pop("event", "")
    return Line(at=_moment(at), level=level, event=str(event), more=told)


def _level(text: Any) -> Level:
    # What does not say how much it matters is shown rather than hidden.
    return Level(text) if text in _LEVELS else Level.ERROR


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


async def _made(command: Sequence[str]) -> None:
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *command, stdin=quiet, stdout=quiet, stderr=quiet
    )
    try:
        with contextlib.suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
        async with asyncio.timeout(BUNDLE_SECONDS):
            status = await process.wait()
    except TimeoutError:
        status = None
    finally:
        # Also where whoever asked has gone: nothing goes on for nobody.
        if process.returncode is None:
            process.kill()
            await process.wait()
    if status != 0:
        _log.warning("support bundle not made", status=status)
        raise Unavailable("the support bundle was not made; try `hub support bundle` there")
