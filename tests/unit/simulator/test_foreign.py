"""The plan, the cast, the connectors and the packets of the demo's foreign systems."""

import asyncio
import json
from collections import Counter
from datetime import datetime
from typing import cast as cast_to

import httpx2
import pytest
from hub_adapter_vnpost.order import order_number
from lgsp_adapter import load_config
from lgsp_edxml.mapping import kind_of, to_body
from lgsp_edxml.model import Document, Response, Status
from lgsp_edxml.reader import read_packet
from sandbox_dvcqg import PortalSandbox
from sandbox_edxml_axis import AxisSandbox
from sandbox_notify import NotifySandbox
from sandbox_payment import PaymentSandbox
from sandbox_vnpost import PostSandbox

from hub.connectors.adapters import Adapters
from hub.decision.connectors import Connector
from hub.schemas.catalogue import load
from hub.schemas.validate import compile_schema
from simulator.agencies import Tiers
from simulator.books import read_books
from simulator.evidence import Evidence
from simulator.foreign import cast, matters, packets
from simulator.foreign.connectors import Folder, connectors
from simulator.foreign.control import Controls, read_effects
from simulator.foreign.matters import Scene
from simulator.foreign.peers import ADAPTERS, MODULES, TITLES, Peer, Peers
from simulator.foreign.play import LAST_START, ForeignDay, cues
from simulator.foreign.stage import GivenUp
from simulator.journal import Journals
from simulator.plan import VIET_NAM
from simulator.province import Province

AT = datetime(2026, 11, 23, 9, 0, tzinfo=VIET_NAM)
SANDBOXES = {
    Peer.NOTIFY: NotifySandbox,
    Peer.AXIS: AxisSandbox,
    Peer.PAYMENT: PaymentSandbox,
    Peer.VNPOST: PostSandbox,
    Peer.DVCQG: PortalSandbox,
}


def fits(name, body):
    return compile_schema(load(f"urn:hub:schema:{name}:1.0").document).check(body) is None


def test_every_peer_has_a_process_adapters_a_title_and_matters():
    for table in (MODULES, ADAPTERS, TITLES, matters.A_DAY):
        assert set(table) == set(Peer)


def test_the_same_seed_has_the_same_matters_and_each_has_its_own_number():
    made = cues(tuple(Peer), count=2_700, seed=1)
    assert made == cues(tuple(Peer), count=2_700, seed=1)
    assert made != cues(tuple(Peer), count=2_700, seed=2)
    assert len({cue.number for cue in made}) == len(made)
    assert all(0 <= cue.at <= LAST_START for cue in made)


@pytest.mark.parametrize(("count", "least", "most"), [(40, 2, 2), (2_700, 10, 40)])
def test_there_is_a_modest_number_of_each_matter(count, least, most):
    found = Counter(cue.matter for cue in cues(tuple(Peer), count=count, seed=1))
    assert set(found) == {matter for each in matters.A_DAY.values() for matter, _ in each}
    assert all(least <= number <= most for number in found.values())


@pytest.mark.parametrize("tiers", list(Tiers))
def test_without_peers_the_province_is_as_it_was(tiers):
    province = Province.of(tiers)
    assert cast.with_peers(province, ()) is province
    assert cast.served(()) == frozenset()


@pytest.mark.parametrize("tiers", list(Tiers))
def test_systems_codes_and_agencies_of_peers_meet_no_others(tiers):
    whole = cast.with_peers(Province.of(tiers), tuple(Peer))
    names = [system.name for system in whole.systems]
    codes = [agency.code for agency in whole.agencies]
    assert len(set(names)) == len(names)
    assert len(set(codes)) == len(codes)
    assert cast.served(tuple(Peer)) < set(names)
    assert all("mẫu" in agency.name.lower() for agency in whole.agencies)


def test_what_peers_tell_is_kept_for_this_user_alone(tmp_path):
    facts = {Peer.AXIS: {"url": "http://127.0.0.1:1"}}
    peers = Peers(facts=facts, misbehave=0.05, counter="http://127.0.0.1:2")
    peers.save(tmp_path / "peers.json")
    assert Peers.load(tmp_path / "peers.json") == peers
    assert (tmp_path / "peers.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("peer", list(Peer))
async def test_adapters_take_the_configuration_that_is_made_of_their_peer(peer, tmp_path):
    async with SANDBOXES[peer](seed=1) as sandbox:
        facts = json.loads(json.dumps(sandbox.describe()))
    peers = Peers(facts={peer: facts}, misbehave=0.0, counter="http://127.0.0.1:2")
    made = connectors(peers, Folder(tmp_path / "state", tmp_path / "secrets"))
    assert [one["adapter"] for one in made] == list(ADAPTERS[peer])
    for one in made:
        told = {name: one[name] for name in ("name", "adapter", "system", "config")}
        loaded = Adapters().load(Connector(**told))
        assert load_config(loaded.spec.config, one["config"]) == loaded.config
        assert one["system"] in cast.served((peer,))
    assert "sandbox-" not in json.dumps(made), "secrets stand in files, by reference"
    secrets = list((tmp_path / "secrets").iterdir())
    assert secrets
    assert all(each.stat().st_mode & 0o777 == 0o600 for each in secrets)


def test_a_letter_of_the_centre_is_one():
    number = "12/BM123456789"
    packet = read_packet(packets.letter(number, "H99.97", AT)).packet
    body = to_body(read_packet(packets.letter(number, "H99.97", AT)))
    del body["original"]
    assert isinstance(packet, Document)
    assert kind_of(packet) == "document.issued"
    assert packet.document_id == packets.document_id(number, AT)
    assert fits("document.issued", body)


@pytest.mark.parametrize("code", packets.WORDS)
def test_a_status_of_the_centre_is_one(code):
    id_ = "000.00.97.H99,2026/11/23,12/KN123456789"
    packet = read_packet(packets.status(id_, "000.00.97.H99", code, AT)).packet
    assert isinstance(packet, Status)
    assert isinstance(packet.response_for, Response)
    assert kind_of(packet) == "document.status"
    assert (packet.response_for.document_id, packet.status_code) == (id_, code)


async def test_the_names_of_the_peers_journals_are_known_beforehand():
    """The verdict finds by them: number of a parcel, digest of a telephone number."""
    key = "mot-cua-mau/ngay-1-000001/vnpost-mau"
    assert matters.parcel(*key.split("/")) == order_number(key)
    async with NotifySandbox(seed=1) as sandbox:
        sandbox.box.sent("zns", "84900000001", "mau")
        facts = sandbox.describe()
        peers = Peers(facts={Peer.NOTIFY: facts}, misbehave=0.0, counter="")
        async with Controls(peers) as controls:
            found = await controls.effects(Peer.NOTIFY)
    assert found == {("zns", matters.receiver("84900000001")): 1}


async def test_a_bad_day_is_ordered_by_the_seed():
    async with PortalSandbox(seed=1) as sandbox:
        facts = {Peer.DVCQG: sandbox.describe()}
        async with Controls(Peers(facts=facts, misbehave=1.0, counter="")) as controls:
            await controls.bad_day(7)
            assert (await controls.put(Peer.DVCQG, {"count": "1"}))["MaHoSo"]
        sandbox.mischief.begin("/adapter")
        assert sandbox.mischief.pending


def test_effects_of_one_key_with_different_content_are_counted_together():
    entries = [
        {"kind": "step", "key": "MAU-1#a", "effects": 1},
        {"kind": "step", "key": "MAU-1#b", "effects": 1},
        {"kind": "insert", "key": "MAU-1", "effects": 1},
    ]
    assert read_effects({"entries": entries}) == {("step", "MAU-1"): 2, ("insert", "MAU-1"): 1}


def test_what_is_written_of_foreign_systems_is_what_the_verdict_reads(tmp_path):
    out = {"peer": "vnpost", "kind": "order", "to": "vnpost-mau", "source": "mot-cua-mau"}
    with Journals(tmp_path / "ngay-0") as journals:
        journals.foreign("out", {**out, "key": "HUB0", "id": "ngay-0-000001"})
    with Journals(tmp_path / "ngay-1") as journals:
        journals.foreign("peers", {"peers": [Peer.VNPOST], "served": ["vnpost-mau"]})
        journals.foreign("out", {**out, "key": "HUB1", "id": "ngay-1-000001"})
        into = {"source": "vnpost-mau", "type": "t", "subject": "s", "to": "mot-cua-mau"}
        journals.foreign("in", {"peer": "vnpost", "count": 3, "at": 1.0, **into})
    books = read_books(tmp_path / "ngay-1")
    assert [one.effect for one in books.earlier] == [("order", "HUB0")]
    assert books.peers == ("vnpost",)
    assert books.served == {"vnpost-mau"}
    assert books.outward[0].message == ("mot-cua-mau", "ngay-1-000001")
    assert (books.inward[0].what, books.inward[0].count) == (
        ("vnpost-mau", "t", "s", "mot-cua-mau"),
        3,
    )


def test_what_a_connector_brought_before_this_run_is_not_its():
    evidence = Evidence(run="ngay-1", served=frozenset({"vnpost-mau"}), begun=100.0)
    names = {"ce_source": "urn:hub:system:vnpost-mau", "ce_id": "vnpost-1", "ce_type": "t"}
    headers = [(name, text.encode()) for name, text in (names | {"ce_subject": "s"}).items()]
    for at_ms in (99_000, 101_000):
        evidence.add("hub.inbox.mot-cua-mau", headers, b"{}", at_ms)
    assert evidence.brought == {("vnpost-mau", "t", "s", "mot-cua-mau"): ["vnpost-1"]}


def told(evidence, at_ms, **event):
    evidence.add("hub.audit", [], json.dumps({"source": "vnpost-mau", **event}).encode(), at_ms)


def test_what_the_hub_did_with_a_connectors_message_is_read_with_its_reason():
    evidence = Evidence(run="ngay-1", served=frozenset({"vnpost-mau"}), begun=100.0)
    names = {"ce_source": "urn:hub:system:vnpost-mau", "ce_id": "vnpost-1", "ce_type": "t"}
    headers = [(name, text.encode()) for name, text in (names | {"ce_subject": "s"}).items()]
    evidence.add("hub.ingress", headers, b"{}", 101_000)
    place = {"partition": 0, "offset": 1}
    refused = {"event": "refused", "id": "vnpost-1", "reason": "no_access_right"}
    told(evidence, 101_000, ingress=place, **refused)
    told(evidence, 99_000, ingress=place, **refused | {"id": "vnpost-0"})
    told(evidence, 101_000, event="refused", id="", reason="secret_marking")
    told(evidence, 101_000, event="dead_letter", id="", reason="unreadable")
    assert evidence.carried == {("vnpost-mau", "vnpost-1"): ("t", "s")}
    assert evidence.turned_down == {("vnpost-mau", "vnpost-1"): "no_access_right"}
    assert evidence.unread == {"vnpost-mau": ["secret_marking", "unreadable"]}


class Watched:
    """A stage whose watch never ends and sees nothing."""

    async def watch(self, _peers):
        await asyncio.Event().wait()


class Played:
    """A scene for matters that do not look at it."""

    stage = Watched()


@pytest.mark.parametrize(
    ("error", "counted"),
    [
        (None, "foreign_ended"),
        (GivenUp("mau"), "foreign_given_up"),
        (httpx2.ConnectError("mau"), "foreign_trouble"),
    ],
)
async def test_how_a_matter_ends_is_counted(error, counted, monkeypatch):
    async def matter(_scene, _number):
        if error is not None:
            raise error

    monkeypatch.setitem(matters.A_DAY, Peer.AXIS, ((matter, 1),))
    counts: Counter[str] = Counter()
    wanted = cues((Peer.AXIS,), count=40, seed=1)
    day = ForeignDay(cast_to(Scene, Played()), (Peer.AXIS,), wanted, counts)
    await day.play(0.01, asyncio.Event())
    assert counts[counted] == len(wanted) == 2
