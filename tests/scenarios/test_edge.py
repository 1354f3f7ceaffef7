"""An edge connector against a whole hub: offline, a poor line, kill -9, in both directions."""

import asyncio
import hashlib
import os
import signal
import sys
import time
from pathlib import Path

import pytest
import yaml
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lgsp_adapter import Draft
from lgsp_client import UNVERIFIED, SyncHubClient
from lgsp_edge import outbox
from lgsp_edge.bandwidth import Meter
from lgsp_edge.sealing import SpoolKeys, write_private
from lgsp_edge.signing import Signer
from lgsp_edge.source import letter
from lgsp_edge.status import table

from tests import edge_rig as rig
from tests.poor_line import PoorLine
from tests.support import GOOD_BODY

MEGABIT = 125_000
"""Bytes per second."""
SECONDS = 120


def registered(hub, *systems):
    hub.register_all(dict.fromkeys(systems))
    for system in systems:
        hub.allow(system)


def write_lines(file, count, recipient, keys=7):
    lines = (f"m-{number} ho-so-{number % keys} {recipient}\n" for number in range(count))
    file.write_text("".join(lines))


def inbox(hub, system):
    """Everything in a system's inbox, in order."""
    with (
        SyncHubClient(hub.url, hub.identities[system]) as client,
        client.receive(verify=UNVERIFIED, until_empty=True) as messages,
    ):
        found = []
        for each in messages:
            found.append((each.id, each.attributes.subject))
            each.ack("delivered")
    return found


def expect_all_in_order(found, count, keys=7):
    assert len(found) == count
    for key in range(keys):
        order = [id_ for id_, subject in found if subject == f"ho-so-{key}"]
        assert order == [f"m-{number}" for number in range(count) if number % keys == key]


def waiting(spool):
    return spool.do(lambda tx: tx.total("outgoing")[0])


@pytest.mark.kafka
async def test_offline_then_queued_then_caught_up_in_order_over_a_line_that_breaks(
    running_hub, tmp_path
):
    registered(running_hub, "bien-mot", "nhan-mot")
    file, count = tmp_path / "in.txt", 300
    write_lines(file, count, "nhan-mot")
    identity, meter = running_hub.identities["bien-mot"], Meter(None)
    settings = rig.settings_of(rig.source_of(file), system="bien-mot")
    async with PoorLine(running_hub.port, bytes_per_second=MEGABIT) as poor:
        poor.cut()
        with rig.spool_at(tmp_path / "edge") as spool:
            async with rig.http_line(poor.url, identity, meter) as line:
                edge = rig.edge_of(spool, line, settings, identity, meter)
                async with rig.at_work(edge):
                    await rig.until(lambda: waiting(spool) == count)
                    assert edge.contact.trouble is not None
                    poor.mend()
                    await rig.until(lambda: waiting(spool) < count - 50, SECONDS)
                    poor.cut()
                    poor.mend()
                    await rig.until(lambda: waiting(spool) < count - 100, SECONDS)
                    poor.stall()
                    await asyncio.sleep(1)
                    poor.flow()
                    await rig.until(lambda: waiting(spool) == 0, SECONDS)
            assert spool.do(table)["dead_letters"] == 0
    expect_all_in_order(inbox(running_hub, "nhan-mot"), count)


@pytest.mark.kafka
async def test_what_the_hub_has_arrives_in_order_and_its_receipts_count(running_hub, tmp_path):
    registered(running_hub, "gui-hai", "bien-hai")
    count, out = 60, tmp_path / "out"
    with SyncHubClient(running_hub.url, running_hub.identities["gui-hai"]) as client:
        letters = [
            client.compose(
                rig.DOSSIER,
                GOOD_BODY,
                id=f"m-{number}",
                subject=f"ho-so-{number % 7}",
                recipients=["system:bien-hai"],
            )
            for number in range(count)
        ]
        client.send_many(letters)
        identity, meter = running_hub.identities["bien-hai"], Meter(None)
        settings = rig.settings_of(rig.sink_of(out), system="bien-hai")
        async with PoorLine(running_hub.port, bytes_per_second=MEGABIT) as poor:
            with rig.spool_at(tmp_path / "edge") as spool:
                async with rig.http_line(poor.url, identity, meter) as line:
                    edge = rig.edge_of(spool, line, settings, identity, meter)
                    async with rig.at_work(edge):
                        await rig.until(lambda: len(rig.lines_of(out / "log")) == count, SECONDS)
                        await rig.until(lambda: is_stated(spool), SECONDS)
        await rig.until(lambda: states_of(client, "gui-hai", letters) == {"acknowledged"}, SECONDS)
    for key in range(7):
        order = [int(line.split("/")[1][2:]) for line in rig.lines_of(out / "log")]
        assert [n for n in order if n % 7 == key] == list(range(key, count, 7))


def is_stated(spool):
    told = spool.do(table)
    return (told["statements"], told["outgoing"]["messages"]) == (0, 0)


def states_of(client, source, letters):
    """Return the states that the search shows; it follows what was decided a moment later."""
    return {
        one["state"] for each in letters for one in client.status(source, each.id)["recipients"]
    }


@pytest.mark.kafka
async def test_a_file_goes_on_where_the_line_broke_and_its_message_follows(running_hub, tmp_path):
    registered(running_hub, "bien-ba", "nhan-ba")
    content = os.urandom(3_000_000)
    identity, meter = running_hub.identities["bien-ba"], Meter(None)
    settings = rig.settings_of(system="bien-ba")

    async def pieces():
        yield content

    with rig.spool_at(tmp_path / "edge") as spool:
        async with PoorLine(running_hub.port, bytes_per_second=10 * MEGABIT) as poor:
            async with rig.http_line(poor.url, identity, meter) as line:
                edge = rig.edge_of(spool, line, settings, identity, meter)
                hash_ = await edge.objects.store(pieces(), "application/pdf")
                draft = Draft(
                    id="m-1",
                    type=rig.DOSSIER,
                    body=GOOD_BODY,
                    recipients=("system:nhan-ba",),
                    objects=(hash_,),
                )
                ready = letter(Signer(identity, rig.now), draft)
                spool.do(lambda tx: outbox.put(tx, ready))
                async with rig.at_work(edge):
                    await rig.until(lambda: poor.bytes > 1_700_000, SECONDS)
                    poor.cut()
                # The program is started anew: where the upload stands is in the spool.
            poor.mend()
            async with rig.http_line(poor.url, identity, meter) as line:
                edge = rig.edge_of(spool, line, settings, identity, meter)
                async with rig.at_work(edge):
                    await rig.until(lambda: waiting(spool) == 0, SECONDS)
            assert spool.do(table)["dead_letters"] == 0
            # Less than twice the file: what had arrived in whole parts was not sent again.
            assert poor.bytes < 1.4 * len(content)
    with SyncHubClient(running_hub.url, running_hub.identities["nhan-ba"]) as client:
        got = client.download(hash_, tmp_path / "got")
        assert hashlib.sha256(got.read_bytes()).digest() == hashlib.sha256(content).digest()


@pytest.mark.long
@pytest.mark.kafka
async def test_the_bound_on_bandwidth_holds_on_a_fast_line(running_hub, tmp_path):
    registered(running_hub, "bien-bon", "nhan-bon")
    file, bound = tmp_path / "in.txt", 40_000
    write_lines(file, 100, "nhan-bon")
    identity, meter = running_hub.identities["bien-bon"], Meter(bound)
    settings = rig.settings_of(rig.source_of(file), system="bien-bon")
    async with PoorLine(running_hub.port) as fast:
        with rig.spool_at(tmp_path / "edge") as spool:
            async with rig.http_line(fast.url, identity, meter) as line:
                began = time.monotonic()
                async with rig.at_work(rig.edge_of(spool, line, settings, identity, meter)):
                    await rig.until(lambda: len(rig.lines_of(tmp_path / "in.acked")) > 0)
                    await rig.until(lambda: waiting(spool) == 0, SECONDS)
                seconds = time.monotonic() - began
        # An independent count at the proxy; a tenth and one burst are its tolerance.
        assert fast.bytes <= 1.1 * bound * seconds + 50_000
        assert fast.bytes > 100_000


class Program:
    """`hub-edge run` as an operator starts it, with the adapters of the tests."""

    def __init__(self, folder):
        self.folder = folder

    async def start(self):
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.edge_program", str(self.folder)),
            stderr=asyncio.subprocess.DEVNULL,
        )

    async def kill(self):
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    def _heeds(self):
        """Say whether it has begun to listen to SIGTERM; before, it just ends, as it may."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        caught = int(status.partition("SigCgt:")[2].split()[0], 16)
        return bool(caught >> (signal.SIGTERM - 1) & 1)

    async def stop(self):
        await rig.until(self._heeds, SECONDS)
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(SECONDS):
            return await self.process.wait()


def prepare(folder, identity, url, *connectors):
    """Make an edge folder for a registered system."""
    folder.mkdir()
    pem = identity.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_private(folder / "key.pem", pem)
    SpoolKeys.new().save(folder / "spool.keys", new=True)
    hub = {"url": url, "id": identity.hub, "system": identity.system, "believe_the_hub": True}
    text = yaml.safe_dump({"hub": hub, "line": {"poll": 1}, "connectors": list(connectors)})
    (folder / "edge.yaml").write_text(text)


@pytest.mark.kafka
async def test_kill_9_again_and_again_loses_and_doubles_nothing(running_hub, tmp_path):
    registered(running_hub, "bien-nam", "nhan-nam")
    count, file, out = 200, tmp_path / "in.txt", tmp_path / "out"
    write_lines(file, count, "nhan-nam")
    source, sink = rig.source_of(file, batch=5), rig.sink_of(out)
    with SyncHubClient(running_hub.url, running_hub.identities["nhan-nam"]) as other:
        for number in range(40):
            other.submit(rig.DOSSIER, GOOD_BODY, id=f"d-{number}", recipients=["system:bien-nam"])
    async with PoorLine(running_hub.port, bytes_per_second=MEGABIT) as poor:
        prepare(tmp_path / "edge", running_hub.identities["bien-nam"], poor.url, source, sink)
        program = Program(tmp_path / "edge")
        for pause in (1.5, 2.0, 2.5, 3.0):
            await program.start()
            await asyncio.sleep(pause)
            await program.kill()
        await program.start()
        with rig.spool_at(tmp_path / "edge") as spool:
            await rig.until(lambda: len(set(rig.lines_of(out / "log"))) == 40, SECONDS)
            await rig.until(lambda: rig.lines_of(tmp_path / "in.acked")[-1:] == [str(count)])
            await rig.until(lambda: is_stated(spool), SECONDS)
            assert spool.do(table)["dead_letters"] == 0
        assert await program.stop() == 0
    expect_all_in_order(inbox(running_hub, "nhan-nam"), count)
    assert len(rig.lines_of(out / "log")) == 40


@pytest.mark.kafka
async def test_no_port_is_open_at_the_agency(running_hub, tmp_path):
    registered(running_hub, "bien-sau", "nhan-sau")
    file, out = tmp_path / "in.txt", tmp_path / "out"
    write_lines(file, 3, "nhan-sau")
    who = running_hub.identities["bien-sau"]
    prepare(tmp_path / "edge", who, running_hub.url, rig.source_of(file), rig.sink_of(out))
    program = Program(tmp_path / "edge")
    await program.start()
    with rig.spool_at(tmp_path / "edge") as spool:
        await rig.until(lambda: rig.lines_of(tmp_path / "in.acked") == ["3"])
        await rig.until(lambda: waiting(spool) == 0)
        assert listening_sockets(program.process.pid) == []
    assert await program.stop() == 0


def listening_sockets(pid):
    """The inodes of a process's TCP sockets that listen (state 0A in /proc/net/tcp)."""
    rows = [
        line.split()
        for name in ("tcp", "tcp6")
        for line in Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:]
    ]
    open_now = {
        str(each.readlink()) for each in Path(f"/proc/{pid}/fd").iterdir() if each.is_symlink()
    }
    return [row[9] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in open_now]


@pytest.mark.long
@pytest.mark.kafka
@pytest.mark.timeout(1800)
async def test_ten_thousand_messages_catch_up_over_one_megabit_without_loss(
    running_hub, tmp_path, record_property
):
    registered(running_hub, "bien-van", "nhan-van")
    file, count = tmp_path / "in.txt", 10_000
    write_lines(file, count, "nhan-van", keys=97)
    identity, meter = running_hub.identities["bien-van"], Meter(None)
    settings = rig.settings_of(rig.source_of(file, batch=100), system="bien-van")
    async with PoorLine(running_hub.port, bytes_per_second=MEGABIT) as poor:
        poor.cut()
        with rig.spool_at(tmp_path / "edge") as spool:
            async with (
                rig.http_line(poor.url, identity, meter) as line,
                rig.at_work(rig.edge_of(spool, line, settings, identity, meter)),
            ):
                await rig.until(lambda: waiting(spool) == count, 300)
                poor.mend()
                began = time.monotonic()
                await rig.until(lambda: waiting(spool) == 0, 1500)
                seconds = time.monotonic() - began
            assert spool.do(table)["dead_letters"] == 0
    record_property("seconds", round(seconds))
    record_property("bytes_per_message", round(poor.bytes / count))
    expect_all_in_order(inbox(running_hub, "nhan-van"), count, 97)
