"""The work behind the commands of `hub-edge`."""

import asyncio
import fcntl
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import typer
import yaml
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lgsp_adapter import Context
from lgsp_adapter.calls import check as check_adapter
from lgsp_client import Identity, uuid7
from lgsp_message.key_proof import sign_key_proof
from lgsp_message.keys import public_jwk

from lgsp_edge import dead, settings, status
from lgsp_edge.bandwidth import Meter
from lgsp_edge.errors import EdgeError
from lgsp_edge.line import Away, HttpLine
from lgsp_edge.runtime import Edge
from lgsp_edge.sealing import SpoolKeys, write_private
from lgsp_edge.server import listening
from lgsp_edge.settings import FILE, ConnectorSettings, Settings
from lgsp_edge.spool import Spool

KEY_FILE: Final = "key.pem"
SPOOL_KEYS: Final = "spool.keys"
LOCK: Final = "edge.lock"

_log = logging.getLogger("lgsp_edge")


def init(folder: Path, url: str, hub: str, system: str) -> dict[str, Any]:
    """Make the folder, the signing key, the spool's key and a configuration; never over others.

    Raises:
        EdgeError: there is one already, or the folder cannot be written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        who = Identity.of(key, system=system, hub=hub)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_private(folder / KEY_FILE, pem)
        SpoolKeys.new().save(folder / SPOOL_KEYS, new=True)
        write_private(folder / FILE, _skeleton(url, hub, system).encode())
    except FileExistsError as error:
        raise EdgeError(f"{error.filename}: exists and is never overwritten") from error
    except (OSError, ValueError) as error:
        raise EdgeError(f"{folder}: {error}") from error
    return registration(who)


def registration(who: Identity) -> dict[str, Any]:
    """Return what the hub's administrator registers, with a fresh proof of possession."""
    proof = sign_key_proof(
        who.key, who.algorithm, system=who.system, hub=who.hub, at=datetime.now(UTC), jti=uuid7()
    )
    return {
        "system": who.system,
        "thumbprint": who.key_id,
        "alg": who.algorithm,
        "jwk": public_jwk(who.key.public_key()),
        "proof": proof,
    }


def _skeleton(url: str, hub: str, system: str) -> str:
    head = yaml.safe_dump({"hub": {"url": url, "id": hub, "system": system, "key": KEY_FILE}})
    return (
        f"{head}"
        "  # trust: keys.json        # khóa của các bên gửi / the senders' keys, for incoming\n"
        "line:\n"
        "  bytes_per_second: null    # giới hạn băng thông / bound, both ways, in bytes a second\n"
        "spool:\n"
        "  outgoing_mb: 1000\n"
        "# Ví dụ / Example: {name: ho-so, adapter: file-drop, config: {…}}; docs/edge.md\n"
        "connectors: []\n"
    )


def open_spool(folder: Path, loaded: Settings) -> Spool:
    """Open the spool of an edge folder.

    Raises:
        EdgeError: the key or the file cannot be used.
    """
    return Spool(folder, SpoolKeys.load(folder / SPOOL_KEYS), bounds=loaded.bounds)


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Keep a second program out: two would send the same messages in another order.

    Raises:
        EdgeError: one is at work.
    """
    handle = os.open(folder / LOCK, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise EdgeError("another hub-edge is at work in this folder") from error
        yield
    finally:
        os.close(handle)


async def run(folder: Path) -> None:
    """Work until SIGTERM or SIGINT.

    Raises:
        EdgeError: the configuration, a key or the address cannot be used.
    """
    loaded = settings.load(folder)
    who = settings.identity(folder, loaded.hub)
    meter = Meter(loaded.line.bytes_per_second)
    async with AsyncExitStack() as stack:
        stack.enter_context(only_one(folder))
        spool = stack.enter_context(open_spool(folder, loaded))
        line = _line(folder, loaded, who, meter)
        stack.push_async_callback(line.aclose)
        edge = Edge(loaded, who, lambda: settings.trust(folder, loaded.hub), spool, line, meter)
        if edge.services:
            port = await stack.enter_async_context(listening(edge.services, loaded.listen, folder))
            _log.info("services are called at port %d", port)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, edge.stop)
        _log.info("at work for system %s", who.system)
        await _until_stopped(edge)


async def _until_stopped(edge: Edge) -> None:
    try:
        await edge.run()
    except* EdgeError as group:
        # One of them says enough; the program ends and nothing is lost.
        raise EdgeError(str(group.exceptions[0])) from group


def _line(folder: Path, loaded: Settings, who: Identity, meter: Meter) -> HttpLine:
    try:
        return HttpLine(
            loaded.hub.url,
            who,
            meter,
            tls=settings.tls(folder, loaded.hub),
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


async def _check_connector(
    folder: Path, loaded: Settings, connector: ConnectorSettings
) -> dict[str, Any]:
    name = connector.name
    try:
        adapter = settings.adapter_class(connector.adapter)
        config = settings.adapter_config(connector, adapter)
        if adapter.spec.kind != "source":
            settings.trust(folder, loaded.hub)
    except EdgeError as error:
        return _told(name, ok=False, en=str(error))
    ctx = Context(name, networks=connector.networks)
    found = await check_adapter(adapter(config), ctx, connector.timeout)
    return _told(name, ok=found.ok, en=found.en, vi=found.vi)


def _told(name: str, *, ok: bool, en: str = "", vi: str = "") -> dict[str, Any]:
    return {"name": name, "ok": ok, "en": en, "vi": vi}


def table(folder: Path) -> dict[str, Any]:
    """Return what `status` shows."""
    with open_spool(folder, settings.load(folder)) as spool:
        return spool.do(status.table)


def in_words(told: dict[str, Any]) -> list[str]:
    """Return the table for a person."""
    last = told["last_contact"]
    when = "-" if last is None else datetime.fromtimestamp(last, UTC).isoformat(timespec="seconds")
    lines = [
        f"Đang chạy / running: {'có / yes' if told['running'] else 'không / no'}",
        f"Liên lạc với trục gần nhất / last contact: {when}",
        f"Băng thông / bandwidth: {told['bytes_per_second']} B/s",
        f"Chờ gửi / outgoing: {_queue_in_words(told['outgoing'])}",
        f"Chờ giao / incoming: {_queue_in_words(told['incoming'])}",
        f"Thư lỗi / dead letters: {told['dead_letters']}",
    ]
    lines += [
        f"  {each['count']} × {each['code']} (hub-edge retry|drop {each['first']})"
        for each in told["causes"]
    ]
    lines += [f"Tạm dừng / paused: {name}" for name in told["paused"]]
    lines += [f"{name}: {words}" for name, words in told["connectors"].items()]
    lines += [f"Trục / hub: {told['trouble']}"] if told["trouble"] else []
    return lines + [f"Chú ý / warning: {words}" for words in told["warnings"]]


def _queue_in_words(queue: dict[str, Any]) -> str:
    oldest = queue["oldest_seconds"]
    age = "" if oldest is None else f", cũ nhất / oldest {timedelta(seconds=oldest)}"
    return f"{queue['messages']}, {queue['bytes']} B / {queue['bound']} B{age}"


def set_paused(folder: Path, name: str, *, to: bool) -> None:
    """Pause a connector or let it go on.

    Raises:
        EdgeError: there is no such connector.
    """
    loaded = settings.load(folder)
    if name not in {each.name for each in loaded.connectors}:
        raise EdgeError(f"{name}: no connector of edge.yaml has this name")
    with open_spool(folder, loaded) as spool:
        spool.do(lambda tx: status.set_paused(tx, name, to=to))


def dead_letters(folder: Path) -> list[dict[str, Any]]:
    """Return the oldest dead letters, without their content."""
    with open_spool(folder, settings.load(folder)) as spool:
        return [asdict(each) for each in spool.do(dead.listed)]


def retry(folder: Path, number: int, connector: str | None) -> None:
    """Try a dead letter again."""
    with open_spool(folder, settings.load(folder)) as spool:
        spool.do(lambda tx: status.retry(tx, number, connector))


def drop(folder: Path, number: int) -> None:
    """Give a dead letter up."""
    with open_spool(folder, settings.load(folder)) as spool:
        spool.do(lambda tx: status.drop(tx, number))


def rotate_key(folder: Path) -> str:
    """Seal with a new key from now on; return its id. Needs the program stopped.

    Raises:
        EdgeError: the program runs: it would go on with the old key.
    """
    with only_one(folder):
        keys = SpoolKeys.load(folder / SPOOL_KEYS).rotated()
        keys.save(folder / SPOOL_KEYS)
    return keys.current


def log_as_lines() -> None:
    """Log to standard error, one JSON object per line."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    # Each request of a long poll would be a line.
    logging.getLogger("httpx2").setLevel(logging.WARNING)


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "name": record.name,
            "text": record.getMessage(),
            "host": socket.gethostname(),
        }
        return json.dumps(told, ensure_ascii=False)


def say(value: object) -> None:
    """Print one JSON object."""
    typer.echo(json.dumps(value, ensure_ascii=False))
