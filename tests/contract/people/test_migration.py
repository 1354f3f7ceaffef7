"""A hub that had administrators before it had people."""

from importlib.resources import as_file, files

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from hub.api.staff import Staff
from hub.control.network_rules import NetworkRules
from hub.control.networks import Networks
from hub.control.people.second_person import Decision
from hub.control.service import Control
from hub.io.sql.engine import open_engine
from tests.admin_rig import QUICK
from tests.control_support import HUB, SampleAdapters
from tests.people_rig import WHY

AT = "2026-11-01 00:00:00"
OLD = (
    "INSERT INTO admin_tokens VALUES ('binh', 'aa', 'admin', :at, NULL)",
    "INSERT INTO organisations VALUES ('xa-a', 'Xã A (mẫu)', 'commune', NULL, 'active')",
    "INSERT INTO systems VALUES ('he-a', 'xa-a', 'Mẫu', 'active', '[]', '[]', false)",
    (
        "INSERT INTO connectors VALUES"
        " ('so-mau', 'mau', 'he-a', '{}', 'running', 0, 'shared', '{}', '[]', '[]')"
    ),
    (
        "INSERT INTO connector_networks VALUES"
        " ('so-mau', '10.1.0.0/16', 'binh', :at, 'Mẫu', NULL, NULL),"
        " ('so-mau', '10.2.0.0/16', 'binh', :at, 'Mẫu', 'admin', :at)"
    ),
)


def to(revision, *, down=False):
    """Return what brings a connection to a revision."""

    def go(connection):
        with as_file(files("hub.control").joinpath("migrations")) as scripts:
            config = Config()
            config.set_main_option("script_location", str(scripts))
            config.attributes["connection"] = connection
            (command.downgrade if down else command.upgrade)(config, revision)

    return go


async def run(engine, step):
    """Run a step in a transaction of its own, as a start of the hub does."""
    async with engine.begin() as connection:
        await connection.run_sync(step)


@pytest.fixture(params=["sqlite", "postgresql"])
async def engine(request, tmp_path):
    stored = request.param == "postgresql"
    url = request.getfixturevalue("postgres_url") if stored else f"sqlite:///{tmp_path}/old.db"
    engine = open_engine(url)
    await run(engine, to("0007_projection_goals"))
    async with engine.begin() as connection:
        for statement in OLD:
            await connection.execute(text(statement.replace(":at", f"'{AT}'")))
    await run(engine, to("head"))
    yield engine
    await engine.dispose()


async def test_whoever_held_a_token_is_a_person_with_the_same_rights(engine):
    staff = Staff.of(Control(engine, HUB), passwords=QUICK)
    account = await staff.people.find("binh")
    assert account is not None
    assert [one.role for one in account.grants] == ["administrator"]
    assert (account.has_password, account.made_by) == (False, "admin")


async def test_what_waited_for_a_second_person_waits_on_and_can_be_approved(engine):
    control = Control(engine, HUB, adapters=SampleAdapters())
    staff = Staff.of(control, passwords=QUICK)
    networks = Networks(control, NetworkRules(), staff.second)
    (asked,) = await staff.second.page(waiting=True, before="", limit=10)
    assert (asked.asked_by, asked.reason) == ("binh", "Mẫu")
    await staff.second.decide(asked.id, Decision.APPROVED, actor="admin", reason=WHY)
    found = {one.cidr: one.approved_by for one in await networks.of("so-mau")}
    assert found == {"10.1.0.0/16": "admin", "10.2.0.0/16": "admin"}


async def test_the_way_back_keeps_the_administrators(engine):
    await run(engine, to("0007_projection_goals", down=True))
    async with engine.connect() as connection:
        rows = await connection.execute(text("SELECT name FROM admin_tokens"))
        assert [row.name for row in rows] == ["binh"]
    await run(engine, to("head"))
