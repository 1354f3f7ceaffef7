"""An edge connector against a whole hub: offline, a poor line, kill -9, in both directions."""


import pytest
from lgsp_client import SyncHubClient
from lgsp_edge.bandwidth import Meter
from lgsp_edge.status import table

from tests import edge_rig as rig
from tests.poor_line import PoorLine


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
        client.receive(verify=rig.UNVERIFIED, until_empty=True) as messages,
    ):
        return [(each.id, each.attributes.subject) for each in messages]


def expect_all_in_order(found, count, keys=7):
    assert len(found) == count
    for key in range(keys):
        order = [id_ for id_, subject in found if subject == f"ho-so-{key}"]
        assert order == [f"m-{number}" for number in range(count) if number % keys == key]


@pytest.mark.kafka
async def test_offline_then_queue_then_caught_up_over_a_poor_line(running_hub, tmp_path):
    registered(running_hub, "bien-mot", "nhan-mot")
    file, count = tmp_path / "in.txt", 300
    write_lines(file, count, "nhan-mot")
    identity, meter = running_hub.identities["bien-mot"], Meter(None)
    async with PoorLine(running_hub.port, bytes_per_second=125_000) as poor:
        poor.cut()
        settings = rig.settings_of(rig.source_of(file), system="bien-mot")
        with rig.spool_at(tmp_path / "edge") as spool:
            async with rig.http_line(poor.url, identity, meter) as line:
                edge = rig.edge_of(spool, line, settings, identity, meter)
                async with rig.at_work(edge):
                    await rig.until(lambda: waiting(spool) == count)
                    assert edge.contact.trouble is not None
                    poor.mend()
                    await rig.until(lambda: waiting(spool) < count - 50)
                    poor.cut()
                    poor.mend()
                    await rig.until(lambda: waiting(spool) == 0)
            assert spool.do(table)["dead_letters"] == 0
    expect_all_in_order(inbox(running_hub, "nhan-mot"), count)


def waiting(spool):
    return spool.do(lambda tx: tx.total("outgoing")[0])
