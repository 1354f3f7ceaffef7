"""Bring the SQL store to the schema of this version of the hub."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from hub.io.sql.engine import opened, sql_errors


async def migrate(url: str) -> None:
    """Apply every migration that the database does not have yet. Safe to repeat.

    Processes may do it at the same time; within one process once at a time (Alembic's context is
    global).

    Raises:
        Unavailable: the database does not answer.
    """
    async with opened(url) as engine:
        with sql_errors("migrating"):
            async with engine.begin() as connection:
                await connection.run_sync(_upgrade)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revisions:
    """Which migration a database has, and which this version of the hub needs."""

    database: str | None
    """None: none at all."""
    needed: str | None


async def revisions(url: str) -> Revisions:
    """Return how far the database is. Nothing is changed.

    Raises:
        Unavailable: the database does not answer.
    """
    async with opened(url) as engine:
        with sql_errors("reading the migrations"):
            async with engine.connect() as connection:
                return await connection.run_sync(_revisions)


def _revisions(connection: Connection) -> Revisions:
    with _config() as config:
        needed = ScriptDirectory.from_config(config).get_current_head()
    database = MigrationContext.configure(connection).get_current_revision()
    return Revisions(database=database, needed=needed)


def _upgrade(connection: Connection) -> None:
    with _config() as config:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def _config() -> Iterator[Config]:
    # From the package, so that it works from an installed wheel as from a clone.
    with as_file(files("hub.control").joinpath("migrations")) as scripts:
        config = Config()
        config.set_main_option("script_location", str(scripts).replace("%", "%%"))
        yield config
