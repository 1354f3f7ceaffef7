"""One message to all communes on a real broker: in slices, each once, and nobody else waits."""

import asyncio

import pytest

from hub.io.kafka import transaction
from hub.ports import Unavailable
from tests.chaos.fanout import FanOutRig, deliver_to_all, to_all
from tests.chaos.flow import show

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]

COMMUNES = 450
BODY = 40_000
"""Bytes: 25 deliveries in each of 18 slices."""

SECONDS = 90


@pytest.fixture(scope="module")
def own_broker(empty_broker):
    asyncio.run(FanOutRig(empty_broker.bootstrap, None, COMMUNES).make_communes())
    return empty_broker


@pytest.fixture
def rig(own_broker, tmp_path):
    return FanOutRig(own_broker.bootstrap, tmp_path, COMMUNES)


class Slices:
    """Counts the expander's transactions and does something after one of them."""

    def __init__(self, monkeypatch, after=lambda _number: None):
        self.count = 0
        self._write = transaction.TransactionalWriter.write
        slices = self

        async def write(writer, outputs, offsets, group):
            written = await slices._write(writer, outputs, offsets, group)
            if "-fanout-" in writer.transactional_id and outputs:
                slices.count += 1
                after(slices.count)
            return written

        monkeypatch.setattr(transaction.TransactionalWriter, "write", write)


def everybody_once(rig, id_):
    assert set(rig.reached(id_).values()) == {1}
    assert len(rig.reached(id_)) == COMMUNES
    admitted = [e for e in rig.ledger.events if e.message[1] == id_ and e.name == "admitted"]
    assert len(admitted) == 1


async def test_a_message_to_450_communes_reaches_each_once_while_others_pass(
    rig, monkeypatch, capsys
):
    slices = Slices(monkeypatch)
    figures = await deliver_to_all(rig, "den-tat-ca", BODY, SECONDS)
    everybody_once(rig, "den-tat-ca")
    assert slices.count == 18
    with capsys.disabled():
        show("fan-out to 450 communes", figures)


async def test_after_a_slice_whose_outcome_is_unknown_nobody_gets_the_message_twice(
    rig, monkeypatch
):
    def lose_the_answer(number):
        if number == 2:
            raise Unavailable("the answer to the commit was lost (test)")

    slices = Slices(monkeypatch, lose_the_answer)
    async with rig.routing():
        await rig.admit(to_all("khong-ro", BODY))
        await rig.until(rig.all_have("khong-ro"), SECONDS)
    everybody_once(rig, "khong-ro")
    assert slices.count == 18


async def test_an_expander_that_ends_between_slices_is_succeeded_at_the_next_one(
    rig, monkeypatch, tmp_path
):
    second = asyncio.Event()
    slices = Slices(monkeypatch, lambda number: second.set() if number == 2 else None)
    router = rig.start()
    await rig.admit(to_all("giua-chung", BODY))
    await asyncio.wait_for(second.wait(), SECONDS)
    router.cancel()
    await asyncio.wait([router])
    # In one process a cache is opened once: the successor has its own.
    async with rig.routing(cache=tmp_path / "successor"):
        await rig.until(rig.all_have("giua-chung"), SECONDS)
    everybody_once(rig, "giua-chung")
    # The third may have been under way, and was then given up whole.
    assert slices.count in {18, 19}
