"""The operators' API over one SQL store of either kind; each test has a copy of a migrated one."""

import asyncio
import shutil
from uuid import uuid4

import psycopg
import pytest

from hub.control.migrate import migrate
from tests.ops_rig import OpsRig


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("ops") / "hub.db"
    asyncio.run(migrate(f"sqlite:///{path}"))
    return path


def _named(server, name):
    head, _, query = server.partition("?")
    return f"{head.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


@pytest.fixture(scope="session")
def migrated_template(postgres):
    name = f"hub_template_{uuid4().hex[:12]}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        asyncio.run(migrate(_named(postgres, name)))
        yield name
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres_copy(postgres, migrated_template):
    name = f"hub_test_{uuid4().hex[:12]}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {migrated_template}")
        yield _named(postgres, name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "postgresql":
        return request.getfixturevalue("postgres_copy")
    shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "hub.db")
    return f"sqlite:///{tmp_path}/hub.db"


@pytest.fixture
async def rig(url):
    """Give the operators' API of the synthetic province; nothing is recorded yet."""
    made = await OpsRig(url).open()
    yield made
    await made.close()
