"""From a source to the hub: durable first, in order, once, refused aloud."""

import json

from lgsp_edge import dead
from lgsp_edge.status import retry, table

from tests import edge_rig as rig


def _lines(path, *lines):
    with path.open("a") as file:
        file.writelines(f"{line}\n" for line in lines)


async def test_what_a_source_reads_reaches_the_hub_in_order_per_key(tmp_path):
    file = tmp_path / "in.txt"
    _lines(file, *(f"m-{number} ho-so-{number % 3} so-mau" for number in range(30)))
    hub = rig.FileHub(tmp_path / "hub")
    with rig.spool_at(tmp_path / "edge") as spool:
        async with rig.at_work(rig.edge_of(spool, hub, rig.settings_of(rig.source_of(file)))):
            await rig.until(lambda: len(hub.admitted) == 30)
        assert spool.do(lambda tx: tx.total("outgoing")) == (0, 0)
    for key in range(3):
        subject = f"ho-so-{key}"
        order = [each["id"] for each in hub.sent if each["subject"] == subject]
        assert order == [f"m-{number}" for number in range(30) if number % 3 == key]


async def test_offline_everything_is_acknowledged_from_the_spool_and_sent_later(tmp_path):
    file, hub = tmp_path / "in.txt", rig.FileHub(tmp_path / "hub")
    hub.away = True
    _lines(file, "m-1 a so-mau", "m-2 a so-mau", "m-3 b so-mau")
    with rig.spool_at(tmp_path / "edge") as spool:
        async with rig.at_work(rig.edge_of(spool, hub, rig.settings_of(rig.source_of(file)))):
            await rig.until(lambda: "3" in rig.lines_of(tmp_path / "in.acked"))
            assert hub.sent == []
            assert spool.do(table)["outgoing"]["messages"] == 3
            hub.away = False
            await rig.until(lambda: len(hub.admitted) == 3)


async def test_a_refused_message_is_a_dead_letter_with_the_hubs_reason(tmp_path):
    file, hub = tmp_path / "in.txt", rig.FileHub(tmp_path / "hub")
    hub.refuse["m-1"] = ("no_right", "this type may not be sent", "type", 200)
    _lines(file, "m-1 a so-mau", "m-2 b so-mau")
    with rig.spool_at(tmp_path / "edge") as spool:
        edge = rig.edge_of(spool, hub, rig.settings_of(rig.source_of(file)))
        async with rig.at_work(edge):
            await rig.until(lambda: spool.do(lambda tx: tx.total("dead")[0]) == 1)
            await rig.until(lambda: hub.admitted == ["m-2"])
            (letter,) = spool.do(dead.listed)
            assert (letter.cause.code, letter.cause.place) == ("no_right", "type")
            hub.refuse.clear()
            spool.do(lambda tx: retry(tx, letter.number))
            await rig.until(lambda: "m-1" in hub.admitted)
        tries = [each for each in hub.sent if each["id"] == "m-1"]
        assert len({each["signature"] for each in tries}) == 1


async def test_an_undecided_message_stays_in_the_spool_and_is_asked_about_again(tmp_path):
    file, hub = tmp_path / "in.txt", rig.FileHub(tmp_path / "hub")
    hub.undecided.add("m-1")
    _lines(file, "m-1 a so-mau")
    with rig.spool_at(tmp_path / "edge") as spool:
        async with rig.at_work(rig.edge_of(spool, hub, rig.settings_of(rig.source_of(file)))):
            await rig.until(lambda: len(hub.sent) == 1)
            assert spool.do(lambda tx: tx.total("outgoing")[0]) == 1
            hub.undecided.clear()
            await rig.until(lambda: hub.admitted == ["m-1"])


async def test_reading_a_source_again_sends_nothing_twice(tmp_path):
    file, hub = tmp_path / "in.txt", rig.FileHub(tmp_path / "hub")
    _lines(file, "m-1 a so-mau", "m-2 a so-mau")
    with rig.spool_at(tmp_path / "edge") as spool:
        async with rig.at_work(rig.edge_of(spool, hub, rig.settings_of(rig.source_of(file)))):
            await rig.until(lambda: len(hub.admitted) == 2)
        spool.do(lambda tx: tx.set_place("source/nguon", "0"))
        async with rig.at_work(rig.edge_of(spool, hub, rig.settings_of(rig.source_of(file)))):
            await rig.until(lambda: rig.lines_of(tmp_path / "in.acked").count("2") == 2)
        assert [each["id"] for each in hub.sent] == ["m-1", "m-2"]
        assert spool.do(lambda tx: tx.total("dead")[0]) == 0


async def test_the_same_id_with_other_content_is_a_dead_letter_not_a_silent_loss(tmp_path):
    file, hub = tmp_path / "in.txt", rig.FileHub(tmp_path / "hub")
    _lines(file, "m-1 a so-mau", "m-1 b so-mau")
    with rig.spool_at(tmp_path / "edge") as spool:
        async with rig.at_work(rig.edge_of(spool, hub, rig.settings_of(rig.source_of(file)))):
            await rig.until(lambda: hub.admitted == ["m-1"])
        (letter,) = spool.do(dead.listed)
        assert letter.cause.code == "id_reused"
        assert json.loads(hub.sent[0]["body"])["dossier_code"] == "a"
