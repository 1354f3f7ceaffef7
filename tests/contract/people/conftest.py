"""The API of people over one SQL store of either kind; time is the test's."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from hub.api.browser import Browser
from hub.control.service import Control
from hub.io.sql.engine import open_engine
from tests.admin_rig import admin_app
from tests.control_support import HUB, SampleAdapters, change_set, organisation, system
from tests.people_rig import ORIGIN, Desk

START = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)


@dataclass
class Clock:
    """Stands still until the test moves it."""

    now: datetime = field(default=START)

    def __call__(self):
        return self.now

    def pass_by(self, **time):
        self.now += timedelta(**time)


def pytest_generate_tests(metafunc):
    """Run a module on SQLite, or on the stores that its `STORES` names."""
    if "url" in metafunc.fixturenames:
        stores = getattr(metafunc.module, "STORES", ("sqlite",))
        metafunc.parametrize("url", stores, indirect=True)


@pytest.fixture
def url(request):
    return request.getfixturevalue(f"migrated_{request.param}")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def control(url, clock):
    engine = open_engine(url)
    control = Control(engine, HUB, clock, adapters=SampleAdapters())
    await control.write(
        change_set(
            organisation("so-mau"),
            organisation("xa-a", parent="so-mau"),
            organisation("xa-b"),
            system(),
        ),
        actor="an",
    )
    yield control
    await engine.dispose()


@pytest.fixture
async def desk(control):
    app = admin_app(control, browser=Browser(public_url=ORIGIN))
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)

    def opened(**more):
        return httpx2.AsyncClient(transport=transport, base_url=ORIGIN, **more)

    made = Desk(app, opened)
    yield made
    await made.close()
