"""Migrated SQL stores. One of each kind is migrated in a run; each test has a copy of its own."""

import asyncio
import shutil
from urllib.parse import urlsplit

import pytest

from hub.control.migrate import migrate
from tests.postgres_fixture import new_database


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory):
    """Give the path of an empty, migrated SQLite database, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "hub.db"
    asyncio.run(migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def migrated_template(postgres):
    """Give the name of an empty, migrated PostgreSQL database, to be copied."""
    with new_database(postgres) as url:
        asyncio.run(migrate(url))
        yield urlsplit(url).path.lstrip("/")


@pytest.fixture
def migrated_sqlite(migrated_file, tmp_path):
    """Give the URL of a SQLite store of this test alone: `hub.db` in its folder."""
    return f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'hub.db')}"


@pytest.fixture
def migrated_postgresql(postgres, migrated_template):
    """Give the URL of a PostgreSQL store of this test alone; it is dropped afterwards."""
    with new_database(postgres, migrated_template) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated_url(request):
    """Give the URL of a store of either kind: the same promises on both."""
    return request.getfixturevalue(f"migrated_{request.param}")
