"""How `hub up` and `hub status` show the status table: live, as lines, or as JSON."""

from datetime import UTC, datetime
from types import TracebackType
from typing import Final, Self, TextIO

from rich.console import Console
from rich.live import Live
from rich.table import Table

from hub.cli.keeper import State
from hub.cli.supervisor import Row, Status

COLOURS: Final = {
    State.READY: "green",
    State.STARTING: "yellow",
    State.BACKING_OFF: "yellow",
    State.GAVE_UP: "red",
}


class LiveTable:
    """One table that is drawn anew in place."""

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, auto_refresh=False, transient=False)
        self._console = console
        self._begun = False

    def __enter__(self) -> Self:
        return self

    def __call__(self, status: Status) -> None:
        """Draw the table. Not before something runs: a download draws its own progress bar."""
        if not self._begun:
            if all(row.pid is None for row in status.rows):
                return
            self._begun = True
            self._live.start()
        self._live.update(table_of(status), refresh=True)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._begun:
            self._live.stop()


class Lines:
    """One line for each change of state: for logs and pipes."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._shown: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __call__(self, status: Status) -> None:
        """Write what has changed."""
        for row in status.rows:
            if self._shown.get(row.name) != row.state:
                self._shown[row.name] = row.state
                self._out.write(f"{row.since} {row.name}: {row.state} {row.note}".rstrip() + "\n")
        self._out.flush()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        return


class JsonLines(Lines):
    """The whole table as one JSON object on a line, at each change of state."""

    def __call__(self, status: Status) -> None:
        """Write the table if a state has changed."""
        states = {row.name: row.state for row in status.rows}
        if states != self._shown:
            self._shown = states
            self._out.write(status.as_json() + "\n")
            self._out.flush()


def table_of(status: Status) -> Table:
    """Return the status as a table for people."""
    title = f"{status.hub}: {'ready' if status.ready else 'not ready'}"
    table = Table(title=title, title_justify="left", expand=False)
    for column in ("process", "state", "pid", "for", "restarts", "MB", "note"):
        table.add_column(column, overflow="fold" if column == "note" else "ellipsis")
    for row in status.rows:
        table.add_row(*_cells(row))
    return table


def _cells(row: Row) -> tuple[str, ...]:
    colour = COLOURS.get(State(row.state), "default")
    return (
        row.name,
        f"[{colour}]{row.state}[/]",
        str(row.pid or ""),
        _age(row.since),
        str(row.restarts),
        str(row.memory_mb or ""),
        row.note.replace("[", r"\["),
    )


def _age(since: str) -> str:
    seconds = int((datetime.now(UTC) - datetime.fromisoformat(since)).total_seconds())
    minutes, seconds = divmod(max(0, seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"
