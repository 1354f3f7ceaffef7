"""The edge keeps the hub's directory: senders are known by it, and while it is stale nobody is."""

import pytest
from lgsp_client import KeptDirectory, KeyRing
from lgsp_edge import settings
from lgsp_edge.errors import EdgeError
from lgsp_edge.status import table
from lgsp_edge.taking import CURSOR

from tests import edge_rig as rig
from tests.copy_support import HUB_KEYS, copy_of
from tests.edge_letters import letters
from tests.support import HUB, build_rules, key_name, key_of, key_record

WORLD = {
    "system/so-mau": {"organisation": "org-sender"},
    key_name("so-mau", key_of("so-mau")): key_record(key_of("so-mau")),
}
REVOKED = WORLD | {key_name("so-mau", key_of("so-mau")): key_record(key_of("so-mau"), revoked=True)}


def edge_at(tmp_path, spool, hub):
    kept = KeptDirectory(tmp_path / "directory.copy", HUB, KeyRing({HUB: HUB_KEYS}))
    chosen = rig.settings_of(rig.sink_of(tmp_path / "out"))
    return rig.edge_of(spool, hub, chosen, kept=kept)


async def test_what_the_directory_proves_is_taken_in_also_with_the_hubs_directory_away(tmp_path):
    hub = rig.FileHub(tmp_path / "hub")
    hub.copy = copy_of(build_rules(WORLD), at=rig.now())
    hub.put(*letters("m-1:a"))
    with rig.spool_at(tmp_path / "edge") as spool:
        async with rig.at_work(edge_at(tmp_path, spool, hub)):
            await rig.until(lambda: ("acknowledged", "m-1") in hub.receipts)
            await rig.until(lambda: (spool.do(table)["directory"] or {}).get("version") == 7)
        hub.copy = ("no.jws.here", b"")
        hub.put(*letters("m-2:a"))
        async with rig.at_work(edge_at(tmp_path, spool, hub)):
            await rig.until(lambda: ("acknowledged", "m-2") in hub.receipts)
            await rig.until(lambda: "directory" in spool.do(table)["connectors"])


async def test_a_key_that_the_directory_bars_proves_nobody(tmp_path):
    hub = rig.FileHub(tmp_path / "hub")
    hub.copy = copy_of(build_rules(REVOKED), at=rig.now())
    hub.put(*letters("m-1:a"))
    with rig.spool_at(tmp_path / "edge") as spool:
        async with rig.at_work(edge_at(tmp_path, spool, hub)):
            await rig.until(lambda: ("rejected", "m-1") in hub.receipts)


async def test_without_a_usable_directory_nothing_is_fetched_and_nothing_rejected(tmp_path):
    hub = rig.FileHub(tmp_path / "hub")
    hub.copy = copy_of(build_rules(WORLD))  # Issued and good in the past of these tests.
    hub.put(*letters("m-1:a"))
    with rig.spool_at(tmp_path / "edge") as spool:
        async with rig.at_work(edge_at(tmp_path, spool, hub)):
            await rig.until(lambda: "inbox" in spool.do(table)["connectors"])
        assert spool.do(lambda tx: tx.place(CURSOR)) is None
        assert hub.receipts == []
        assert any("directory" in one for one in spool.do(table)["warnings"])


def test_the_hubs_keys_are_named_and_are_of_this_hub(tmp_path):
    (tmp_path / "hub-keys.json").write_text('{"another-hub": []}')
    hub = rig.settings_of().hub.model_copy(update={"hub_keys": "hub-keys.json"})
    with pytest.raises(EdgeError, match="no key of the hub"):
        settings.kept_directory(tmp_path, hub)
