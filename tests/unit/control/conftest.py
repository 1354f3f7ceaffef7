import asyncio
import shutil

import pytest

from hub.control.migrate import migrate
from hub.control.service import Control
from hub.io.sql.engine import open_engine
from tests.control_support import (
    HUB,
    HeldByConnectors,
    SampleAdapters,
    change_set,
    organisation,
    system,
)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """Give the path of an empty, migrated SQLite database, to be copied."""
    path = tmp_path_factory.mktemp("control") / "hub.db"
    asyncio.run(migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture
async def control(migrated, tmp_path):
    """Give a control plane over an empty SQLite database."""
    path = shutil.copy(migrated, tmp_path / "hub.db")
    engine = open_engine(f"sqlite:///{path}")
    yield Control(engine, HUB, adapters=SampleAdapters(), holdings=HeldByConnectors())
    await engine.dispose()


@pytest.fixture
async def with_system(control):
    """Give a control plane that knows one organisation and one system."""
    await control.write(change_set(organisation(), system()), actor="an")
    return control
