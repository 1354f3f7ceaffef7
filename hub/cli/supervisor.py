"""Run the whole hub on one machine: start in order, keep it running, stop in order."""

import asyncio
import contextlib
import fcntl
import json
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from hub.cli.errors import CommandFailed
from hub.cli.home import Home
from hub.cli.keeper import Keeper, Patience, State
from hub.cli.units import ProcessUnit, Unit, UnitFailed
from hub.cli.waiting import first, unless

STOP_SECONDS: Final = 15.0
"""Longest clean stop of one process: it ends its transaction and answers what is in flight."""

BROKER_STOP_SECONDS: Final = 30.0
"""Longest clean stop of the broker: it writes what it holds, about 1 s as a rule."""

REPORT_SECONDS: Final = 0.5
"""Between two looks at all units."""

PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the status table."""

    name: str
    state: str
    pid: int | None
    since: str
    """When the state began: RFC 3339, UTC."""
    restarts: int
    memory_mb: int | None
    """Resident memory."""
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The status table."""

    hub: str
    ready: bool
    """All units are ready."""
    rows: tuple[Row, ...]

    def as_json(self) -> str:
        """Return the table as one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)


class Supervisor:
    """The units of one hub. `broker` is None where Kafka is somebody else's."""

    def __init__(
        self,
        hub: str,
        *,
        broker: Unit | None,
        processes: Sequence[Unit],
        prepare: Callable[[], Awaitable[None]],
        patience: Patience | None = None,
    ) -> None:
        """Describe; nothing runs before `run`.

        Args:
            hub: its id, for the table.
            broker: started first, stopped last.
            processes: started together once `prepare` is done; stopped one after the other in
                this order: what takes messages in first, so that the rest can finish them.
            prepare: makes what the processes need (topics, tables); called when the broker runs.
            patience: how often a unit is started again.
        """
        patience = patience or Patience()
        self._hub, self._prepare = hub, prepare
        self._broker = (
            Keeper(broker, patience=patience, stop_seconds=BROKER_STOP_SECONDS) if broker else None
        )
        self._processes = [
            Keeper(unit, patience=patience, stop_seconds=STOP_SECONDS) for unit in processes
        ]

    async def run(self, stop: asyncio.Event, report: Callable[[Status], None]) -> bool:
        """Run until `stop` is set or nothing more can run; say whether all ended well.

        Raises:
            CommandFailed: the broker could not be started, or `prepare` failed.
        """
        reporter = asyncio.create_task(self._report(report))
        kept: list[asyncio.Task[None]] = []
        try:
            if await unless(stop, self._start_broker()):
                kept += self._keep([self._broker] if self._broker else [])
                if await unless(stop, self._prepare()):
                    kept += self._keep(self._processes)
                    await self._until_end(stop, kept)
        finally:
            await self._stop()
            await asyncio.gather(*kept)
            reporter.cancel()
        report(self.status())
        return all(keeper.state is State.STOPPED for keeper in self._keepers)

    async def kill(self) -> None:
        """End everything at once: the second Ctrl-C."""
        await asyncio.gather(*(keeper.kill() for keeper in self._keepers))

    def status(self) -> Status:
        """Return the table as of now."""
        rows = tuple(_row(keeper) for keeper in self._keepers)
        ready = all(keeper.state is State.READY for keeper in self._keepers)
        return Status(hub=self._hub, ready=ready, rows=rows)

    @property
    def _keepers(self) -> list[Keeper]:
        return [*([self._broker] if self._broker else []), *self._processes]

    async def _start_broker(self) -> None:
        """Return once the broker runs. A first start that fails is told, not repeated."""
        if self._broker:
            try:
                await self._broker.start()
            except UnitFailed as failure:
                raise CommandFailed(str(failure)) from failure

    @staticmethod
    def _keep(keepers: Sequence[Keeper]) -> list[asyncio.Task[None]]:
        return [asyncio.create_task(keeper.run(), name=keeper.unit.name) for keeper in keepers]

    async def _until_end(self, stop: asyncio.Event, kept: Sequence[asyncio.Task[None]]) -> None:
        """Return when told to stop, when the broker is given up, or when all processes are."""
        broker, processes = (kept[:1], kept[1:]) if self._broker else ([], kept)
        await first(
            stop.wait(),
            *([asyncio.wait(broker)] if broker else []),
            *([asyncio.wait(processes)] if processes else []),
        )

    async def _stop(self) -> None:
        for keeper in self._processes:
            await keeper.stop()
        # Last: the others' final transactions need it.
        if self._broker:
            await self._broker.stop()

    async def _report(self, report: Callable[[Status], None]) -> None:
        while True:
            report(self.status())
            for keeper in self._processes:
                if isinstance(keeper.unit, ProcessUnit):
                    keeper.unit.turn_log()
            await asyncio.sleep(REPORT_SECONDS)


class OnlyHub:
    """Hold the home for one `hub up`: two supervisors would run two of everything."""

    def __init__(self, home: Home) -> None:
        self._path = home.lock

    def __enter__(self) -> None:
        """Lock the home. The kernel frees it when this process ends, however that happens.

        Raises:
            CommandFailed: another `hub up` runs here.
        """
        self._file = self._path.open("a+", encoding="ascii")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.seek(0)
            holder = self._file.read().strip()
            self._file.close()
            raise CommandFailed(
                f"the hub in {self._path.parent.parent} already runs (hub up, pid {holder}). "
                "See it with `hub status`; stop it with Ctrl-C there; "
                "or choose another HUB_HOME for a second hub."
            ) from error
        self._file.truncate(0)
        self._file.write(f"{os.getpid()}\n")
        self._file.flush()

    def __exit__(self, *_: object) -> None:
        self._file.close()


def is_running(home: Home) -> bool:
    """Return whether a `hub up` holds this home."""
    try:
        with home.lock.open("a+", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def write_status(home: Home, status: Status) -> None:
    """Keep the status where `hub status` finds it."""
    temporary = home.status.with_suffix(".new")
    # The table must not stop the hub: a full disk is told by the processes themselves.
    with contextlib.suppress(OSError):
        temporary.write_text(status.as_json() + "\n", encoding="utf-8")
        temporary.replace(home.status)


def status_of(home: Home) -> Status:
    """Return the status of the hub in this home, without rows when no `hub up` runs.

    Raises:
        HomeUnusable: there is no hub.
    """
    stopped = Status(hub=home.identity().hub, ready=False, rows=())
    return (_read_status(home) if is_running(home) else None) or stopped


def _read_status(home: Home) -> Status | None:
    try:
        told = json.loads(home.status.read_text(encoding="utf-8"))
        rows = tuple(Row(**row) for row in told["rows"])
        return Status(hub=told["hub"], ready=told["ready"], rows=rows)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _row(keeper: Keeper) -> Row:
    pid = keeper.unit.pid
    return Row(
        name=keeper.unit.name,
        state=keeper.state.value,
        pid=pid,
        since=datetime.fromtimestamp(keeper.since, UTC).isoformat(timespec="seconds"),
        restarts=keeper.restarts,
        memory_mb=_memory_mb(pid) if pid else None,
        note=keeper.note,
    )


def _memory_mb(pid: int) -> int | None:
    """Return the resident memory from /proc (proc_pid_statm(5)), where there is one."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * PAGE_BYTES // 2**20
