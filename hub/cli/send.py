"""`hub send` and `hub upload`: hand in a message, and the files it refers to."""

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

HELP: Final = f"""Sign one message and hand it in. / Ký và gửi một bản tin.

Example / Ví dụ:

  hub send vn.gov.dossier.received.v1 --body ho-so.json --to org:H57.11 --subject H57.11-261122-0001

Repeating it with the same --id and --time sends the same message: it is delivered once.
/ Gửi lại với cùng --id và --time là cùng một bản tin: chỉ được chuyển một lần.

{EXIT_CODES}"""


def register(app: typer.Typer) -> None:
    """Mount `hub send` and `hub upload`."""
    app.command("send", help=HELP)(send)
    app.command("upload")(upload)


def send(
    type: Annotated[str, typer.Argument(help="Event type. / Loại sự kiện.")],
    *,
    hub: HubOption,
    system: SystemOption,
    key: KeyOption,
    body: Annotated[
        Path, typer.Option("--body", help="File with the JSON body; - reads it from the input.")
    ] = Path("-"),
    to: Annotated[
        list[str] | None,
        typer.Option("--to", help="system:…, org:… or group:…; repeatable. / Nơi nhận."),
    ] = None,
    subject: Annotated[
        str | None, typer.Option(help="Business key, such as a dossier code. / Mã hồ sơ.")
    ] = None,
    id: Annotated[str | None, typer.Option(help="Default: a new UUIDv7.")] = None,
    time: Annotated[
        str | None, typer.Option(help="When it happened, RFC 3339. Default: now.")
    ] = None,
    dataschema: Annotated[
        str | None, typer.Option(help="Default: the first schema of the type.")
    ] = None,
    onbehalf: Annotated[
        str | None, typer.Option(help="Code of the agency one speaks for. / Gửi thay cho.")
    ] = None,
    objects: Annotated[
        list[str] | None,
        typer.Option("--object", help="Hash of an object the body refers to; see `hub upload`."),
    ] = None,
    priority: Annotated[str | None, typer.Option(help="normal or urgent.")] = None,
    wait: Annotated[
        int, typer.Option(min=0, max=60, help="Seconds to wait for the decision; 0: do not.")
    ] = 10,
    check: Annotated[
        bool, typer.Option("--check", help="Only say what would be decided. / Chỉ kiểm tra.")
    ] = False,
    url: UrlOption = DEFAULT_URL,
    algorithm: AlgorithmOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sign one message and hand it in."""
    from hub.cli import sending  # noqa: PLC0415  (`hub --help` loads no HTTP)

    options = sending.Options(
        recipients=to or (),
        subject=subject,
        id=id,
        time=sending.moment(time),
        dataschema=dataschema,
        onbehalf=onbehalf,
        priority=priority,
        objects=objects or (),
    )
    who = sending.identity(system, hub, key, algorithm)
    sending.send(url, who, type, body, options, wait=wait, check=check, as_json=as_json)


def upload(
    file: Annotated[Path, typer.Argument(help="The file. / Tệp cần tải lên.")],
    *,
    hub: HubOption,
    system: SystemOption,
    key: KeyOption,
    media_type: Annotated[
        str | None, typer.Option(help="Default: guessed by the name. / Kiểu nội dung.")
    ] = None,
    url: UrlOption = DEFAULT_URL,
    algorithm: AlgorithmOption = None,
) -> None:
    """Upload a file; print the reference that a body carries. / Tải tệp lên, in ra tham chiếu."""
    from hub.cli import sending  # noqa: PLC0415  (`hub --help` loads no HTTP)

    sending.upload(url, sending.identity(system, hub, key, algorithm), file, media_type)
