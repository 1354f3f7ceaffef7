"""Runs the unit tests that stand in a recipe: `given` → `expect`, without any other side."""

import asyncio
import contextlib
import json
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx2

from lgsp_adapter.config import ConfigError, load_config
from lgsp_adapter.context import Context
from lgsp_adapter.contract import AnyAdapter, Service, Sink, Source
from lgsp_adapter.errors import AdapterError, Backpressure, Reject, Retryable
from lgsp_adapter.guard import UNSAFE_LOOPBACK
from lgsp_adapter.recipe.load import Loaded
from lgsp_adapter.recipe.model import Trial
from lgsp_adapter.testing.bus import Bus
from lgsp_adapter.testing.deliveries import delivery
from lgsp_adapter.testing.desk import MemoryDesk
from lgsp_adapter.testing.service_engine import ServiceEngine
from lgsp_adapter.values import Delivery, Draft, Record, Request

_TROUBLES: Mapping[str, Retryable | Backpressure | Reject | None] = {
    "ok": None,
    "away": Retryable("trial"),
    "busy": Backpressure("trial", after=5.0),
    "refuses": Reject("trial"),
}


def run_trials(loaded: Loaded) -> dict[str, list[str]]:
    """Run all tests of a recipe; return what is not as expected, by the test's name."""
    return {trial.name: run_trial(loaded.adapter, trial) for trial in loaded.tests}


def run_trial(adapter: type[Any], trial: Trial) -> list[str]:
    """Run one test; return what is not as expected."""
    try:
        found = asyncio.run(_found(adapter, trial.given))
    except ConfigError as error:
        return [f"given.config: {error}"]
    return list(_differences(trial.expect, found, "expect"))


async def _found(adapter: type[Any], given: Mapping[str, Any]) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        config = _with_files(given, Path(folder))
        made = adapter(load_config(adapter.spec.config, config))
        made.transport = httpx2.MockTransport(_peer(given.get("answer", {}), seen))
        # The table of a test is a file of this machine.
        lent = {"test": _itself}
        ctx = Context(adapter.spec.name, resolvers=lent, networks=(UNSAFE_LOOPBACK,))
        try:
            seen |= await _played(made, ctx, given)
        except AdapterError as error:
            seen["error"] = _told(error)
        finally:
            await made.close()
    return seen


async def _itself(name: str) -> str:
    return name


def _with_files(given: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Write the files and tables of a test, and let the configuration point at them."""
    config = dict(given.get("config", {}))
    for name, content in given.get("files", {}).items():
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        (folder / Path(name).name).write_text(text, encoding="utf-8")
    database = f"test:sqlite:///{_database(given.get('sql', []), folder)}"
    places = {"{files}": str(folder), "{database}": database}
    return {name: places.get(value, value) for name, value in config.items()}


def _database(statements: Sequence[str], folder: Path) -> Path:
    """Make the database that a table's test begins with: SQLite, whatever the real one is."""
    file = folder / "trial.db"
    if statements:
        with contextlib.closing(sqlite3.connect(file)) as connection, connection:
            for each in statements:
                connection.execute(each)
    return file


async def _played(made: AnyAdapter, ctx: Context, given: Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(made, Source):
        await made.open(ctx, given.get("position"))
        records = await made.read(given.get("limit", 20))
        return {"messages": [_record(each) for each in records]}
    if isinstance(made, Sink):
        await made.open(ctx)
        (result,) = await made.write([_delivery(given.get("delivery", {}))])
        return {"result": _told(result) if isinstance(result, AdapterError) else "done"}
    return await _called(made, ctx, given)


async def _called(made: Service[Any], ctx: Context, given: Mapping[str, Any]) -> dict[str, Any]:
    bus = Bus()
    desk = MemoryDesk(bus)
    desk.trouble = _TROUBLES[given.get("hub", "ok")]
    async with ServiceEngine(made, bus, desk=desk, ctx=ctx) as engine:
        answer = await engine.answer(_request(given.get("request", {})))
    drafts = [each for each in bus.admitted.values() if isinstance(each, Draft)]
    return {"status": answer.status, "messages": [_draft(each) for each in drafts]}


def _request(given: Mapping[str, Any]) -> Request:
    body = given.get("body", "")
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return Request(
        method=given.get("method", "POST"),
        path=given.get("path", "/"),
        query={},
        headers={name.lower(): value for name, value in given.get("headers", {}).items()},
        body=text.encode(),
    )


def _delivery(given: Mapping[str, Any]) -> Delivery:
    return delivery(
        given.get("id", "mau-1"), given.get("text", "Mẫu"), subject=given.get("subject")
    )


def _peer(answer: Mapping[str, Any], seen: dict[str, Any]) -> Any:
    def handle(request: httpx2.Request) -> httpx2.Response:
        body = request.content.decode()
        seen["request"] = {
            "method": request.method,
            "url": str(request.url),
            "headers": dict(request.headers),
            "body": _json(body),
        }
        if answer.get("down"):
            raise httpx2.ConnectError("trial")
        status, headers = answer.get("status", 200), answer.get("headers", {})
        return httpx2.Response(status, headers=headers, json=answer.get("body", {}))

    return handle


def _record(record: Record) -> dict[str, Any]:
    message = record.message
    found = _told(message) if isinstance(message, Reject) else {}
    found = _draft(message) if isinstance(message, Draft) else found
    return {"position": record.position, **found}


def _draft(draft: Draft) -> dict[str, Any]:
    return {
        "id": draft.id,
        "type": draft.type,
        "subject": draft.subject,
        "recipients": list(draft.recipients),
        "body": _json(draft.body.decode()),
    }


def _told(error: AdapterError) -> dict[str, Any]:
    kind = type(error).__name__.lower()
    found = {
        "error": kind,
        "code": error.code,
        "detail": error.detail,
        "peer_code": error.peer_code,
    }
    return {**found, "after": getattr(error, "after", None)}


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _differences(expected: Any, found: Any, place: str) -> Iterator[str]:
    """Yield each difference; what `expected` does not name may be anything."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        for name, part in expected.items():
            yield from _differences(part, found.get(name), f"{place}.{name}")
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for number, part in enumerate(expected):
            yield from _differences(part, found[number], f"{place}[{number}]")
    elif expected != found:
        yield f"{place}: expected {expected!r}, found {found!r}"
