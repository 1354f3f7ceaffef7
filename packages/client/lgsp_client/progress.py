"""How far an inbox is done: the end of the unbroken row of settled deliveries."""

from collections import deque
from dataclasses import dataclass


@dataclass(slots=True)
class _Step:
    cursor: str
    open: int


class Progress:
    """Deliveries may be settled in any order; a restart must begin before the first open one."""

    def __init__(self) -> None:
        self._row: deque[_Step] = deque()
        self._steps: dict[str, _Step] = {}
        self._safe: str | None = None

    def __len__(self) -> int:
        return len(self._row)

    def handed_out(self, cursor: str) -> None:
        """Note a delivery that is now the caller's."""
        step = _Step(cursor, 1)
        self._row.append(step)
        self._steps[cursor] = step

    def passed(self, cursor: str) -> None:
        """Note a position behind which there is nothing of ours to settle."""
        self._row.append(_Step(cursor, 0))
        self._advance()

    def settled(self, cursor: str) -> None:
        """Note that the hub has the caller's statement about this delivery, durably."""
        step = self._steps.pop(cursor, None)
        if step is not None:
            step.open = 0
            self._advance()

    @property
    def safe(self) -> str | None:
        """The cursor to start from after a crash; None before the first."""
        return self._safe

    def _advance(self) -> None:
        while self._row and not self._row[0].open:
            self._safe = self._row.popleft().cursor
