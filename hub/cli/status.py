"""`hub status` and `hub health`: how the hub of this home is."""

import json
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.processes import Name

HomeOption = Annotated[Path | None, typer.Option(help="Home directory instead of HUB_HOME.")]


def register(app: typer.Typer) -> None:
    """Mount `hub status` and `hub health`."""
    app.command("status")(status)
    app.command("health")(health)


def status(
    home: HomeOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Show the processes; exit 1 unless all are ready. / Xem trạng thái các tiến trình."""
    from rich.console import Console  # noqa: PLC0415  (`hub --help` loads none of this)

    from hub.cli import environment  # noqa: PLC0415
    from hub.cli.supervisor import status_of  # noqa: PLC0415
    from hub.cli.table import table_of  # noqa: PLC0415

    now = status_of(environment.home(home))
    if as_json:
        typer.echo(now.as_json())
    elif now.rows:
        Console().print(table_of(now))
    else:
        typer.echo(f"{now.hub}: not running. Start it with `hub up`. / Chưa chạy.")
    if not now.ready:
        raise typer.Exit(1)


def health(
    name: Annotated[Name, typer.Argument(help="Which process. / Tiến trình nào.")],
    home: HomeOption = None,
) -> None:
    """Exit 0 if this process is alive and ready: a container's health check."""
    from hub.cli import environment, pulse  # noqa: PLC0415  (`hub --help` loads none of this)

    told = pulse.read(environment.home(home).pulse(name.value))
    healthy = told is not None and told.fresh and told.ready
    typer.echo(json.dumps({"process": name.value, "healthy": healthy}))
    if not healthy:
        raise typer.Exit(1)
