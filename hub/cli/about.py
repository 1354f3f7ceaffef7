"""`hub version`."""

from importlib.metadata import version

import typer


def register(app: typer.Typer) -> None:
    """Mount `hub version`."""
    app.command("version")(print_version)


def print_version() -> None:
    """Print the version of the hub. / In phiên bản của trục."""
    typer.echo(f"lgsp-hub {version('lgsp-hub')}")
