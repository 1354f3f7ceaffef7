"""`hub quarantine list` and `release`: held messages, owned by the hub's operator.

Thin commands on the admin API, as `hub admin`: a release needs a reason (invariant 11).
"""

import json
from typing import Annotated, Any, Final

import typer

from hub.cli.admin_options import PAGE, ReasonOption, api, connect
from hub.cli.errors import CommandFailed

quarantine_app: Final = typer.Typer(
    help="Messages that are held for a fault of the hub. / Thông điệp bị giữ lại do lỗi của trục.",
    no_args_is_help=True,
)
quarantine_app.callback()(connect)


def register(app: typer.Typer) -> None:
    """Mount `hub quarantine …`."""
    app.add_typer(quarantine_app, name="quarantine")


@quarantine_app.command("list")
def list_held(context: typer.Context) -> None:
    """Print what is held, one JSON object a line, the oldest first. / Liệt kê."""
    after: int | None = -1
    while after is not None:
        page = api(context).read("quarantine", after=after, limit=PAGE)
        _print(page["items"])
        after = page["next"]


@quarantine_app.command("release")
def release(
    context: typer.Context,
    offset: Annotated[int, typer.Argument(help="As `hub quarantine list` shows it.", min=0)],
    reason: ReasonOption,
) -> None:
    """Let a message, and all that wait behind it, be decided anew, in their order.

    Repair the fault first. The reason also stands in the history of each message, which its sender
    sees: no personal data. / Cho quyết định lại thông điệp này và các thông điệp chờ sau nó; bên
    gửi xem được lý do.
    """
    try:
        _print(api(context).release(offset, reason)["released"])
    except CommandFailed as failure:
        raise CommandFailed(
            f"{failure}\n     What is held: `hub quarantine list`.", status=failure.status
        ) from failure


def _print(messages: list[dict[str, Any]]) -> None:
    for message in messages:
        typer.echo(json.dumps(message, ensure_ascii=False))
