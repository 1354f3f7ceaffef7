"""`hub up`: the whole hub on this machine, until Ctrl-C."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Mount `hub up`."""
    app.command("up")(up)


def up(
    home: Annotated[Path | None, typer.Option(help="Home directory instead of HUB_HOME.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON line at each change instead of a table.")
    ] = False,
) -> None:
    """Run broker and all processes until Ctrl-C. / Chạy toàn bộ trục cho tới khi nhấn Ctrl-C."""
    import asyncio  # noqa: PLC0415  (`hub --help` loads none of this)

    from hub.cli.whole import run_hub  # noqa: PLC0415

    if not asyncio.run(run_hub(home, as_json=as_json)):
        raise typer.Exit(1)
