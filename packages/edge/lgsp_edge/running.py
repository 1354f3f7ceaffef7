"""The program at work, and the look whether it could be."""

import asyncio
import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from lgsp_adapter import Context
from lgsp_adapter.calls import check as check_adapter
from lgsp_client import Identity

from lgsp_edge import settings, status, tls
from lgsp_edge.bandwidth import Meter
from lgsp_edge.directory import unusable
from lgsp_edge.errors import EdgeError
from lgsp_edge.folders import only_one, open_spool
from lgsp_edge.line import Away, HttpLine
from lgsp_edge.runtime import Edge
from lgsp_edge.server import listening
from lgsp_edge.settings import ConnectorSettings, Settings

_log = logging.getLogger("lgsp_edge")


async def run(folder: Path) -> None:
    """Work until SIGTERM or SIGINT.

    Raises:
        EdgeError: the configuration, a key or the address cannot be used.
    """
    loaded = settings.load(folder)
    who = settings.identity(folder, loaded.hub)
    meter = Meter(loaded.line.bytes_per_second)
    kept = settings.kept_directory(folder, loaded.hub)
    async with AsyncExitStack() as stack:
        stack.enter_context(only_one(folder))
        spool = stack.enter_context(open_spool(folder, loaded))
        line = _line(folder, loaded, who, meter)
        stack.push_async_callback(line.aclose)
        edge = Edge(
            loaded,
            who,
            lambda: settings.trust(folder, loaded.hub, kept),
            spool,
            line,
            meter,
            secrets=loaded.secrets.resolvers(folder),
        )
        if kept is not None:
            edge.keep(kept)
        if edge.services:
            port = await stack.enter_async_context(listening(edge.services, loaded.listen, folder))
            _log.info("services are called at port %d", port)
        stack.enter_context(_stopped_by_signals(edge.stop))
        _log.info("at work for system %s", who.system)
        await _until_stopped(edge)


@contextmanager
def _stopped_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Have SIGTERM and Ctrl-C call `stop` in the loop; so also where loops know no signals."""
    loop, before = asyncio.get_running_loop(), {}

    def heard(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stop)

    for number in (signal.SIGTERM, signal.SIGINT):
        before[number] = signal.signal(number, heard)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


async def _until_stopped(edge: Edge) -> None:
    try:
        await edge.run()
    except* EdgeError as group:
        # One of them says enough; the program ends and nothing is lost.
        raise EdgeError(str(group.exceptions[0])) from group


def _line(folder: Path, loaded: Settings, who: Identity, meter: Meter) -> HttpLine:
    ca, own = loaded.hub.ca, loaded.hub.client_certificate
    try:
        return HttpLine(
            loaded.hub.url,
            who,
            meter,
            tls=tls.context(ca and folder / ca, own and folder / own),
            proxy=loaded.hub.proxy,
            connections=loaded.line.window + 8,
            allow_plain_http=loaded.hub.allow_plain_http,
        )
    except ValueError as error:
        raise EdgeError(f"hub.url: {error}") from error


async def check(folder: Path) -> list[dict[str, Any]]:
    """Look at everything: keys, spool, line, each adapter. Changes nothing outside.

    Raises:
        EdgeError: the configuration cannot be used.
    """
    loaded = settings.load(folder)
    who = settings.identity(folder, loaded.hub)
    with open_spool(folder, loaded) as spool:
        found = [_told("spool", ok=spool.do(status.table) is not None)]
        found.append(await _check_line(folder, loaded, who))
        found += _check_directory(folder, loaded)
        found += [await _check_connector(folder, loaded, each) for each in loaded.connectors]
    return found


async def _check_line(folder: Path, loaded: Settings, who: Identity) -> dict[str, Any]:
    line = _line(folder, loaded, who, Meter(None))
    try:
        # Reading the inbox from its beginning settles nothing.
        await line.page(None, 0, 1)
    except Away as away:
        return _told("hub", ok=False, en=str(away))
    finally:
        await line.aclose()
    return _told("hub", ok=True)


def _check_directory(folder: Path, loaded: Settings) -> list[dict[str, Any]]:
    kept = settings.kept_directory(folder, loaded.hub)
    if kept is None:
        return []
    why = unusable(kept)
    return [_told("directory", ok=why is None, en=why or "")]


async def _check_connector(
    folder: Path, loaded: Settings, connector: ConnectorSettings
) -> dict[str, Any]:
    name = connector.name
    try:
        adapter = settings.adapter_class(connector.adapter)
        config = settings.adapter_config(connector, adapter)
        if adapter.spec.kind != "source":
            settings.trust(folder, loaded.hub, settings.kept_directory(folder, loaded.hub))
    except EdgeError as error:
        return _told(name, ok=False, en=str(error))
    resolvers = loaded.secrets.resolvers(folder)
    ctx = Context(name, resolvers=resolvers, networks=connector.networks)
    found = await check_adapter(adapter(config), ctx, connector.timeout)
    return _told(name, ok=found.ok, en=found.en, vi=found.vi)


def _told(name: str, *, ok: bool, en: str = "", vi: str = "") -> dict[str, Any]:
    return {"name": name, "ok": ok, "en": en, "vi": vi}
