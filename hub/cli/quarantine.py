"""`hub quarantine list` and `release`: held messages, owned by the hub's operator."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Final

import typer

quarantine_app: Final = typer.Typer(
    help="Messages that are held for a fault of the hub. / Thông điệp bị giữ lại do lỗi của trục.",
    no_args_is_help=True,
)

HomeOption = Annotated[Path | None, typer.Option(help="Home directory instead of HUB_HOME.")]


def register(app: typer.Typer) -> None:
    """Mount `hub quarantine …`."""
    app.add_typer(quarantine_app, name="quarantine")


@quarantine_app.command("list")
def list_held(home: HomeOption = None) -> None:
    """Print what is held, one JSON object a line, the oldest first. / Liệt kê."""
    from hub.cli import holding  # noqa: PLC0415  (`hub --help` loads no Kafka client)

    for message in asyncio.run(holding.held(home)):
        typer.echo(json.dumps(holding.shown(message), ensure_ascii=False))


@quarantine_app.command("release")
def release(
    offset: Annotated[int, typer.Argument(help="As `hub quarantine list` shows it.")],
    home: HomeOption = None,
) -> None:
    """Let a message, and all that wait behind it, be decided anew, in their order.

    Repair the fault first. / Cho quyết định lại thông điệp này và các thông điệp chờ sau nó.
    """
    from hub.cli import holding  # noqa: PLC0415  (`hub --help` loads no Kafka client)

    for message in asyncio.run(holding.release_at(offset, home)):
        typer.echo(json.dumps(holding.shown(message), ensure_ascii=False))
