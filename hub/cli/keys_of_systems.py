"""`hub keys …`: the keys that systems have at the hub: certificates, succession, compromise."""

import json
from datetime import datetime
from typing import Annotated, Any, Final

import typer

from hub.cli.admin_options import ReasonOption, api, connect

keys_app: Final = typer.Typer(
    help="Keys that systems have registered: certificates, end, compromise. / Khóa của hệ thống.",
    no_args_is_help=True,
)
keys_app.callback()(connect)

_PAGE: Final = 500
"""Items asked for at once: the most that the API gives."""

SystemArgument = Annotated[str, typer.Argument(help="Whose key. / Hệ thống giữ khóa.")]
ThumbprintArgument = Annotated[str, typer.Argument(help="The key's kid. / Dấu vân tay khóa.")]
IdArgument = Annotated[str, typer.Argument(help="Of the report. / Mã báo cáo.")]
_MOMENT: Final = "With its zone, as 2026-11-20T09:00:00+07:00. / Kèm múi giờ."


def register(app: typer.Typer) -> None:
    """Mount `hub keys …`."""
    app.add_typer(keys_app, name="keys")


@keys_app.command("compromised")
def compromised(
    context: typer.Context,
    system: SystemArgument,
    thumbprint: ThumbprintArgument,
    *,
    since: Annotated[str, typer.Option(help=f"Since when. {_MOMENT}")],
    reason: ReasonOption,
) -> None:
    """Report a key that somebody else may have: suspended at once. / Báo lộ khóa: ngừng ngay.

    Another person makes it final, or lets the key go on: `hub user requests`.

    Example: hub keys compromised mot-cua-mau Vw0s… --since 2026-11-20T09:00:00+07:00 --reason "…"

    Người thứ hai xác nhận hoặc bác bỏ; khi xác nhận, khóa bị từ chối vĩnh viễn.
    """
    body = {
        "system": system,
        "thumbprint": thumbprint,
        "since": _moment(since, "--since"),
        "reason": reason,
    }
    _print(api(context).people("POST", "compromises", body))


@keys_app.command("reports")
def reports(context: typer.Context) -> None:
    """Print reports of compromised keys, the newest first. / Liệt kê báo cáo lộ khóa."""
    _print_pages(context, "compromises", "before")


@keys_app.command("messages")
def messages(context: typer.Context, id: IdArgument) -> None:
    """Print the messages that a compromised key puts in question. / Thông điệp cần kiểm tra.

    They were admitted from the stated moment until the key was refused; what was before is valid.
    """
    _print_pages(context, f"compromises/{id}/messages", "after")


@keys_app.command("certificates")
def certificates(
    context: typer.Context,
    days: Annotated[int | None, typer.Option(help="Only those that end within so many.")] = None,
    system: Annotated[str | None, typer.Option(help="Only of this system.")] = None,
) -> None:
    """Print certificates of keys, one JSON object a line. / Chứng thư của khóa."""
    wanted = {"days": days, "system": system}
    query = {name: value for name, value in wanted.items() if value is not None}
    _print_pages(context, "certificates", "after", **query)


@keys_app.command("end")
def end(
    context: typer.Context,
    system: SystemArgument,
    thumbprint: ThumbprintArgument,
    *,
    until: Annotated[str, typer.Option(help=f"Until when it counts. {_MOMENT}")],
    reason: ReasonOption,
) -> None:
    """Let a key end at a moment: its successor is registered. / Đặt thời điểm hết hiệu lực."""
    change = {
        "change": "end_key",
        "system": system,
        "thumbprint": thumbprint,
        "valid_to": _moment(until, "--until"),
    }
    _print(api(context).write(reason, [change]))


def _moment(text: str, option: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(_MOMENT, param_hint=option) from None
    if moment.tzinfo is None:
        # Which zone was meant would be a guess, and seven hours of messages hang on it.
        raise typer.BadParameter(_MOMENT, param_hint=option)
    return moment.isoformat()


def _print_pages(context: typer.Context, path: str, name: str, **query: str | int) -> None:
    place: str | None = ""
    while place is not None:
        asked: dict[str, str | int] = {**query, name: place, "limit": _PAGE}
        page = api(context).people("GET", path, None, **asked)
        for item in page["items"]:
            _print(item)
        place = page["next"]


def _print(value: dict[str, Any]) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False))
