"""Dossiers through the hub and the National Public Service Portal, both ways (system 5)."""

import json

import pytest
from sandbox_dvcqg import PortalSandbox

from simulator import bodies
from tests.scenarios.adapters import rig

pytestmark = pytest.mark.kafka

PORTAL = "dvcqg-dong-bo-mau"
OUT, IN = "cong-gui", "cong-nhan"
PROCEDURE = bodies.LAND


@pytest.fixture(scope="module")
def peer(world, peers):
    peer = peers(PortalSandbox(seed=43))
    world.register(PORTAL, "G93", (rig.RECEIVED, rig.STEP, rig.RESULT), level="central")
    world.lend_key(PORTAL)
    facts = peer.describe()
    config = {
        **{name: facts[name] for name in ("auth_endpoint", "adapter_url", "username", "dstcode")},
        "password": world.secret("dvcqg", facts["password"]),
        "madonvi": "000.00.00.H99",
        "timeout_seconds": 1.5,
    }
    world.connect(
        {"name": OUT, "adapter": "dvcqg-out", "system": PORTAL, "config": config},
        {"name": IN, "adapter": "dvcqg-in", "system": PORTAL, "config": config},
    )
    return peer


def submitted(world, peer):
    """Have a citizen submit a dossier; return its code once it is in the desk's inbox."""
    code = world.aside.do(peer.submit)["MaHoSo"]
    (came,) = world.await_inbox(rig.DESK, type_=rig.SUBMITTED, subject=code)
    assert came.attributes.source == PORTAL
    return code


def tell(world, code, *bodies_of):
    """Tell the portal of a dossier in one go; return the events of each once all are there."""
    ids = [world.send(rig.DESK, PORTAL, kind, body, subject=code) for kind, body in bodies_of]
    return [world.await_told(rig.DESK, id_, PORTAL, "delivered") for id_ in ids]


def test_a_dossier_comes_in_with_its_file_and_its_progress_goes_back_in_order(world, peer):
    code, at = submitted(world, peer), rig.now()
    told = tell(
        world,
        code,
        (rig.RECEIVED, bodies.received(code, PROCEDURE, rig.HERE, at)),
        (rig.STEP, bodies.step(code, rig.HERE, at, "Thẩm định hồ sơ (mẫu)")),
        (rig.RESULT, bodies.result(code, PROCEDURE, rig.HERE, at)),
    )
    assert [rig.events(steps)[-1] for steps in told] == ["delivered"] * 3
    (came,) = world.inbox(rig.DESK, type_=rig.SUBMITTED, subject=code)
    (held,) = came.attributes.objects
    files = json.loads(came.body)["files"]
    assert [one["object"]["hash"] for one in files] == [held]
    portal = peer.journal.as_json()["entries"]
    mine = [e["kind"] for e in portal if e["key"].startswith(code) and e["kind"] != "mark"]
    assert mine == ["insert", "step", "update"]
    assert all(e["effects"] == 1 for e in portal if e["key"].startswith(code))


def test_a_dossier_that_is_listed_twice_becomes_one_message(world, peer):
    world.spoil(peer, "duplicate", path="/adapter")
    code = submitted(world, peer)
    rig.until(
        lambda: any(key.startswith(code) for key in world.effects(peer, "mark")), "it is marked"
    )
    assert len(world.inbox(rig.DESK, type_=rig.SUBMITTED, subject=code)) == 1


def test_an_insert_without_an_answer_is_there_once(world, peer):
    code, at = submitted(world, peer), rig.now()
    world.spoil(peer, "timeout_after_success", seconds=3.0, path="/adapter")
    (steps,) = tell(world, code, (rig.RECEIVED, bodies.received(code, PROCEDURE, rig.HERE, at)))
    assert rig.events(steps)[-1] == "delivered"
    assert world.effects(peer, "insert")[code] == 1
