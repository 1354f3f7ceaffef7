"""`hub run NAME`: one process of the hub, until SIGTERM."""

from pathlib import Path
from typing import Annotated

import typer

from hub.cli.processes import Name


def register(app: typer.Typer) -> None:
    """Mount `hub run`."""
    app.command("run")(run_process)


def run_process(
    name: Annotated[Name, typer.Argument(help="Which process. / Tiến trình nào.")],
    home: Annotated[Path | None, typer.Option(help="Home directory instead of HUB_HOME.")] = None,
) -> None:
    """Run one process until SIGTERM. / Chạy một tiến trình của trục cho tới khi nhận SIGTERM."""
    from hub.cli.hosts import entry  # noqa: PLC0415  (`hub --help` loads none of this)
    from hub.cli.hosts.host import serve  # noqa: PLC0415

    serve(name, entry(name), home)
