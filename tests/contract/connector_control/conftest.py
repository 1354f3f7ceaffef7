"""The admin API of connectors: one SQL store of either kind, commands in memory."""

import httpx2
import pytest

from hub.control.service import Control
from hub.io.sql.engine import open_engine
from tests.admin_rig import CommandsInMemory, admin_app
from tests.connector_api import AN
from tests.control_support import (
    HUB,
    HeldByConnectors,
    SampleAdapters,
    change_set,
    connector,
    organisation,
    system,
)


@pytest.fixture
def held():
    """Give what connectors hold; a test says otherwise than nothing."""
    return HeldByConnectors()


@pytest.fixture
async def control(migrated_url, held):
    """Give a control plane that knows one system and its connector."""
    engine = open_engine(migrated_url)
    control = Control(engine, HUB, adapters=SampleAdapters(), holdings=held)
    await control.write(change_set(organisation(), system(), connector()), actor="an")
    yield control
    await engine.dispose()


@pytest.fixture
def commands():
    return CommandsInMemory()


@pytest.fixture
async def client(control, commands):
    """Give a client with the token of `an`."""
    app = admin_app(control, commands=commands)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://hub/v1/admin", headers=AN
    ) as client:
        yield client
