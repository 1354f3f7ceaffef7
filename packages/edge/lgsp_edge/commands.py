"""What an operator asks and says: both pass through the spool."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import typer

from lgsp_edge import dead, settings, status
from lgsp_edge.errors import EdgeError
from lgsp_edge.folders import open_spool


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


def say(value: object) -> None:
    """Print one JSON object."""
    typer.echo(json.dumps(value, ensure_ascii=False))
