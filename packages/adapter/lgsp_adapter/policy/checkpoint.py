"""How far a source may be acknowledged: the end of the unbroken row of what is durable."""

from collections import deque


class Checkpoint:
    """The unacknowledged positions of one source, in order of reading. State without I/O."""

    def __init__(self) -> None:
        self._open: deque[str] = deque()
        self._state: dict[str, bool] = {}

    def __len__(self) -> int:
        return len(self._open)

    def read(self, position: str) -> None:
        """Note a record that was read.

        Raises:
            ValueError: its position is open already: two records cannot end at the same place.
        """
        if position in self._state:
            raise ValueError("two records have the same position")
        self._open.append(position)
        self._state[position] = False

    def durable(self, position: str) -> str | None:
        """Note that an open record is durable; return what to acknowledge now, None if unchanged.

        Whatever the order of the calls, nothing that is not durable is ever acknowledged (faust and
        others commit past what is in flight; see invariant 1).
        """
        self._state[position] = True
        reached = None
        while self._open and self._state[self._open[0]]:
            reached = self._open.popleft()
            del self._state[reached]
        return reached
