"""Results brought home by the post office, ordered and tracked through the hub (system 9)."""

import json

import pytest
from sandbox_vnpost import PostSandbox, State

from simulator import bodies
from simulator.foreign.matters import parcel
from tests.scenarios.adapters import rig

pytestmark = pytest.mark.kafka

POST = "vnpost-mau"
OUT, IN = "buu-chinh-gui", "buu-chinh-nhan"


@pytest.fixture(scope="module")
def peer(world, peers, tmp_path_factory):
    peer = peers(PostSandbox(seed=45))
    world.register(POST, "H99.34", (rig.RESULT,))
    world.lend_key(POST)
    facts = peer.describe()
    shared = {
        "url": peer.url,
        "state": str(tmp_path_factory.mktemp("vnpost") / "state.db"),
        "customer_code": facts["CustomerCode"],
        "user": facts["UserName"],
        "password": world.secret("vnpost", facts["Password"]),
        "seconds": 1.5,
        "unknown_codes": facts["unknown_codes"],
        "token_errors": facts["token_errors"],
    }
    out = {
        **shared,
        "sender_name": rig.HERE.name,
        "sender_tel": "0200000000",
        "sender_address": "Số 1, đường Ví Dụ, tỉnh Mẫu",
        # The sandbox hangs for three seconds at most; a real post office is given a minute.
        "settle_seconds": 3,
    }
    ends = {name: facts[name] for name in ("delivered_codes", "ended_codes")}
    world.connect(
        {"name": OUT, "adapter": "vnpost-out", "system": POST, "config": out},
        {"name": IN, "adapter": "vnpost-in", "system": POST, "config": {**shared, **ends}},
    )
    return peer


def order(world):
    """Hand in a result that is to be brought home; return its code, its id and the parcel."""
    code = rig.code()
    body = bodies.result(code, bodies.PASSPORT, rig.HERE, rig.now())
    to = {"name": bodies.person(2), "telephone": "84000000000", "address": "Số 1 Ví Dụ"}
    body["extensions"] = {"post": {"receiver": to, "cod_amount": 0, "item_code": ""}}
    sent = world.send(rig.DESK, POST, rig.RESULT, body, subject=code)
    return code, sent, parcel(rig.DESK, sent, POST)


def test_a_parcel_is_ordered_once_and_each_of_its_steps_comes_back_once(world, peer):
    code, sent, number = order(world)
    steps = world.await_told(rig.DESK, sent, POST, "delivered")
    assert rig.events(steps) == ["admitted", "attempted", "delivered"]
    assert world.effects(peer, "order")[number] == 1
    world.spoil(peer, "duplicate", path="/apiGetOrderTracking")
    for state in (State.COLLECTED, State.ON_THE_WAY, State.DELIVERED):
        world.aside.do(peer.advance, number, state)
    (home,) = world.await_inbox(rig.DESK, type_=rig.RETURNED, subject=code)
    assert json.loads(home.body)["dossier_code"] == code
    # The first step is that the order was taken; the last state is the return, and no step.
    assert len(world.await_inbox(rig.DESK, 3, type_=rig.STEP, subject=code)) == 3


def test_an_order_that_the_post_office_took_without_an_answer_is_one_parcel(world, peer):
    world.spoil(peer, "timeout_after_success", seconds=3.0, path="/OrderLGSPWithItemCode")
    _, sent, number = order(world)
    steps = world.await_told(rig.DESK, sent, POST, "delivered")
    assert "retrying" in rig.events(steps)
    assert world.effects(peer, "order")[number] == 1
