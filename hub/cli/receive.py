"""`hub receive`: read one's own inbox and say what became of each message."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from hub.cli.client_options import (
    DEFAULT_URL,
    EXIT_CODES,
    AlgorithmOption,
    HubOption,
    JsonOption,
    KeyOption,
    SystemOption,
    UrlOption,
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
    stream: Annotated[
        bool,
        typer.Option(
            "--stream", help="Be sent messages over one connection. / Nhận qua một kết nối mở."
        ),
    ] = False,
    url: UrlOption = DEFAULT_URL,
    algorithm: AlgorithmOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read one's own inbox."""
    from hub.cli import receiving  # noqa: PLC0415  (`hub --help` loads no HTTP)

    trust = receiving.trust(keys, unverified=unverified)
    who = receiving.identity(system, hub, key, algorithm)
    stage = receiving.stage(ack.value)
    reading = receiving.Reading(
        trust=trust, cursor=cursor, said=stage, into=into, once=once, stream=stream, as_json=as_json
    )
    receiving.receive(url, who, reading)
