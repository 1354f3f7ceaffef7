"""From a source to the hub: durable first, in order, once, refused aloud."""

import json

from lgsp_adapter import Fatal, Reject
from lgsp_edge import dead
from lgsp_edge.line import Away
from lgsp_edge.spool import Bounds
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


async def test_a_message_that_the_hub_cannot_answer_does_not_stop_the_others(tmp_path):
    file, hub = tmp_path / "in.txt", rig.FileHub(tmp_path / "hub")
    _lines(file, "m-0 x so-mau", *(f"m-{number} ho-so so-mau" for number in range(1, 6)))
    send = hub.send

    async def poisoned(message, wait):
        if message.id == "m-0":
            raise Away("the hub answers 500")
        return await send(message, wait)

    hub.send = poisoned
    with rig.spool_at(tmp_path / "edge") as spool:
        async with rig.at_work(rig.edge_of(spool, hub, rig.settings_of(rig.source_of(file)))):
            await rig.until(lambda: len(hub.admitted) == 5)
            assert spool.do(lambda tx: tx.total("outgoing")[0]) == 1
            assert spool.do(lambda tx: tx.total("dead")[0]) == 0
            hub.send = send
            await rig.until(lambda: "m-0" in hub.admitted)


async def test_a_clock_that_is_ahead_makes_no_dead_letters_and_is_said(tmp_path):
    file, hub = tmp_path / "in.txt", rig.FileHub(tmp_path / "hub")
    hub.refuse["m-1"] = ("clock_ahead", "", "time", 200)
    _lines(file, "m-1 a so-mau")
    with rig.spool_at(tmp_path / "edge") as spool:
        async with rig.at_work(rig.edge_of(spool, hub, rig.settings_of(rig.source_of(file)))):
            await rig.until(lambda: spool.do(table)["warnings"] != [])
            assert spool.do(lambda tx: tx.total("dead")[0]) == 0
            hub.refuse.clear()
            await rig.until(lambda: hub.admitted == ["m-1"])


async def test_a_full_spool_is_not_acknowledged_and_goes_on_when_there_is_room(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("lgsp_edge.source.FULL_SECONDS", 0.1)
    file, hub = tmp_path / "in.txt", rig.FileHub(tmp_path / "hub")
    hub.away = True
    _lines(file, *(f"m-{number} a so-mau" for number in range(4)))
    with rig.spool_at(tmp_path / "edge", bounds=Bounds(outgoing=2000)) as spool:
        edge = rig.edge_of(spool, hub, rig.settings_of(rig.source_of(file, batch=1)))
        async with rig.at_work(edge):
            await rig.until(lambda: "nguon" in spool.do(table)["connectors"])
            assert rig.lines_of(tmp_path / "in.acked") == ["1"]
            hub.away = False
            await rig.until(lambda: len(hub.admitted) == 4)
    assert rig.lines_of(tmp_path / "in.acked") == ["1", "2", "3", "4"]


async def test_a_record_that_nobody_can_read_is_kept_and_reading_goes_on(tmp_path):
    file, hub = tmp_path / "in.txt", rig.FileHub(tmp_path / "hub")
    _lines(file, "m-1 a so-mau", "m-2 b so-mau")

    class Broken(rig.LinesSource):
        def draft(self, line):
            return Reject("bad_line", "column 2") if line.startswith("m-1") else super().draft(line)

    with rig.spool_at(tmp_path / "edge") as spool:
        settings = rig.settings_of(rig.source_of(file))
        async with rig.at_work(rig.edge_of(spool, hub, settings, adapters={"lines": Broken})):
            await rig.until(lambda: hub.admitted == ["m-2"])
        (letter,) = spool.do(dead.listed)
        assert (letter.direction, letter.cause.code) == ("unread", "bad_line")


async def test_a_connector_with_a_wrong_password_stops_alone_and_is_shown(tmp_path):
    file, hub = tmp_path / "in.txt", rig.FileHub(tmp_path / "hub")
    _lines(file, "m-1 a so-mau")

    class Wrong(rig.LinesSource):
        async def read(self, limit):
            raise Fatal(f"the password is refused ({limit})")

    broken = {**rig.source_of(file), "name": "hong", "adapter": "wrong"}
    settings = rig.settings_of(rig.source_of(file), broken)
    adapters = {"lines": rig.LinesSource, "wrong": Wrong}
    with rig.spool_at(tmp_path / "edge") as spool:
        async with rig.at_work(rig.edge_of(spool, hub, settings, adapters=adapters)):
            await rig.until(lambda: hub.admitted == ["m-1"])
            await rig.until(lambda: "hong" in spool.do(table)["connectors"])
