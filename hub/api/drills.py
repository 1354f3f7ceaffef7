"""The sandbox's drill: a first attempt that is answered 503, to see that the sender tries again."""

from collections import OrderedDict
from typing import Final

from hub.decision.sandbox import DRILLED, in_sandbox

_MOST: Final = 10_000
"""Drills that are remembered; the oldest is forgotten, and is drilled once more."""


class Drills:
    """Which drills this process has answered. Nothing is lost: 503 says that nothing was taken."""

    def __init__(self) -> None:
        self._answered: OrderedDict[tuple[str, str], None] = OrderedDict()

    def begins(self, system: str, id: str) -> bool:
        """Say whether this attempt is to be answered 503: the first one of a drill."""
        if not in_sandbox(system) or not id.startswith(DRILLED):
            return False
        name = (system, id)
        if name in self._answered:
            return False
        self._answered[name] = None
        if len(self._answered) > _MOST:
            self._answered.popitem(last=False)
        return True
