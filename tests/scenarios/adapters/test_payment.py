"""Fees asked for and told as paid through the hub: money is told once (system 10)."""

import json
from datetime import timedelta

import pytest
from sandbox_payment import PaymentSandbox

from simulator import bodies
from tests.scenarios.adapters import rig

pytestmark = pytest.mark.kafka

PAYMENT = "nop-phi-mau"
OUT, IN, DAILY = "nop-phi-gui", "nop-phi-nhan", "nop-phi-doi-soat"
A_DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def peer(world, peers, tmp_path_factory):
    peer = peers(PaymentSandbox(seed=46))
    world.register(PAYMENT, "H99.33", (rig.FEE_DUE,))
    world.lend_key(PAYMENT)
    facts = peer.describe()
    shared = {
        "state": str(tmp_path_factory.mktemp("payment") / "state.db"),
        "secret": world.secret("payment", facts["secret"]),
    }
    out = {
        **shared,
        "url": f"{peer.url}/payment",
        "partner": facts["MaDoiTac"],
        "ip": "127.0.0.1",
        "seconds": 1.5,
        # The sandbox's own, for want of a published list.
        "unknown_codes": ["03"],
        "denied_codes": ["02"],
    }
    world.connect(
        {"name": OUT, "adapter": "payment-out", "system": PAYMENT, "config": out},
        {"name": IN, "adapter": "payment-in", "system": PAYMENT, "config": shared},
    )
    peer.callbacks.target = f"{world.address(IN)}/ConfirmDvcPayment"
    peer.daily = {name: out[name] for name in ("state", "secret", "url", "partner", "seconds")}
    return peer


def fee(world):
    """Ask for a fee; return the dossier's code, the message's id and the fee's reference."""
    code = rig.code()
    body = bodies.fee_due(code, bodies.LAND, rig.HERE, rig.now())
    return code, world.send(rig.DESK, PAYMENT, rig.FEE_DUE, body, subject=code), body["reference"]


def paid(world, peer, reference):
    """Have the citizen pay; return what the platform was answered."""
    world.aside.do(peer.pay, reference)
    return world.aside.run(peer.callbacks.deliver())


def test_a_fee_is_asked_for_once_and_told_as_paid_once(world, peer):
    code, sent, reference = fee(world)
    world.await_told(rig.DESK, sent, PAYMENT, "delivered")
    assert world.effects(peer, "init")[reference] == 1
    world.spoil(peer, "duplicate", path="/callback")
    assert paid(world, peer, reference) == [200, 200]
    (came,) = world.await_inbox(rig.DESK, type_=rig.FEE_PAID, subject=code)
    told = json.loads(came.body)
    assert (told["reference"], told["amount"]) == (reference, bodies.LAND.fee)


def test_a_callback_with_a_wrong_hash_is_no_payment_until_the_right_one_comes(world, peer):
    code, sent, reference = fee(world)
    world.await_told(rig.DESK, sent, PAYMENT, "delivered")
    world.spoil(peer, "bad_signature", path="/callback")
    assert paid(world, peer, reference) == [401]
    assert world.inbox(rig.DESK, type_=rig.FEE_PAID, subject=code) == []


def test_an_init_without_an_answer_is_asked_about_and_is_one_payment(world, peer):
    world.spoil(peer, "timeout_after_success", seconds=3.0, path="/payment")
    _, sent, reference = fee(world)
    steps = world.await_told(rig.DESK, sent, PAYMENT, "delivered")
    assert "retrying" in rig.events(steps)
    assert world.effects(peer, "init")[reference] == 1


def test_a_payment_that_nobody_told_of_is_found_by_the_next_days_reconciliation(world, peer):
    _, sent, reference = fee(world)
    world.await_told(rig.DESK, sent, PAYMENT, "delivered")
    now = peer.now
    world.aside.do(setattr, peer, "now", lambda: now() - A_DAY)
    transaction = world.aside.do(peer.pay, reference)
    world.aside.do(setattr, peer, "now", now)
    config = {
        **peer.daily,
        "recipients": [f"urn:hub:system:{rig.DESK}"],
        "since": (rig.now() - A_DAY).date().isoformat(),
        "ready_at": "00:00:00",
    }
    daily = {"name": DAILY, "adapter": "payment-reconcile", "system": PAYMENT, "config": config}
    world.connect(daily)
    (told,) = world.await_inbox(rig.DESK, type_=rig.CHANGED, source=PAYMENT)
    assert transaction in told.body.decode()
    assert json.loads(told.body)["record"]["kind"] == "missing_here"
