"""Be one process of the hub: build what it needs, run it until SIGTERM, say that it lives."""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog
import typer
import uvloop
from prometheus_client import CollectorRegistry, start_http_server

from hub.cli import environment, logs, pulse, wiring
from hub.cli.heartbeat import calling_outside
from hub.cli.home import Home, Identity
from hub.cli.processes import Name
from hub.cli.settings import SupervisorSettings
from hub.io.memory import BATCHES, REQUESTS, calm_memory, give_back_at_rest
from hub.io.process_metrics import tell_of_process
from hub.io.settings import IoSettings
from hub.io.tracing import Tracing

_log: Final = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What every process is given."""

    home: Home
    identity: Identity
    settings: IoSettings
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by SIGTERM: finish what is under way, then return."""
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by the process once it does its work."""
    tracing: Tracing | None = None
    """Where spans go; None: none are made."""


Entry = Callable[[Host], Awaitable[None]]
"""What a process does until `stop` is set."""


def serve(name: Name, entry: Entry, chosen: Path | None) -> None:
    """Run a process until SIGTERM or SIGINT.

    Raises:
        CommandFailed: the settings or the home are not usable.
        typer.Exit: with status 1: it ended by an error, which stands in the log.
    """
    home = environment.home(chosen)
    settings, identity = environment.read(IoSettings), home.identity()
    tracing = wiring.tracing(settings, name.value, identity.hub)
    host = Host(home=home, identity=identity, settings=settings, tracing=tracing)
    own = environment.read(SupervisorSettings)
    logs.configure(name.value, level=own.log_level)
    if not uvloop.run(_run(name, entry, host, own.heartbeat_url)):
        raise typer.Exit(1)


def metrics_registry(port: int) -> CollectorRegistry:
    """Return a registry, served where a port is given; it tells of this process already."""
    registry = CollectorRegistry()
    tell_of_process(registry)
    if port:
        address = environment.read(SupervisorSettings).metrics_address
        start_http_server(port, addr=address, registry=registry)
    return registry


async def _run(name: Name, entry: Entry, host: Host, heartbeat_url: str | None) -> bool:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, host.stop.set)
    beating = asyncio.create_task(pulse.keep_beating(host.home.pulse(name.value), host.ready))
    calming = asyncio.create_task(_calm_when_ready(name, host.ready))
    _log.info("started", hub=host.identity.hub)
    well = calling_outside(heartbeat_url, host.identity.hub, name.value, host.ready.is_set)
    try:
        async with well:
            await entry(host)
    except Exception:  # noqa: BLE001  (the process ends: its last line says why, without values)
        _log.error("ended by an error", exc_info=True)
        return False
    finally:
        for task in (beating, calming):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        if host.tracing is not None:
            await asyncio.to_thread(host.tracing.close)
    _log.info("stopped")
    return True


async def _calm_when_ready(name: Name, ready: asyncio.Event) -> None:
    # Not before: what lives long (modules, rules) is there by then, and is left out from then on.
    await ready.wait()
    calm_memory(BATCHES if name is Name.ROUTER else REQUESTS)
    await give_back_at_rest()
