"""`hub bench`: measure the hub on this machine and hold it against its budgets."""

import json
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated

import typer

from hub.cli.errors import CommandFailed


class Only(StrEnum):
    """A part of the benchmark."""

    ROUTER = "router"
    LATENCY = "latency"
    HTTP = "http"
    CONNECTORS = "connectors"
    DOCUMENTS = "documents"
    LOG = "log"


def register(app: typer.Typer) -> None:
    """Mount `hub bench`."""
    app.command("bench")(bench)


def bench(
    as_json: Annotated[
        bool, typer.Option("--json", help="The result as one JSON object on the last line.")
    ] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Only show that it runs: no budget fails.")
    ] = False,
    runs: Annotated[
        int | None, typer.Option(min=1, help="Runs of router and contender. Default: 3.")
    ] = None,
    count: Annotated[
        int | None, typer.Option(min=6_000, help="Messages in a run. Default: 60,000.")
    ] = None,
    only: Annotated[Only | None, typer.Option(help="Measure only this part.")] = None,
    soak: Annotated[
        bool, typer.Option("--soak", help="Also the router's memory after 1 million messages.")
    ] = False,
) -> None:
    """Measure against the budgets; exit 1 if one fails. / Đo hiệu năng so với ngân sách đã đặt.

    Nothing else should run on the machine. / Không nên chạy việc khác trên máy khi đo.
    """
    from rich.console import Console  # noqa: PLC0415  (`hub --help` loads none of this)

    from bench import budgets, effort, report, table  # noqa: PLC0415
    from hub.io.embedded import EmbeddedBrokerError  # noqa: PLC0415
    from hub.ports import Unavailable  # noqa: PLC0415

    chosen = effort.chosen(quick=quick, runs=runs, count=count)
    parts = frozenset(report.Part) if only is None else frozenset({report.Part(only.value)})
    try:
        found = report.run(parts, chosen, _progress(), with_soak=soak)
    except (RuntimeError, OSError, EmbeddedBrokerError, Unavailable) as error:
        raise CommandFailed(f"the measurement failed: {error!r}") from error
    except ExceptionGroup as several:
        raise CommandFailed(f"the measurement failed: {several.exceptions[0]!r}") from several
    verdicts = budgets.judge(found)
    Console(stderr=as_json).print(table.rich_table(verdicts))
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
    if not quick and not budgets.kept(verdicts):
        raise typer.Exit(1)


def _progress() -> Callable[[str], None]:
    """Return what prints a line with the seconds since the start, on standard error."""
    begun = time.monotonic()

    def tell(line: str) -> None:
        typer.echo(f"{time.monotonic() - begun:6.0f} s  {line}", err=True)

    return tell
