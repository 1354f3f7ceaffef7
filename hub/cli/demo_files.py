"""A file of the demo's own hub, read from its store: no operator's route gives one."""

import asyncio

from sqlalchemy import select

from hub.cli.errors import CommandFailed
from hub.cli.home import Home
from hub.io.object_bytes import ObjectBytes
from hub.io.sql.engine import open_engine
from hub.io.sql.objects_tables import stored_objects


def object_bytes(home: Home, hash_: str) -> bytes:
    """Return an object's bytes.

    Raises:
        CommandFailed: there is no such object.
    """
    return asyncio.run(_read(home, hash_))


async def _read(home: Home, hash_: str) -> bytes:
    engine = open_engine(f"sqlite:///{home.database}")
    query = select(stored_objects.c.path, stored_objects.c.size)
    try:
        async with engine.connect() as connection:
            row = (await connection.execute(query.where(stored_objects.c.hash == hash_))).first()
    finally:
        await engine.dispose()
    if row is None:
        raise CommandFailed("the hub does not keep the letter's file")
    store = ObjectBytes(home.objects.as_uri())
    return b"".join([piece async for piece in store.read(row.path, 0, row.size)])
