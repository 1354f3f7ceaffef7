"""Does confirmed jobs over dead letters, one after the other, also over a restart."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import structlog

from hub.control.dead_letter_jobs import DeadLetterJobs
from hub.control.lease import Lease
from hub.ports import Refusing, Unavailable

POLL_SECONDS: Final = 1.0
"""Between two looks for a confirmed job: a person who confirms waits no longer than that."""
RETRY_SECONDS: Final = 5.0
"""After Kafka or SQL was away. Nothing is lost: the job stands where it stood."""

_log = structlog.get_logger()


class JobRunner:
    """Of several processes the one with the lease works; two at once would only repeat orders."""

    def __init__(self, jobs: DeadLetterJobs, lease: Lease) -> None:
        self._jobs, self._lease = jobs, lease

    async def run(self) -> None:
        """Work until cancelled."""
        await take_turns(self.turn, self._lease)

    async def turn(self) -> bool:
        """Do one slice of the job that goes now; say whether there was one.

        Raises:
            Refusing, Unavailable: Kafka or SQL does not answer.
        """
        if not await self._lease.take():
            return False
        job = await self._jobs.running()
        if job is None:
            return False
        after = await self._jobs.step(job)
        _log.info("job_step", job=job.id, handled=after.handled, state=after.state.value)
        return True


async def take_turns(turn: Callable[[], Awaitable[bool]], lease: Lease) -> None:
    """Do `turn` again and again until cancelled: at once while there was something to do."""
    try:
        while True:  # noqa: ASYNC110  (what it looks for stands in SQL)
            await asyncio.sleep(await _pause_after(turn))
    finally:
        with suppress(Unavailable):
            await lease.release()


async def _pause_after(turn: Callable[[], Awaitable[bool]]) -> float:
    try:
        return 0.0 if await turn() else POLL_SECONDS
    except (Refusing, Unavailable) as error:
        _log.warning("job_waits", cause=str(error))
        return RETRY_SECONDS
