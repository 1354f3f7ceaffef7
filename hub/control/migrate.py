"""Bring the SQL store to the schema of this version of the hub."""

from importlib.resources import as_file, files

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from hub.io.sql.engine import open_engine, sql_errors


async def migrate(url: str) -> None:
    """Apply every migration that the database does not have yet. Safe to repeat.

    Processes may do it at the same time; within one process once at a time (Alembic's context is
    global).

    Raises:
        Unavailable: the database does not answer.
    """
    engine = open_engine(url)
    try:
        with sql_errors("migrating"):
            async with engine.begin() as connection:
                await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    # From the package, so that it works from an installed wheel as from a clone.
    with as_file(files("hub.control").joinpath("migrations")) as scripts:
        config = Config()
        config.set_main_option("script_location", str(scripts).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
