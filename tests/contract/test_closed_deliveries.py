"""Which deliveries are closed, as the search projection tells it."""

import pytest
from sqlalchemy import insert

from hub.io.sql.closed_deliveries import ClosedDeliveries
from hub.io.sql.engine import open_engine
from hub.io.sql.projection_tables import deliveries
from hub.ports import Unavailable
from tests import support


def row(id_, state, recipient="receiver", withdrawn=None):
    return {
        "source": "sender",
        "id": id_,
        "recipient": recipient,
        "state": state,
        "decided_at": support.NOW,
        "updated_at": support.NOW,
        "attempts": 0,
        "withdrawn_at": withdrawn,
    }


@pytest.fixture
async def engine(migrated_url):
    engine = open_engine(migrated_url)
    yield engine
    await engine.dispose()


async def test_a_delivery_is_closed_once_it_ended_or_its_recipient_spoke(engine):
    states = {
        "pending": False,
        "retrying": False,
        "dead_letter": False,
        "held": False,
        "withdrawn": True,
        "expired": True,
        "delivered": True,
        "acknowledged": True,
        "rejected": True,
        "processed": True,
    }
    rows = [row(state, state) for state in states]
    rows.append(row("late", "pending", withdrawn=support.NOW))
    rows.append(row("other", "delivered", recipient="other"))
    async with engine.begin() as connection:
        await connection.execute(insert(deliveries), rows)
    asked = [("sender", one, "receiver") for one in (*states, "late", "other", "unknown")]
    # More than one query holds.
    asked += [("sender", f"more-{number}", "receiver") for number in range(700)]
    closed = await ClosedDeliveries(engine).closed(asked)
    wanted = {one for one, is_closed in states.items() if is_closed} | {"late"}
    assert closed == {("sender", one, "receiver") for one in wanted}
    assert not await ClosedDeliveries(engine).closed([])


async def test_without_its_tables_it_is_not_known(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(Unavailable):
        await ClosedDeliveries(engine).closed([("sender", "1", "receiver")])
    await engine.dispose()
