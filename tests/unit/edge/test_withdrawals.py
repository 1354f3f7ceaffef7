"""A withdrawal that reaches the edge stops what still waits there; urgent keys go first."""

import asyncio
import sqlite3

from lgsp_adapter import Done, Idempotence, Reject, Retryable, Spec
from lgsp_client import Identity
from lgsp_client.outgoing import WITHDRAWAL
from lgsp_edge import arrivals, dead, outbox
from lgsp_edge.outbox import Letter
from lgsp_edge.status import set_paused
from lgsp_edge.withdrawals import SHOWN_SECONDS, close_shown

from tests import edge_rig as rig
from tests.edge_letters import letters, sink_with, withdrawal
from tests.support import key_of


def waiting(spool):
    return spool.do(lambda tx: tx.total("incoming")[0])


def log(folder):
    return rig.lines_of(folder / "log")


def sign_of_life(hub):
    """Have one more message behind all others; it is acknowledged once all before it are in."""
    hub.put(*letters("z-1:z"))
    return lambda: ("acknowledged", "z-1") in hub.receipts


async def test_what_was_withdrawn_while_it_waited_is_never_handed_over(tmp_path):
    hub, out = rig.FileHub(tmp_path / "hub"), tmp_path / "out"
    hub.put(*letters("m-1:a", "m-2:a", "m-3:b"), withdrawal("m-1"))
    adapters = sink_with({})
    settings = rig.settings_of(rig.sink_of(out))
    with rig.spool_at(tmp_path / "edge") as spool:
        spool.do(lambda tx: set_paused(tx, "dich", to=True))
        async with rig.at_work(rig.edge_of(spool, hub, settings, adapters=adapters)):
            await rig.until(lambda: ("acknowledged", "w-1") in hub.receipts)
            spool.do(lambda tx: set_paused(tx, "dich", to=False))
            await rig.until(lambda: ("acknowledged", "m-2") in hub.receipts and not waiting(spool))
    assert sorted(log(out)) == ["m-2", "m-3"]
    # The hub has the withdrawal on record: a statement of ours would contradict its sender.
    assert "m-1" not in {id_ for _, id_ in hub.receipts}


async def test_one_that_is_tried_again_is_not_tried_once_it_is_withdrawn(tmp_path):
    hub, out = rig.FileHub(tmp_path / "hub"), tmp_path / "out"
    hub.put(*letters("m-1:a", "m-2:a"))
    adapters = sink_with({"m-1": [Retryable("busy", after=2.0)] * 50})
    settings = rig.settings_of(rig.sink_of(out))
    with rig.spool_at(tmp_path / "edge") as spool:
        async with rig.at_work(rig.edge_of(spool, hub, settings, adapters=adapters)):
            await rig.until(lambda: "m-1" in log(out))
            hub.put(withdrawal("m-1"))
            await rig.until(lambda: ("acknowledged", "m-2") in hub.receipts)
        assert waiting(spool) == 0
    assert log(out) == ["m-1", "m-2"]


async def test_what_the_other_side_took_while_it_was_withdrawn_is_still_acknowledged(tmp_path):
    hub, out = rig.FileHub(tmp_path / "hub"), tmp_path / "out"
    hub.put(*letters("m-1:a"))
    called, go_on = asyncio.Event(), asyncio.Event()

    class Slow(rig.FolderSink):
        async def write(self, batch):
            called.set()
            await go_on.wait()
            return [Done() for _ in batch]

    settings = rig.settings_of(rig.sink_of(out))
    with rig.spool_at(tmp_path / "edge") as spool:
        async with rig.at_work(rig.edge_of(spool, hub, settings, adapters={"folder": Slow})):
            async with asyncio.timeout(rig.WAIT_SECONDS):
                await called.wait()
            hub.put(withdrawal("m-1"))
            await rig.until(lambda: ("acknowledged", "w-1") in hub.receipts)
            go_on.set()
            await rig.until(lambda: ("acknowledged", "m-1") in hub.receipts)


async def test_a_withdrawn_dead_letter_is_gone_and_its_key_goes_on(tmp_path):
    hub, out = rig.FileHub(tmp_path / "hub"), tmp_path / "out"
    hub.put(*letters("m-1:a", "m-2:a"))
    adapters = sink_with({"m-1": [Reject("bad_shape")]})
    settings = rig.settings_of(rig.sink_of(out))
    with rig.spool_at(tmp_path / "edge") as spool:
        async with rig.at_work(rig.edge_of(spool, hub, settings, adapters=adapters)):
            await rig.until(lambda: spool.do(lambda tx: tx.total("dead")[0]) == 1)
            hub.put(withdrawal("m-1"))
            await rig.until(lambda: ("acknowledged", "m-2") in hub.receipts)
        assert spool.do(dead.listed) == []
        assert waiting(spool) == 0


async def test_an_unknown_end_is_asked_for_before_a_withdrawal_counts(tmp_path):
    hub, out = rig.FileHub(tmp_path / "hub"), tmp_path / "out"
    hub.put(*letters("m-1:a"))
    adapters = sink_with({"m-1": [Retryable("time-out")]}, Idempotence.LOOK_UP, Done(ref="7"))
    settings = rig.settings_of(rig.sink_of(out, timeout=2.0))
    with rig.spool_at(tmp_path / "edge") as spool:
        async with rig.at_work(rig.edge_of(spool, hub, settings, adapters=adapters)):
            await rig.until(lambda: "m-1" in log(out))
            hub.put(withdrawal("m-1"))
            await rig.until(lambda: ("acknowledged", "m-1") in hub.receipts)
    assert log(out) == ["m-1"]


async def test_a_looked_up_delivery_that_nobody_has_is_not_made_after_its_withdrawal(tmp_path):
    hub, out = rig.FileHub(tmp_path / "hub"), tmp_path / "out"
    hub.put(*letters("m-1:a"))
    adapters = sink_with({"m-1": [Retryable("time-out")]}, Idempotence.LOOK_UP)
    settings = rig.settings_of(rig.sink_of(out, timeout=2.0))
    with rig.spool_at(tmp_path / "edge") as spool:
        async with rig.at_work(rig.edge_of(spool, hub, settings, adapters=adapters)):
            await rig.until(lambda: "m-1" in log(out))
            hub.put(withdrawal("m-1"))
            await rig.until(lambda: ("acknowledged", "w-1") in hub.receipts and not waiting(spool))
    assert log(out) == ["m-1"]


async def test_a_message_that_comes_after_its_withdrawal_is_not_taken_in(tmp_path):
    hub, out = rig.FileHub(tmp_path / "hub"), tmp_path / "out"
    hub.put(withdrawal("m-1"), *letters("m-1:a"))
    over = sign_of_life(hub)
    settings = rig.settings_of(rig.sink_of(out))
    with rig.spool_at(tmp_path / "edge") as spool:
        async with rig.at_work(rig.edge_of(spool, hub, settings, adapters=sink_with({}))):
            await rig.until(over)
    assert log(out) == ["z-1"]


async def test_nobody_withdraws_the_message_of_another(tmp_path):
    other = Identity.of(key_of("khac-mau"), system="khac-mau", hub="hub-test")
    hub, out = rig.FileHub(tmp_path / "hub"), tmp_path / "out"
    hub.put(withdrawal("m-1", sender=other), *letters("m-1:a"))
    settings = rig.settings_of(rig.sink_of(out))
    with rig.spool_at(tmp_path / "edge") as spool:
        async with rig.at_work(rig.edge_of(spool, hub, settings, adapters=sink_with({}))):
            await rig.until(lambda: ("acknowledged", "m-1") in hub.receipts)
    assert log(out) == ["m-1"]


async def test_a_sink_that_names_withdrawals_is_given_them(tmp_path):
    hub, out = rig.FileHub(tmp_path / "hub"), tmp_path / "out"
    hub.put(*letters("m-1:a"))

    class Names(rig.FolderSink):
        spec = Spec(
            name="names",
            version="1.0.0",
            kind=rig.FolderSink.spec.kind,
            config=rig.FolderConfig,
            title=rig.FolderSink.spec.title,
            types=(rig.DOSSIER, WITHDRAWAL),
            idempotence=Idempotence.IDEMPOTENT,
        )

    settings = rig.settings_of(rig.sink_of(out))
    with rig.spool_at(tmp_path / "edge") as spool:
        async with rig.at_work(rig.edge_of(spool, hub, settings, adapters={"folder": Names})):
            await rig.until(lambda: ("acknowledged", "m-1") in hub.receipts)
            hub.put(withdrawal("m-1"))
            await rig.until(lambda: ("acknowledged", "w-1") in hub.receipts)
    assert [line.split("/")[1] for line in log(out)] == ["m-1", "w-1"]


async def test_what_a_service_showed_can_be_settled_for_a_day_after_the_withdrawal(tmp_path):
    hub, out = rig.FileHub(tmp_path / "hub"), tmp_path / "out"
    hub.put(*letters("m-1:a"), withdrawal("m-1"))
    clock = [1_000_000.0]
    settings = rig.settings_of(rig.sink_of(out))
    with rig.spool_at(tmp_path / "edge", clock=lambda: clock[0]) as spool:
        spool.do(lambda tx: set_paused(tx, "dich", to=True))
        async with rig.at_work(rig.edge_of(spool, hub, settings)):
            await rig.until(lambda: spool.do(lambda tx: tx.place("inbox")) == "2")
        assert spool.do(lambda tx: arrivals.after(tx, "dich", 0, 9, withdrawn=False)) == []
        spool.do(lambda tx: close_shown(tx, "dich"))
        assert waiting(spool) == 1
        clock[0] += SHOWN_SECONDS + 1
        spool.do(lambda tx: close_shown(tx, "dich"))
        assert waiting(spool) == 0


async def test_urgent_keys_are_handed_over_first_and_no_key_out_of_order(tmp_path):
    hub, out = rig.FileHub(tmp_path / "hub"), tmp_path / "out"
    hub.put(*letters("m-1:a", "m-2:b", "m-3:c"), *letters("u-1:b", priority="urgent"))
    settings = rig.settings_of(rig.sink_of(out, batch=1))
    with rig.spool_at(tmp_path / "edge") as spool:
        spool.do(lambda tx: set_paused(tx, "dich", to=True))
        async with rig.at_work(rig.edge_of(spool, hub, settings, adapters=sink_with({}))):
            await rig.until(lambda: waiting(spool) == 4)
            spool.do(lambda tx: set_paused(tx, "dich", to=False))
            await rig.until(lambda: len(hub.receipts) == 4)
    assert log(out) == ["m-2", "u-1", "m-1", "m-3"]


async def test_an_urgent_message_overtakes_a_backlog_on_its_way_to_the_hub(tmp_path):
    hub = rig.FileHub(tmp_path / "hub")
    backlog = (*letters("m-1:a", "m-2:b", "m-3:c"), *letters("u-1:b", priority="urgent"))
    with rig.spool_at(tmp_path / "edge") as spool:
        for message in backlog:
            one = Letter(message=message, content=(message.id.encode(),))
            spool.do(lambda tx, one=one: outbox.put(tx, one))
        settings = rig.settings_of(window=1)
        async with rig.at_work(rig.edge_of(spool, hub, settings)):
            await rig.until(lambda: len(hub.admitted) == 4)
    assert hub.admitted == ["m-2", "u-1", "m-1", "m-3"]


async def test_a_spool_of_the_version_before_keeps_what_waits_in_it(tmp_path):
    hub, out = rig.FileHub(tmp_path / "hub"), tmp_path / "out"
    settings = rig.settings_of(rig.sink_of(out))
    hub.put(*letters("m-1:a"))
    with rig.spool_at(tmp_path / "edge") as spool:
        spool.do(lambda tx: set_paused(tx, "dich", to=True))
        async with rig.at_work(rig.edge_of(spool, hub, settings)):
            await rig.until(lambda: waiting(spool) == 1)
        spool.do(lambda tx: set_paused(tx, "dich", to=False))
    old = sqlite3.connect(tmp_path / "edge" / "spool.db", isolation_level=None)
    for table, column in (
        ("outgoing", "urgent"),
        ("incoming", "urgent"),
        ("incoming", "withdrawn"),
    ):
        old.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    old.execute("PRAGMA user_version=1")
    old.close()
    hub.put(*letters("m-2:a", priority="urgent"))
    with rig.spool_at(tmp_path / "edge") as spool:
        async with rig.at_work(rig.edge_of(spool, hub, settings, adapters=sink_with({}))):
            await rig.until(lambda: len(hub.receipts) == 2)
    assert log(out) == ["m-1", "m-2"]
