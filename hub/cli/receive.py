"""`hub receive`: read one's own inbox and say what became of each message."""

import base64
import json
import os
import tempfile
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from lgsp_client import UNVERIFIED, Delivery, FileCursor, KeyRing, Stage, SyncHubClient
from lgsp_client.keyring import Trust
from lgsp_message.keys import KeyUnusable

from hub.cli.client_options import (
    DEFAULT_URL,
    EXIT_CODES,
    AlgorithmOption,
    HubOption,
    JsonOption,
    KeyOption,
    SystemOption,
    UrlOption,
    connect,
    emit,
    identity,
    told,
    unreadable,
)

HELP: Final = f"""Read one's own inbox. / Đọc hộp thư của mình.

Examples / Ví dụ:

  hub receive --keys keys.json --cursor inbox.cursor --into nhan/ --once

  hub receive --dangerously-unverified --ack none --json --once

With --into each message becomes a file of its exact bytes before it is acknowledged; with --cursor
the next run goes on behind what was acknowledged.
/ Với --into, mỗi bản tin được ghi nguyên vẹn ra tệp trước khi xác nhận; với --cursor, lần chạy sau
tiếp tục từ sau bản tin đã xác nhận.

{EXIT_CODES}"""


class Ack(StrEnum):
    """What is stated about each message."""

    NONE = "none"
    DELIVERED = "delivered"
    ACKNOWLEDGED = "acknowledged"
    PROCESSED = "processed"


STAGES: Final[Mapping[Ack, Stage]] = {
    Ack.DELIVERED: "delivered",
    Ack.ACKNOWLEDGED: "acknowledged",
    Ack.PROCESSED: "processed",
}


def register(app: typer.Typer) -> None:
    """Mount `hub receive`."""
    app.command("receive", help=HELP)(receive)


def receive(
    *,
    hub: HubOption,
    system: SystemOption,
    key: KeyOption,
    keys: Annotated[
        Path | None,
        typer.Option(help="Public keys of the senders (docs/client.md). / Khóa của bên gửi."),
    ] = None,
    unverified: Annotated[
        bool,
        typer.Option(
            "--dangerously-unverified", help="Believe the hub; prove nothing. / Không xác minh."
        ),
    ] = False,
    ack: Annotated[
        Ack, typer.Option(help="What to state about each message. / Xác nhận điều gì.")
    ] = Ack.DELIVERED,
    into: Annotated[
        Path | None, typer.Option(help="Write each body to a file here. / Thư mục lưu bản tin.")
    ] = None,
    cursor: Annotated[
        Path | None, typer.Option(help="File that keeps the position. / Tệp lưu vị trí đọc.")
    ] = None,
    once: Annotated[
        bool, typer.Option("--once", help="Stop at the end of the inbox. / Đọc hết thì dừng.")
    ] = False,
    url: UrlOption = DEFAULT_URL,
    algorithm: AlgorithmOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read one's own inbox."""
    trust = _trust(keys, unverified=unverified)
    who = identity(system, hub, key, algorithm)
    with told(as_json=as_json), connect(url, who) as client:
        try:
            _work(client, trust, cursor, ack, into, once=once, as_json=as_json)
        except OSError as error:
            raise unreadable(into or cursor or Path(), error) from error


def _trust(keys: Path | None, *, unverified: bool) -> Trust:
    """Return whom to believe: one of the two must be said.

    Raises:
        typer.BadParameter: none or both were, or the file is no key ring.
    """
    if (keys is None) is not unverified:
        raise typer.BadParameter(
            "give one of --keys and --dangerously-unverified / chọn một trong hai"
        )
    if keys is None:
        return UNVERIFIED
    try:
        return KeyRing.load(keys)
    except KeyUnusable as error:
        raise typer.BadParameter(str(error), param_hint="--keys") from error
    except OSError as error:
        raise unreadable(keys, error) from error


def _work(
    client: SyncHubClient,
    trust: Trust,
    cursor: Path | None,
    ack: Ack,
    into: Path | None,
    *,
    once: bool,
    as_json: bool,
) -> None:
    store = None if cursor is None else FileCursor(cursor)
    with client.receive(verify=trust, cursors=store, until_empty=once) as inbox:
        for delivery in inbox:
            file = None if into is None else _write(into, delivery)
            emit(_fields(delivery, file), _line(delivery, file), as_json=as_json)
            # Invariant 1: stated only when the bytes are durable here.
            if ack in STAGES:
                delivery.ack(STAGES[ack])


def _write(folder: Path, delivery: Delivery[None]) -> Path:
    """Write the exact bytes; the same message again gives the same file."""
    folder.mkdir(parents=True, exist_ok=True)
    # Source and id hold no slash by their grammar: the name stays inside the folder.
    goal = folder / f"{delivery.source}.{delivery.id}.json"
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".", delete=False) as file:
        file.write(delivery.body)
        file.flush()
        os.fsync(file.fileno())
    return Path(file.name).replace(goal)


def _fields(delivery: Delivery[None], file: Path | None) -> dict[str, Any]:
    where: dict[str, Any] = (
        {"data_base64": base64.b64encode(delivery.body).decode()}
        if file is None
        else {"file": str(file)}
    )
    return {
        "attributes": dict(delivery.attributes.text),
        "proven": delivery.proven,
        "address": delivery.arrived.parcel.address,
        "received_at": delivery.arrived.parcel.received_at,
        **where,
    }


def _line(delivery: Delivery[None], file: Path | None) -> str:
    proven = "đã xác minh / proven" if delivery.proven else "CHƯA XÁC MINH / UNPROVEN"
    subject = delivery.attributes.subject or "-"
    body = "" if file else "\n  " + json.dumps(delivery.json(), ensure_ascii=False)
    return f"{delivery.source} {delivery.id} {delivery.type} {subject} [{proven}]{body}"
