"""What `hub demo` shows while it goes on: a bar on a terminal, now and then a line elsewhere."""

import time
from types import TracebackType
from typing import Any, Final, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

LINE_SECONDS: Final = 5.0
"""Between two lines where there is no terminal."""


class Show:
    """Messages for people, on standard error: standard output is for the verdict."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._begun = time.monotonic()

    def say(self, text: str) -> None:
        """Show a line, with the seconds since the start."""
        self._console.print(f"[{self.seconds:6.1f} s] {text}", markup=False, soft_wrap=True)

    @property
    def seconds(self) -> float:
        """How long it has been going on."""
        return time.monotonic() - self._begun

    def day(self) -> "DayShow":
        """Return the view of a day that is played."""
        return DayShow(self, self._console)


class DayShow:
    """The progress of one day."""

    def __init__(self, show: Show, console: Console) -> None:
        self._show, self._live = show, console.is_terminal
        self._last = 0.0
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:.0f}/{task.total:.0f}"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[told]}"),
            console=console,
        )
        self._task = self._progress.add_task("gửi / sent", total=1, told="")

    def __enter__(self) -> Self:
        if self._live:
            self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live:
            self._progress.stop()

    def update(self, line: dict[str, Any]) -> None:
        """Take a line of the player's progress."""
        told = (
            f"nhận / received {line.get('received', 0)}, "
            f"từ chối ngay / refused at once {line.get('refused', 0)}"
        )
        answered = line.get("answered", 0)
        if self._live:
            self._progress.update(self._task, completed=answered, total=line["planned"], told=told)
        elif time.monotonic() - self._last >= LINE_SECONDS:
            self._last = time.monotonic()
            self._show.say(f"gửi / sent {answered}/{line['planned']}, {told}")
