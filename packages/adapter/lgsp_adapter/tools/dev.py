"""The development loop: one adapter, the hub in memory, read again whenever a file changes."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx2

from lgsp_adapter.calls import check
from lgsp_adapter.config import ConfigError, load_config
from lgsp_adapter.context import Context
from lgsp_adapter.contract import AnyAdapter, Service, Sink, Source
from lgsp_adapter.errors import AdapterError
from lgsp_adapter.net import around
from lgsp_adapter.testing.bus import Bus
from lgsp_adapter.testing.deliveries import delivery
from lgsp_adapter.testing.objects import MemoryObjects
from lgsp_adapter.testing.service_engine import ServiceEngine
from lgsp_adapter.testing.sink_engine import SinkEngine
from lgsp_adapter.testing.source_engine import SourceEngine
from lgsp_adapter.testing.web import Handler, WebServer
from lgsp_adapter.tools.calls_tape import play, recording, secrets_of
from lgsp_adapter.tools.find import NotFound, adapters_of
from lgsp_adapter.tools.tape import Player, Recorder
from lgsp_adapter.values import Delivery, Draft

LOOK: Final = 0.3
"""Seconds between two looks at the files."""

Say = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DevOptions:
    """How to run."""

    target: Path
    config: Path
    networks: tuple[str, ...] = ()
    deliveries: Path | None = None
    """JSON lines for a sink or a service: `{"id": …, "text": …, "subject": …}`."""
    record: Path | None = None
    replay: Path | None = None
    port: int = 0
    once: bool = False
    objects: MemoryObjects = field(default_factory=MemoryObjects)


async def develop(options: DevOptions, say: Say) -> bool:
    """Run the adapter; again after each change, until cancelled.

    Return whether the last run went well. `say` is given a dictionary for all that happens.
    """
    async for _ in _changes(options):
        try:
            for adapter in adapters_of(options.target):
                await _run(adapter, options, say)
            well = True
        except (NotFound, ConfigError, AdapterError, OSError, ValueError) as error:
            well = False
            say({"event": "failed", "why": f"{type(error).__name__}: {error}"})
        if options.once:
            return well
    return True


async def _changes(options: DevOptions) -> AsyncIterator[None]:
    """Yield at once, and then after each change of a file."""
    seen: dict[Path, int] = {}
    while True:
        now = {each: each.stat().st_mtime_ns for each in _watched(options) if each.exists()}
        if now != seen:
            seen = now
            yield
        await asyncio.sleep(LOOK)


def _watched(options: DevOptions) -> Iterator[Path]:
    yield options.config
    if options.target.is_file():
        yield options.target
        return
    for each in options.target.rglob("*"):
        if each.suffix in (".py", ".yaml", ".toml") and ".venv" not in each.parts:
            yield each


async def _run(adapter: type[Any], options: DevOptions, say: Say) -> None:
    raw = json.loads(await asyncio.to_thread(options.config.read_text, encoding="utf-8"))
    config = load_config(adapter.spec.config, raw)
    ctx = Context(
        adapter.spec.name,
        fetch=options.objects.fetch,
        store=options.objects.store,
        networks=options.networks,
    )
    bus = Bus(name=adapter.spec.name)
    bus.put(_deliveries(options))
    with around(_tape(options, ctx)):
        found = await check(adapter(config), ctx, 30.0)
        say({"event": "check", "ok": found.ok, "vi": found.vi, "en": found.en})
        await _work(lambda: adapter(config), bus, ctx, options, say)
    _tell(bus, ctx, say)


async def _work(
    make: Callable[[], AnyAdapter], bus: Bus, ctx: Context, options: DevOptions, say: Say
) -> None:
    adapter = make()
    if isinstance(adapter, Source):
        # The last opening is closed by the engine; each round makes a new one.
        await SourceEngine(make, bus, ctx=ctx).once()  # type: ignore[arg-type]  # it is a source
    elif isinstance(adapter, Sink):
        await SinkEngine(adapter, bus, ctx=ctx).drain()
    else:
        await _serve(adapter, bus, ctx, options, say)


async def _serve(
    service: Service[Any], bus: Bus, ctx: Context, options: DevOptions, say: Say
) -> None:
    """Make the calls of a tape again; then answer on the loopback until a file changes."""
    secrets = await secrets_of(service.config, ctx)
    async with ServiceEngine(service, bus, ctx=ctx) as engine:
        if options.replay is not None:
            await play(engine.answer, options.replay, secrets, say)
        handler: Handler = engine.answer
        if options.record is not None:
            handler = recording(handler, options.record, secrets)
        server = WebServer(handler, port=options.port)
        say({"event": "serving", "url": await server.start()})
        try:
            if not options.once:
                changes = _changes(options)
                await anext(changes)
                await anext(changes)
        finally:
            await server.stop()


def _deliveries(options: DevOptions) -> list[Delivery]:
    if options.deliveries is None:
        return []
    rows = map(json.loads, options.deliveries.read_text(encoding="utf-8").splitlines())
    return [delivery(row["id"], row.get("text", "Mẫu"), subject=row.get("subject")) for row in rows]


def _tape(
    options: DevOptions, ctx: Context
) -> Callable[[httpx2.AsyncBaseTransport], httpx2.AsyncBaseTransport]:
    def wrap(inner: httpx2.AsyncBaseTransport) -> httpx2.AsyncBaseTransport:
        if options.replay is not None:
            return Player(options.replay, ctx.mask)
        return inner if options.record is None else Recorder(inner, options.record, ctx.mask)

    return wrap


def _tell(bus: Bus, ctx: Context, say: Say) -> None:
    for message in bus.admitted.values():
        subject = message.subject if isinstance(message, Draft) else None
        body = ctx.mask(message.body.decode(errors="replace"))
        say({"event": "message", "id": message.id, "subject": subject, "body": body})
    for event in bus.events:
        say({"event": event.event, "key": event.key})
    for letter in bus.dead_letters.values():
        code = {"code": letter.code, "peer_code": letter.peer_code, "detail": letter.detail}
        say({"event": "dead_letter_kept", "key": letter.key, **code})
