"""The work behind `hub send` and `hub upload`."""

import json
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import typer
from lgsp_client import Checked, Identity, Submitted
from lgsp_client.outgoing import Options

from hub.cli.client_options import EX_REFUSED
from hub.cli.client_side import connect, emit, identity, told, unreadable

__all__ = ["Options", "identity", "moment", "send", "upload"]


def send(
    url: str,
    who: Identity,
    type: str,
    body: Path,
    options: Options,
    *,
    wait: int,
    check: bool,
    as_json: bool,
) -> None:
    """Send a message, or only ask what would become of it."""
    content = _read(body)
    with told(as_json=as_json), connect(url, who) as client:
        if check:
            _report(client.check(type, content, **options), as_json=as_json)
        else:
            done = client.submit(type, content, wait=wait or None, **options)
            emit(_fields(done), _sentence(done), as_json=as_json)


def upload(url: str, who: Identity, file: Path, media_type: str | None) -> None:
    """Upload a file and print its reference."""
    with told(as_json=False), connect(url, who) as client:
        try:
            ref = client.upload(file, media_type=media_type)
        except OSError as error:
            raise unreadable(file, error) from error
        typer.echo(json.dumps(ref.to_json(), ensure_ascii=False))


def _read(body: Path) -> bytes:
    """Return the bytes as they are: what stands in the file is what is signed (invariant 4)."""
    if str(body) == "-":
        return sys.stdin.buffer.read()
    try:
        return body.read_bytes()
    except OSError as error:
        raise unreadable(body, error) from error


def moment(text: str | None) -> datetime | None:
    """Return the time that was given.

    Raises:
        typer.BadParameter: not RFC 3339, or without a zone: whose ten o'clock?
    """
    if text is None:
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter("not RFC 3339", param_hint="--time") from error
    if parsed.tzinfo is None:
        raise typer.BadParameter("say the zone, as in +07:00 or Z", param_hint="--time")
    return parsed


def _report(checked: Checked, *, as_json: bool) -> None:
    """Print what a dry run found.

    Raises:
        typer.Exit: the hub would refuse.
    """
    lines = [f"- {one.reason} {one.place} {one.detail}".rstrip() for one in checked.findings]
    if checked.admitted:
        heading = "Hợp lệ, sẽ được nhận / Valid, would be admitted"
    else:
        heading = "Sẽ bị từ chối / Would be refused"
    emit(
        {"admitted": checked.admitted, "errors": [asdict(one) for one in checked.findings]},
        "\n".join([heading, *lines]),
        as_json=as_json,
    )
    if not checked.admitted:
        raise typer.Exit(EX_REFUSED)


def _fields(done: Submitted) -> dict[str, Any]:
    return {**done.answer, "source": done.source, "id": done.id, "state": done.state}


def _sentence(done: Submitted) -> str:
    if done.known:
        said = "Trục đã có bản tin này, không chuyển lần hai / Known already, not delivered twice"
    elif done.state == "admitted":
        said = "Đã được tiếp nhận và chuyển đi / Admitted and delivered"
    else:
        said = "Trục đã lưu bản tin, chờ quyết định / Stored by the hub, to be decided"
    return f"{said}: {done.source} {done.id}"
