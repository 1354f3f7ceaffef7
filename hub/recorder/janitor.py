"""The janitor: deletes objects and uploads that nobody refers to any more, and old counts."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.io.object_bytes import ObjectBytes
from hub.io.objects import delete_unreferenced
from hub.io.sql.figures import forget_old_figures
from hub.io.uploads import delete_stale_uploads
from hub.io.waiting import wait_for
from hub.ports import Unavailable

EVERY_SECONDS: Final = 3_600.0
"""Between two rounds. What goes is at least a day old, so an hour more or less is nothing."""

_log = structlog.get_logger("janitor")


async def run(
    engine: AsyncEngine,
    store: ObjectBytes,
    clock: Callable[[], datetime],
    stop: asyncio.Event,
    every_seconds: float = EVERY_SECONDS,
) -> None:
    """Go round until `stop` is set. A store that is away is asked again in the next round."""
    while not stop.is_set():
        try:
            objects = await delete_unreferenced(engine, store, clock())
            uploads = await delete_stale_uploads(engine, store, clock())
            figures = await forget_old_figures(engine, clock())
        except Unavailable as error:
            _log.warning("janitor_waits", cause=str(error))
        else:
            if objects or uploads or figures:
                _log.info("janitor_deleted", objects=objects, uploads=uploads, figures=figures)
        await wait_for(stop, every_seconds)
