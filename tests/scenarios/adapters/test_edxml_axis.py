"""Letters and statuses through the hub and the national axis, both ways (systems 1 and 2)."""

import io
import json

import pytest
from sandbox_edxml_axis import AxisSandbox

from simulator import bodies
from simulator.foreign import packets
from tests.scenarios.adapters import rig

pytestmark = pytest.mark.kafka

AXIS = "truc-quoc-gia-mau"
OUT, IN = "truc-gui", "truc-nhan"
PDF = b"%PDF-1.7 M\xe1\xba\xabu\n" * 2_000


@pytest.fixture(scope="module")
def peer(world, peers):
    peer = peers(AxisSandbox(seed=42))
    world.register(AXIS, "G94", (rig.ISSUED, rig.STATUS), level="central")
    world.lend_key(AXIS)
    member = peer.systems["mau.h99"]
    config = {
        "url": peer.url,
        "system_id": member.id,
        "secret": world.secret("axis", member.secret),
        "timeout_seconds": 1.5,
        "own_codes": ["H99"],
    }
    world.connect(
        {"name": OUT, "adapter": "edxml-axis-out", "system": AXIS, "config": config},
        {"name": IN, "adapter": "edxml-axis-in", "system": AXIS, "config": config},
    )
    return peer


def letter(world, name):
    """Hand in a letter to the centre with a PDF that was uploaded just now; return ids and key."""
    upload = world.client(rig.OFFICE).upload
    held = upload(io.BytesIO(PDF), name="van-ban-mau.pdf", media_type="application/pdf")
    body = bodies.letter(name, rig.HERE, (), rig.now().date(), direct=False)
    body["to"] = [{"code": packets.CENTRE, "name": "Bộ Mẫu"}]
    body["attachments"] = [
        {
            "content_id": "cid:1",
            "name": "van-ban-mau.pdf",
            "content_type": "application/pdf",
            "object": held.to_json(),
        }
    ]
    document = body["document_id"]
    sent = world.send(rig.OFFICE, AXIS, rig.ISSUED, body, subject=document, objects=[held.hash])
    return sent, document, f"{rig.HERE.code}|{document}|type-0"


def put(world, peer, packet, *, to, type_):
    """Have the centre send a packet to our agency."""
    world.aside.do(peer.put, packet, sender=packets.CENTRE, to=[to], type_=type_)


def test_a_letter_with_a_fresh_attachment_reaches_the_axis_at_the_first_attempt(world, peer):
    sent, _, key = letter(world, f"1/{rig.code('CV')}")
    steps = world.await_told(rig.OFFICE, sent, AXIS, "delivered")
    assert rig.events(steps) == ["admitted", "attempted", "delivered"]
    assert world.effects(peer, "edoc")[key] == 1


def test_statuses_of_a_letter_come_back_to_its_office_in_their_order(world, peer):
    sent, document, _ = letter(world, f"2/{rig.code('CV')}")
    world.await_told(rig.OFFICE, sent, AXIS, "delivered")
    for number in packets.WORDS:
        packet = packets.status(document, rig.HERE.old_code, number, rig.now())
        put(world, peer, packet, to=rig.HERE.old_code, type_="status")
    came = world.await_inbox(rig.OFFICE, 3, type_=rig.STATUS, subject=document)
    assert [json.loads(one.body)["status_code"] for one in came] == list(packets.WORDS)


def test_a_letter_of_the_centre_comes_once_and_the_axis_is_told_when_it_is_durable(world, peer):
    world.spoil(peer, "duplicate", path="/getReceivedEdocList", times=2)
    name, at = f"3/{rig.code('BM')}", rig.now()
    document = packets.document_id(name, at)
    packet = packets.letter(name, rig.HERE.code, at)
    put(world, peer, packet, to=rig.HERE.code, type_="edoc")
    (came,) = world.await_inbox(rig.OFFICE, type_=rig.ISSUED, subject=document)
    assert came.attributes.source == AXIS
    # What the axis carried is kept by its hash, and the office may read it.
    original = json.loads(came.body)["original"]["hash"]
    assert original in came.attributes.objects
    status = {
        "from": bodies.agency(rig.HERE),
        "response_for": {
            "organ_code": packets.CENTRE_OLD,
            "code": name,
            "promulgation_date": at.date().isoformat(),
            "document_id": document,
        },
        "staff": {"department": "Văn thư", "staff": "Cán Bộ Mẫu"},
        "status_code": "01",
        "description": packets.WORDS["01"],
        "at": at.isoformat(timespec="seconds"),
    }
    sent = world.send(rig.OFFICE, AXIS, rig.STATUS, status, subject=document)
    world.await_told(rig.OFFICE, sent, AXIS, "delivered")
    assert world.effects(peer, "status")[f"{rig.HERE.code}|{document}|status-01"] == 1
    rig.until(lambda: done(world, peer), "updateStatus done")
    assert len(world.inbox(rig.OFFICE, type_=rig.ISSUED, subject=document)) == 1


def done(world, peer):
    """Say whether the axis was told "done" of all that it had for us, once each."""
    rig.once(world.effects(peer, "updateStatus"))
    kinds = ("edoc", "status")
    return not any(world.aside.do(peer.parcels.waiting, "mau.h99", kind) for kind in kinds)


def test_a_letter_that_the_axis_took_without_an_answer_is_not_sent_again(world, peer):
    world.spoil(peer, "timeout_after_success", seconds=3.0, path="/sendEdoc")
    sent, _, key = letter(world, f"4/{rig.code('CV')}")
    steps = world.await_told(rig.OFFICE, sent, AXIS, "delivered")
    assert rig.events(steps)[:3] == ["admitted", "attempted", "retrying"]
    assert rig.events(steps)[-1] == "delivered"
    assert world.effects(peer, "edoc")[key] == 1
