"""The whole hub under one supervisor: which units, in which order, shown how."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import typer
from rich.console import Console

from hub.cli import environment, logs
from hub.cli.errors import SettingsWrong
from hub.cli.heartbeat import WHOLE, calling_outside
from hub.cli.home import Home
from hub.cli.preparing import prepare
from hub.cli.processes import STOP_ORDER, Name
from hub.cli.settings import SupervisorSettings
from hub.cli.supervisor import OnlyHub, Status, Supervisor, write_status
from hub.cli.table import JsonLines, Lines, LiveTable
from hub.cli.units import BrokerUnit, ProcessUnit
from hub.io.embedded import EmbeddedBroker
from hub.io.embedded.ports import LOOPBACK
from hub.io.settings import IoSettings

DANGEROUS: Final = (
    "hub: DANGEROUS: HUB_CONNECTORS_ALLOW_LOOPBACK=true: connectors may be approved to call the "
    "hub's own services.\n"
    "hub: NGUY HIỂM: bộ kết nối có thể được duyệt gọi tới dịch vụ của chính trục; chỉ dùng để thử."
)

STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def run_hub(chosen: Path | None, *, as_json: bool) -> bool:
    """Run the hub in its home until a signal; say whether everything ended well.

    Raises:
        CommandFailed: it cannot start; the text says why.
    """
    home = environment.home(chosen)
    identity = home.identity()
    settings, own = environment.read(IoSettings), environment.read(SupervisorSettings)
    if environment.allows_loopback():
        typer.echo(DANGEROUS, err=True)
    logs.configure("up", level="WARNING")
    with OnlyHub(home):
        supervisor = Supervisor(
            identity.hub,
            broker=_broker(home, settings, own) if own.broker == "embedded" else None,
            processes=[process_unit(home, name) for name in STOP_ORDER],
            prepare=lambda: prepare(home),
        )
        well = calling_outside(
            own.heartbeat_url, identity.hub, WHOLE, lambda: supervisor.status().ready
        )
        with _view(as_json=as_json) as show, _signals(supervisor) as stop:
            async with well:
                return await supervisor.run(stop, _both(show, home))


def process_unit(home: Home, name: Name) -> ProcessUnit:
    """Return a process of the hub as a unit: the same interpreter, the same home."""
    command = [sys.executable, "-P", "-m", "hub.cli.main", "run", name.value]
    return ProcessUnit(
        name.value,
        [*command, "--home", str(home.root)],
        log=home.log(name.value),
        pulse=home.pulse(name.value),
        environ=environment.of_a_process(),
    )


def _broker(home: Home, settings: IoSettings, own: SupervisorSettings) -> BrokerUnit:
    port = embedded_port(settings.kafka_bootstrap)
    return BrokerUnit(
        EmbeddedBroker(
            home.broker,
            port=port,
            controller_port=own.broker_controller_port or port + 1,
            heap_mb=own.broker_heap_mb,
        )
    )


def embedded_port(bootstrap: str) -> int:
    """Return the port of the embedded broker.

    Raises:
        SettingsWrong: the address is not one on this machine's loopback interface.
    """
    host, _, port = bootstrap.rpartition(":")
    if host != LOOPBACK or not port.isdecimal() or not 0 < int(port) < 2**16:
        raise SettingsWrong(
            f"HUB_KAFKA_BOOTSTRAP: the embedded broker listens on {LOOPBACK}:<port> only. "
            "For brokers elsewhere set HUB_BROKER=external."
        )
    return int(port)


def _view(*, as_json: bool) -> contextlib.AbstractContextManager[Callable[[Status], None]]:
    if as_json:
        return JsonLines(sys.stdout)
    if sys.stdout.isatty():
        return LiveTable(Console())
    return Lines(sys.stdout)


def _both(show: Callable[[Status], None], home: Home) -> Callable[[Status], None]:
    def report(status: Status) -> None:
        write_status(home, status)
        show(status)

    return report


@contextlib.contextmanager
def _signals(supervisor: Supervisor) -> Iterator[asyncio.Event]:
    """Give an event that the first signal sets; a second Ctrl-C ends everything at once."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    killing: set[asyncio.Task[None]] = set()

    def told(number: signal.Signals) -> None:
        if stop.is_set() and number == signal.SIGINT:
            killing.add(asyncio.create_task(supervisor.kill()))
        stop.set()

    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, told, number)
    try:
        yield stop
    finally:
        for number in STOP_SIGNALS:
            loop.remove_signal_handler(number)
