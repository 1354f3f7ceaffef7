import pytest

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


@pytest.fixture
async def control(migrated_sqlite):
    """Give a control plane over an empty SQLite database."""
    engine = open_engine(migrated_sqlite)
    yield Control(engine, HUB, adapters=SampleAdapters(), holdings=HeldByConnectors())
    await engine.dispose()


@pytest.fixture
async def with_system(control):
    """Give a control plane that knows one organisation and one system."""
    await control.write(change_set(organisation(), system()), actor="an")
    return control
