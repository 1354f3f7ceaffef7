"""Standard Webhooks through the hub: pushed out and taken in, once each (systems 3, 18, 19)."""

import json

import orjson
import pytest
from sandbox_webhook import WebhookSandbox

from tests.scenarios.adapters import rig
from tests.support import GOOD_BODY

pytestmark = pytest.mark.kafka

RECIPIENT, SENDER = "ung-dung-mau", "cong-quan-mau"
OUT, IN = "webhook-gui", "webhook-nhan"


@pytest.fixture(scope="module")
def peer(world, peers):
    peer = peers(WebhookSandbox(seed=41))
    world.register(RECIPIENT, "H99.41", (rig.RECEIVED,))
    world.register(SENDER, "H99.42", (rig.STEP,))
    world.lend_key(SENDER)
    (secret,) = peer.keys.secrets
    reference = world.secret("webhook", secret)
    out = {"url": f"{peer.url}/hook", "secret": reference, "seconds": 1.0}
    taken = {
        "secret": reference,
        "types": {"mau": rig.RECEIVED},
        "body_pointer": "/data",
        "subject_pointer": "/data/dossier_code",
        "recipients": [f"urn:hub:system:{RECIPIENT}"],
    }
    world.connect(
        {"name": OUT, "adapter": "webhook-out", "system": RECIPIENT, "config": out},
        {"name": IN, "adapter": "webhook-in", "system": SENDER, "config": taken},
    )
    peer.sender.target = f"{world.address(IN)}/"
    return peer


def notify(world, peer, *codes):
    """Have the foreign system tell of these dossiers; return what the hub answered."""
    for code in codes:
        body = {"type": "mau", "data": {**json.loads(GOOD_BODY), "dossier_code": code}}
        world.aside.do(peer.send, orjson.dumps(body), f"msg_{code}")
    return world.aside.run(peer.sender.deliver())


def taken(world, peer):
    """Return what the receiver has, and how often it came again."""
    entries = world.aside.do(peer.journal.as_json)["entries"]
    return {entry["key"]: (entry["effects"], entry["repeats"]) for entry in entries}


def test_what_is_pushed_arrives_byte_for_byte_and_is_told_as_delivered(world, peer):
    ids = [
        world.send(rig.DESK, RECIPIENT, rig.RECEIVED, GOOD_BODY, subject=f"HS-{number}")
        for number in range(10)
    ]
    for id_ in ids:
        steps = world.await_told(rig.DESK, id_, RECIPIENT, "delivered")
        assert rig.events(steps) == ["admitted", "delivered"]
    assert list(peer.receiver.bodies.values()).count(GOOD_BODY) == len(ids)
    rig.once(world.effects(peer, "webhook"))


def test_a_receiver_that_took_it_and_did_not_answer_has_it_once(world, peer):
    before = taken(world, peer)
    world.spoil(peer, "timeout_after_success", seconds=2.0, path="/hook")
    id_ = world.send(rig.DESK, RECIPIENT, rig.RECEIVED, GOOD_BODY, subject="HS-HET-GIO")
    steps = world.await_told(rig.DESK, id_, RECIPIENT, "delivered")
    assert rig.events(steps) == ["admitted", "retrying", "delivered"]
    new = {key: told for key, told in taken(world, peer).items() if key not in before}
    assert list(new.values()) == [(1, 1)]


def test_a_signed_call_becomes_one_message_however_often_it_comes(world, peer):
    world.spoil(peer, "duplicate", path="/send")
    assert notify(world, peer, "HS-VAO-1", "HS-VAO-2") == [204, 204, 204]
    world.await_inbox(RECIPIENT, subject="HS-VAO-2")
    for code in ("HS-VAO-1", "HS-VAO-2"):
        (one,) = world.inbox(RECIPIENT, subject=code)
        assert (one.attributes.source, one.id) == (SENDER, f"msg_{code}")


def test_a_call_with_a_wrong_signature_is_refused_and_nothing_enters(world, peer):
    world.spoil(peer, "bad_signature", path="/send")
    assert notify(world, peer, "HS-GIA") == [401]
    assert notify(world, peer, "HS-THAT") == [204]
    world.await_inbox(RECIPIENT, subject="HS-THAT")
    assert world.inbox(RECIPIENT, subject="HS-GIA") == []
