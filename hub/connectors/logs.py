"""The level of an adapter's own log, changed by an operator for a while."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Final

import structlog
from lgsp_adapter import AdapterError, Context

from hub.connectors.remote import Remote

_AS_EVERYBODY: Final = logging.getLevelName(logging.NOTSET)
_log = structlog.get_logger("connectors")


class Logs:
    """The log of one connector's adapter, here or in a process of its own."""

    def __init__(self, ctx: Context, remote: Remote | None, now: Callable[[], datetime]) -> None:
        self._ctx, self._remote, self._now = ctx, remote, now
        self._end: asyncio.TimerHandle | None = None
        self._telling: set[asyncio.Task[None]] = set()

    def set(self, argument: str) -> None:
        """Have the level until the time that `LEVEL UNTIL` says; a time that is over does nothing.

        What cannot be read is passed over: it was written by another version of the hub.
        """
        level, _, until = argument.partition(" ")
        try:
            seconds = (datetime.fromisoformat(until) - self._now()).total_seconds()
        except (ValueError, TypeError):
            return
        if seconds <= 0 or level not in logging.getLevelNamesMapping():
            return
        self.close()
        self._apply(level)
        # In memory only: a process that starts anew logs as its settings say.
        self._end = asyncio.get_running_loop().call_later(seconds, self._apply, _AS_EVERYBODY)

    def close(self) -> None:
        """Forget the time."""
        if self._end is not None:
            self._end.cancel()

    def _apply(self, level: str) -> None:
        _log.info("adapter_log_level", connector=self._ctx.log.name, level=level)
        self._ctx.log.setLevel(level)
        if self._remote is not None:
            task = asyncio.create_task(self._tell(self._remote, level))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    @staticmethod
    async def _tell(remote: Remote, level: str) -> None:
        # A process that is not there now starts with the ordinary level.
        with suppress(AdapterError):
            await remote.ask("log_level", level, None)
