"""`hub edge`: the edge connector's own program, mounted where its package is installed."""

import importlib.util

import typer


def register(app: typer.Typer) -> None:
    """Mount `hub edge …`. An agency installs `lgsp-hub-edge` alone and calls it `hub-edge`."""
    if importlib.util.find_spec("lgsp_edge") is None:
        return
    from lgsp_edge.cli import app as edge_app  # noqa: PLC0415  (it may not be installed)

    app.add_typer(edge_app, name="edge")
