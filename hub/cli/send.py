"""`hub send`: sign one message and hand it in."""

import json
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from lgsp_client import Checked, Submitted
from lgsp_client.outgoing import Options

from hub.cli.client_options import (
    DEFAULT_URL,
    EX_REFUSED,
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
    options: Options = {
        "recipients": to or (),
        "subject": subject,
        "id": id,
        "time": _moment(time),
        "dataschema": dataschema,
        "onbehalf": onbehalf,
        "priority": priority,
        "objects": objects or (),
    }
    content = _read(body)
    with told(as_json=as_json), connect(url, identity(system, hub, key, algorithm)) as client:
        if check:
            _report(client.check(type, content, **options), as_json=as_json)
        else:
            done = client.submit(type, content, wait=wait or None, **options)
            emit(_fields(done), _sentence(done), as_json=as_json)


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
    with told(as_json=False), connect(url, identity(system, hub, key, algorithm)) as client:
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


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter("not RFC 3339", param_hint="--time") from error
    if moment.tzinfo is None:
        raise typer.BadParameter("say the zone, as in +07:00 or Z", param_hint="--time")
    return moment


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
