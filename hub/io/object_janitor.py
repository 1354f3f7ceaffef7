"""Delete what is kept for a while: objects nobody names, unfinished uploads, waiting copies."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.io.object_bytes import ObjectBytes
from hub.io.objects import delete_unreferenced
from hub.io.sql.corrected_copies import forget_waiting
from hub.io.uploads import delete_stale_uploads
from hub.ports import Unavailable

EVERY_SECONDS: Final = 3600
"""How often it is looked: what may be deleted has waited a day, an hour more does not matter."""

_log = structlog.get_logger("objects")


async def keep_clean(
    engine: AsyncEngine, store: ObjectBytes, clock: Callable[[], datetime]
) -> None:
    """Look every hour until cancelled. Several processes may do so at once."""
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        try:
            objects = await delete_unreferenced(engine, store, clock())
            uploads = await delete_stale_uploads(engine, store, clock())
            copies = await forget_waiting(engine, clock())
        except Unavailable as error:
            _log.warning("objects_not_cleaned", cause=str(error))
        else:
            _log.info("objects_cleaned", objects=objects, uploads=uploads, copies=copies)
