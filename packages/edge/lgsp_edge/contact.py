"""Is the hub there? One answer for all who speak with it, so that an outage is one outage."""

import logging
import time
from collections.abc import Callable
from typing import Final

from lgsp_adapter.policy.backoff import Backoff

_log = logging.getLogger("lgsp_edge")

AWAY: Final = Backoff(attempts=None, first=1.0, longest=60.0)
"""A line that is back after a week is used within a minute; 63 sites do not come back at once."""


class Contact:
    """The state of the line. While it is away, one call at a time looks whether it is back."""

    def __init__(
        self,
        chance: Callable[[], float],
        *,
        backoff: Backoff = AWAY,
        ticks: Callable[[], float] = time.monotonic,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._chance, self._backoff = chance, backoff
        self._ticks, self._clock = ticks, clock
        self._failures, self._until = 0, 0.0
        self.last: float | None = None
        """When the hub last answered, in seconds since 1970."""
        self.trouble: str | None = None
        """Why it is away; None while it is not."""
        self.answers = 0
        """How often the hub has answered."""
        self.era = 0
        """Grows with each failure: of many calls that one outage ends, one counts."""

    @property
    def away(self) -> bool:
        """Say whether the last call failed."""
        return self._failures > 0

    def wait(self) -> float:
        """Return the seconds before the next call may begin."""
        return max(0.0, self._until - self._ticks())

    def answered(self) -> None:
        """Note an answer, whatever it says."""
        if self.trouble is not None:
            _log.info("the hub answers again")
        self._failures, self._until, self.trouble = 0, 0.0, None
        self.answers += 1
        self.last = self._clock()

    def failed(self, era: int, trouble: str, asked: float | None = None) -> None:
        """Note a call that began in `era` and had no answer; `asked` is the hub's Retry-After."""
        if era != self.era:
            return
        self.era += 1
        self._failures += 1
        if self.trouble is None:
            _log.warning("the hub is away: %s", trouble)
        self.trouble = trouble
        pause = self._backoff.pause(self._failures, self._chance(), asked) or 0.0
        self._until = self._ticks() + pause
