"""A connector is deleted when it has stopped and holds nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.connectors.status import Report, State
from hub.control.deletions import UnknownHoldings
from hub.control.refusals import ChangeRefused
from hub.control.service import Control
from hub.io.sql.connector_status import ConnectorStatuses
from hub.ports import Unavailable
from tests.control_support import HUB, HeldByConnectors, SampleAdapters, change_set, connector, wish


@pytest.fixture
async def at_work(with_system):
    """Give a control plane with a connector that works."""
    await with_system.write(change_set(connector()), actor="an")
    return with_system


async def stop(control):
    await control.write(change_set(wish(kind="stop")), actor="an")


async def delete(control):
    return await control.write(change_set(wish(kind="delete")), actor="an")


async def refused(control, code):
    with pytest.raises(ChangeRefused) as refusal:
        await delete(control)
    assert (refusal.value.code, refusal.value.place) == (code, "changes/0")
    return refusal.value.detail


def holding(control, holdings):
    return Control(control.engine, HUB, adapters=SampleAdapters(), holdings=holdings)


async def report(control, state, age=0):
    at = datetime.now(UTC) - timedelta(seconds=age)
    one = Report(name="ket-noi-a", generation=0, state=state, at=at)
    await ConnectorStatuses(control.engine).report([one])


async def test_one_that_works_is_not_deleted_and_it_is_told_what_to_do(at_work):
    assert "hub connector stop" in await refused(at_work, "connector_not_stopped")
    both = change_set(wish(kind="stop"), wish(kind="delete"))
    with pytest.raises(ChangeRefused, match="connector_not_stopped"):
        await at_work.write(both, actor="an")


async def test_one_that_has_not_stopped_yet_is_not_deleted(at_work):
    await stop(at_work)
    await report(at_work, State.STOPPING)
    await refused(at_work, "connector_not_stopped")
    await report(at_work, State.STOPPED)
    assert (await delete(at_work)).changed == 1


async def test_one_whose_process_is_long_gone_can_be_deleted(at_work):
    await stop(at_work)
    await report(at_work, State.RUNNING, age=61)
    assert (await delete(at_work)).changed == 1


@pytest.mark.parametrize("held", [(1, 0), (0, 1), (2, 3)])
async def test_one_that_holds_something_is_not_deleted_and_the_numbers_are_told(at_work, held):
    await stop(at_work)
    control = holding(at_work, HeldByConnectors(ket_noi_a=held))
    detail = await refused(control, "connector_holds")
    assert f"{held[0]} dead letters and {held[1]} other deliveries" in detail
    assert "hub dead-letter list" in detail


async def test_where_it_is_not_known_what_it_holds_it_is_not_deleted(at_work):
    await stop(at_work)
    with pytest.raises(Unavailable):
        await delete(holding(at_work, UnknownHoldings()))


async def test_deleting_again_is_harmless(at_work):
    await stop(at_work)
    await delete(at_work)
    assert (await delete(at_work)).changed == 0
