"""From the hub to a sink: durable with the cursor, in order, once, and stated."""

import asyncio
import hashlib

from lgsp_adapter import Done, Idempotence, Reject, Retryable
from lgsp_client import HubRefused
from lgsp_client.keyring import KeyRing
from lgsp_edge import dead
from lgsp_edge.bandwidth import Meter
from lgsp_edge.runtime import Edge
from lgsp_edge.spool import Bounds
from lgsp_edge.status import drop, retry, set_paused, table
from lgsp_edge.taking import CURSOR

from tests import edge_rig as rig
from tests.edge_letters import letters, sink_with


def log(folder):
    return rig.lines_of(folder / "log")


async def test_what_comes_is_handed_over_in_order_and_acknowledged(tmp_path):
    hub, out = rig.FileHub(tmp_path / "hub"), tmp_path / "out"
    hub.put(*letters(*(f"m-{number}:{number % 3}" for number in range(12))))
    with rig.spool_at(tmp_path / "edge") as spool:
        async with rig.at_work(rig.edge_of(spool, hub, rig.settings_of(rig.sink_of(out)))):
            await rig.until(lambda: len(hub.receipts) == 12)
        assert spool.do(lambda tx: tx.place(CURSOR)) == "12"
        assert spool.do(lambda tx: tx.total("incoming")) == (0, 0)
    assert {stage for stage, _ in hub.receipts} == {"acknowledged"}
    for key in range(3):
        order = [line for line in log(out) if int(line.split("/")[1][2:]) % 3 == key]
        assert order == [f"so-mau/m-{number}/phuong-mau" for number in range(key, 12, 3)]


async def test_a_refused_delivery_stops_its_own_key_only_until_the_operator_drops_it(tmp_path):
    hub, out = rig.FileHub(tmp_path / "hub"), tmp_path / "out"
    hub.put(*letters("m-1:a", "m-2:a", "m-3:b"))
    adapters = sink_with({"m-1": [Reject("bad_shape", "/body", peer_code="E17")]})
    with rig.spool_at(tmp_path / "edge") as spool:
        settings = rig.settings_of(rig.sink_of(out))
        async with rig.at_work(rig.edge_of(spool, hub, settings, adapters=adapters)):
            await rig.until(lambda: ("acknowledged", "m-3") in hub.receipts)
            await rig.until(lambda: spool.do(lambda tx: tx.total("dead")[0]) == 1)
            assert "m-2" not in log(out)
            (letter,) = spool.do(dead.listed)
            assert (letter.cause.code, letter.cause.peer_code) == ("bad_shape", "E17")
            spool.do(lambda tx: drop(tx, letter.number))
            await rig.until(lambda: ("acknowledged", "m-2") in hub.receipts)
        assert ("rejected", "m-1") in hub.receipts


async def test_a_dead_letter_can_be_tried_again(tmp_path):
    hub, out = rig.FileHub(tmp_path / "hub"), tmp_path / "out"
    hub.put(*letters("m-1:a"))
    adapters = sink_with({"m-1": [Reject("bad_shape")]})
    with rig.spool_at(tmp_path / "edge") as spool:
        settings = rig.settings_of(rig.sink_of(out))
        async with rig.at_work(rig.edge_of(spool, hub, settings, adapters=adapters)):
            await rig.until(lambda: spool.do(lambda tx: tx.total("dead")[0]) == 1)
            spool.do(lambda tx: retry(tx, 1))
            await rig.until(lambda: hub.receipts == [("acknowledged", "m-1")])


async def test_reject_true_states_it_at_once_and_the_key_goes_on(tmp_path):
    hub, out = rig.FileHub(tmp_path / "hub"), tmp_path / "out"
    hub.put(*letters("m-1:a", "m-2:a"))
    adapters = sink_with({"m-1": [Reject("Sai mẫu")]})
    with rig.spool_at(tmp_path / "edge") as spool:
        settings = rig.settings_of(rig.sink_of(out, reject=True))
        async with rig.at_work(rig.edge_of(spool, hub, settings, adapters=adapters)):
            await rig.until(lambda: len(hub.receipts) == 2)
    assert set(hub.receipts) == {("rejected", "m-1"), ("acknowledged", "m-2")}


async def test_an_unknown_end_at_a_sink_that_cannot_be_asked_is_never_tried_again(tmp_path):
    hub, out = rig.FileHub(tmp_path / "hub"), tmp_path / "out"
    hub.put(*letters("m-1:a"))
    adapters = sink_with({"m-1": [Retryable("time-out")]}, Idempotence.NEITHER)
    with rig.spool_at(tmp_path / "edge") as spool:
        settings = rig.settings_of(rig.sink_of(out))
        async with rig.at_work(rig.edge_of(spool, hub, settings, adapters=adapters)):
            await rig.until(lambda: spool.do(lambda tx: tx.total("dead")[0]) == 1)
        (letter,) = spool.do(dead.listed)
    assert letter.cause.code == "outcome_unknown"
    assert log(out) == ["m-1"]


async def test_an_unknown_end_is_looked_up_where_the_other_side_can_be_asked(tmp_path):
    hub, out = rig.FileHub(tmp_path / "hub"), tmp_path / "out"
    hub.put(*letters("m-1:a"))
    adapters = sink_with({"m-1": [Retryable("time-out")]}, Idempotence.LOOK_UP, Done(ref="7"))
    with rig.spool_at(tmp_path / "edge") as spool:
        settings = rig.settings_of(rig.sink_of(out, timeout=2.0))
        async with rig.at_work(rig.edge_of(spool, hub, settings, adapters=adapters)):
            await rig.until(lambda: hub.receipts == [("acknowledged", "m-1")])
    assert log(out) == ["m-1"]


async def test_a_message_of_an_unknown_sender_is_rejected_and_never_handed_over(tmp_path):
    hub, out = rig.FileHub(tmp_path / "hub"), tmp_path / "out"
    hub.put(*letters("m-1:a"))
    with rig.spool_at(tmp_path / "edge") as spool:
        settings, who = rig.settings_of(rig.sink_of(out)), rig.me()
        find, meter = rig.ADAPTERS.__getitem__, Meter(None)
        edge = Edge(settings, who, lambda: KeyRing({}), spool, hub, meter, secrets={}, find=find)
        async with rig.at_work(edge):
            await rig.until(lambda: hub.receipts == [("rejected", "m-1")])
    assert log(out) == []


async def test_a_type_that_no_connector_takes_waits_for_the_operator(tmp_path):
    hub, out = rig.FileHub(tmp_path / "hub"), tmp_path / "out"
    hub.put(*letters("m-1:a"))
    with rig.spool_at(tmp_path / "edge") as spool:
        settings = rig.settings_of(rig.sink_of(out, types=["vn.gov.other.v1"]))
        async with rig.at_work(rig.edge_of(spool, hub, settings)):
            await rig.until(lambda: spool.do(lambda tx: tx.total("dead")[0]) == 1)
            assert spool.do(table)["causes"][0]["code"] == "no_connector"
            spool.do(lambda tx: retry(tx, 1, "dich"))
            await rig.until(lambda: hub.receipts == [("acknowledged", "m-1")])


async def test_a_refused_receipt_is_taken_apart_and_the_others_count(tmp_path):
    hub, out = rig.FileHub(tmp_path / "hub"), tmp_path / "out"
    hub.put(*letters("m-1:a", "m-2:b", "m-3:c"))
    send, refused = hub.send, []

    async def refusing(message, wait):
        if "receipt" in message.attributes["type"] and b"m-2" in message.body:
            index = [b"m-1", b"m-2", b"m-3"].index(b"m-2")
            refused.append(message.id)
            place = f"/messages/{index if b'm-1' in message.body else 0}/token"
            raise HubRefused("bad_delivery_token", "", place, 200)
        return await send(message, wait)

    hub.send = refusing
    with rig.spool_at(tmp_path / "edge") as spool:
        async with rig.at_work(rig.edge_of(spool, hub, rig.settings_of(rig.sink_of(out)))):
            await rig.until(lambda: len(hub.receipts) == 2)
            await rig.until(lambda: spool.do(lambda tx: tx.total("dead")[0]) == 1)
    assert {id_ for _, id_ in hub.receipts} == {"m-1", "m-3"}
    assert len(refused) == 1


async def test_a_paused_connector_moves_nothing_and_loses_nothing(tmp_path):
    hub, out = rig.FileHub(tmp_path / "hub"), tmp_path / "out"
    with rig.spool_at(tmp_path / "edge") as spool:
        spool.do(lambda tx: set_paused(tx, "dich", to=True))
        async with rig.at_work(rig.edge_of(spool, hub, rig.settings_of(rig.sink_of(out)))):
            await rig.until(lambda: spool.do(table)["running"])
            hub.put(*letters("m-1:a"))
            await rig.until(lambda: spool.do(lambda tx: tx.total("incoming")[0]) == 1)
            await asyncio.sleep(0.2)
            assert log(out) == []
            spool.do(lambda tx: set_paused(tx, "dich", to=False))
            await rig.until(lambda: len(hub.receipts) == 1)


async def test_a_full_spool_leaves_the_rest_at_the_hub_and_goes_on_when_there_is_room(tmp_path):
    hub, out = rig.FileHub(tmp_path / "hub"), tmp_path / "out"
    hub.put(*letters("m-1:a", "m-2:a", "m-3:a"))
    bounds = Bounds(incoming=4000)
    with rig.spool_at(tmp_path / "edge", bounds=bounds) as spool:
        settings = rig.settings_of(rig.sink_of(out), page=1)
        async with rig.at_work(rig.edge_of(spool, hub, settings)):
            await rig.until(lambda: len(hub.receipts) == 3)
    assert len(log(out)) == 3


async def test_what_has_expired_meanwhile_is_stated_and_not_handed_over(tmp_path):
    hub, out = rig.FileHub(tmp_path / "hub"), tmp_path / "out"
    hub.put(*letters("m-1:a", expirytime=rig.now()), *letters("m-2:a"))
    with rig.spool_at(tmp_path / "edge") as spool:
        async with rig.at_work(rig.edge_of(spool, hub, rig.settings_of(rig.sink_of(out)))):
            await rig.until(lambda: len(hub.receipts) == 2)
    assert set(hub.receipts) == {("rejected", "m-1"), ("acknowledged", "m-2")}
    assert log(out) == ["so-mau/m-2/phuong-mau"]


async def test_a_record_that_the_disk_has_damaged_stops_its_own_key_only(tmp_path):
    hub, out = rig.FileHub(tmp_path / "hub"), tmp_path / "out"
    hub.put(*letters("m-1:a", "m-2:a", "m-3:b"))
    with rig.spool_at(tmp_path / "edge") as spool:
        spool.do(lambda tx: set_paused(tx, "dich", to=True))
        async with rig.at_work(rig.edge_of(spool, hub, rig.settings_of(rig.sink_of(out)))):
            await rig.until(lambda: spool.do(lambda tx: tx.total("incoming")[0]) == 3)
            damage = "UPDATE incoming SET sealed = x'00' WHERE seq = 1"
            spool.do(lambda tx: tx.db.execute(damage))
            spool.do(lambda tx: set_paused(tx, "dich", to=False))
            await rig.until(lambda: hub.receipts == [("acknowledged", "m-3")])
            assert spool.do(dead.listed)[0].cause.code == "spool_damaged"


async def test_a_file_that_takes_long_holds_up_its_own_key_only(tmp_path):
    hub, out = rig.FileHub(tmp_path / "hub"), tmp_path / "out"
    content = b"tep mau"
    hash_ = f"sha256:{hashlib.sha256(content).hexdigest()}"
    hub.objects[hash_] = content
    hub.put(*letters("m-1:a", objects=[hash_]), *letters("m-2:a", "m-3:b"))
    download, line_is_good = hub.download, asyncio.Event()

    async def slow(name, goal):
        await line_is_good.wait()
        await download(name, goal)

    hub.download = slow
    with rig.spool_at(tmp_path / "edge") as spool:
        async with rig.at_work(rig.edge_of(spool, hub, rig.settings_of(rig.sink_of(out)))):
            await rig.until(lambda: hub.receipts == [("acknowledged", "m-3")])
            line_is_good.set()
            await rig.until(lambda: len(hub.receipts) == 3)
    assert [line.split("/")[1] for line in log(out)] == ["m-3", "m-1", "m-2"]


async def test_a_file_that_we_may_not_have_is_a_dead_letter(tmp_path):
    hub, out = rig.FileHub(tmp_path / "hub"), tmp_path / "out"
    hub.put(*letters("m-1:a", objects=["sha256:" + "0" * 64]))

    async def refusing(name, goal):
        raise HubRefused("not_found", name, str(goal.size), 404)

    hub.download = refusing
    with rig.spool_at(tmp_path / "edge") as spool:
        async with rig.at_work(rig.edge_of(spool, hub, rig.settings_of(rig.sink_of(out)))):
            await rig.until(lambda: spool.do(lambda tx: tx.total("dead")[0]) == 1)
        assert spool.do(dead.listed)[0].cause.code == "object_missing"
