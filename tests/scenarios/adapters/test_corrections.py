"""What an operator sends anew, through a whole hub: once each, and told at both ends."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from lgsp_message.keys import unb64url

from tests.browser.peer import Peer
from tests.scenarios.adapters import rig
from tests.scenarios.conftest import CORRECTING
from tests.support import GOOD_BODY

pytestmark = pytest.mark.kafka

REFUSING, OTHER = "khong-nhan-mau", "nhan-thay-mau"
CONNECTOR = "day-khong-nhan"
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()


@pytest.fixture(scope="module")
def refusing(world):
    """Give the way to an agency that refuses whatever it is pushed, and one that takes the same."""
    world.register(REFUSING, "H99.51", (rig.RECEIVED,))
    world.register(OTHER, "H99.52", (rig.RECEIVED,))
    world.register(CORRECTING, "H99.53", (rig.STATUS,))
    world.lend_key(CORRECTING)
    with Peer() as peer:
        secret = world.secret("khong-nhan", SECRET)
        config = {"url": peer.url, "secret": secret}
        world.connect(
            {"name": CONNECTOR, "adapter": "webhook-out", "system": REFUSING, "config": config}
        )
        peer.refuses = True
        yield peer


def dead_letter(world):
    """Send what is refused; return its id and business key once it is a dead letter."""
    subject = rig.code()
    id_ = world.send(rig.DESK, REFUSING, rig.RECEIVED, GOOD_BODY, subject=subject)
    world.await_told(rig.DESK, id_, REFUSING, "dead_letter")
    rig.until(lambda: world.first.http("GET", _letter(id_)).is_success)
    return id_, subject


def _letter(id_):
    return f"/ops/dead-letters/{rig.DESK}/{id_}/{REFUSING}"


def trace(world, source, id_):
    return world.first.ask("GET", f"/ops/messages/{source}/{id_}")


def arrived(world, subject):
    """Return what stands in the other's inbox, and that nothing more was on its way to it."""
    last = world.send(rig.DESK, OTHER, rig.RECEIVED, GOOD_BODY, subject=f"{subject}-het")
    world.await_inbox(OTHER, subject=f"{subject}-het")
    assert last
    return world.inbox(OTHER, subject=subject)


def copies_of(world, id_):
    links = trace(world, rig.DESK, id_)["links"]
    return [(one["kind"], one["id"]) for one in links if one["source"] == CORRECTING]


def signer(message):
    header = message.arrived.parcel.signature.partition(".")[0]
    return json.loads(unb64url(header))["kid"]


@pytest.mark.usefixtures("refusing")
def test_a_redirected_dead_letter_arrives_once_and_its_history_says_so(world):
    id_, subject = dead_letter(world)
    order = {"to": OTHER, "reason": rig.WHY}
    # Given four times, by two persons at once: the others change nothing.
    with ThreadPoolExecutor(max_workers=4) as pool:
        orders = [
            pool.submit(person.http, "POST", f"{_letter(id_)}:redirect", order)
            for person in (world.first, world.second) * 2
        ]
    answers = [one.result().status_code for one in orders]
    assert {*answers} <= {200, 409}
    assert 200 in answers
    world.await_told(rig.DESK, id_, REFUSING, "expired")
    world.await_inbox(OTHER, subject=subject)
    (got,) = arrived(world, subject)
    assert (got.id, got.attributes.source, got.body) == (id_, rig.DESK, GOOD_BODY)
    assert signer(got) == world.hub.identities[rig.DESK].key_id
    told = trace(world, rig.DESK, id_)
    assert {one["system"] for one in told["recipients"]} == {REFUSING, OTHER}
    steps = [one for one in told["steps"] if one["event"] == "resumed"]
    assert [one["recipient"] for one in steps] == [OTHER]
    late = world.first.http("POST", f"{_letter(id_)}:redirect", order)
    assert (late.status_code, late.json()["code"]) == (409, "no_longer_fits")
    assert len(arrived(world, subject)) == 1


@pytest.mark.usefixtures("refusing")
def test_a_corrected_copy_is_signed_by_the_hubs_own_system_and_linked_both_ways(world):
    id_, subject = dead_letter(world)
    body = json.dumps(json.loads(GOOD_BODY) | {"note": "Đã sửa (mẫu)"}, ensure_ascii=False)
    order = {"body": body, "recipients": [OTHER], "reason": rig.WHY}
    path = f"/ops/messages/{rig.DESK}/{id_}:resubmit"
    copy = world.first.ask("POST", path, order)
    assert world.first.ask("POST", path, order) == copy
    assert copy["waits"] is None
    world.await_inbox(OTHER, subject=subject)
    (got,) = arrived(world, subject)
    assert (got.id, got.attributes.source) == (copy["id"], CORRECTING)
    assert (got.body, got.attributes.correlationid) == (body.encode(), id_)
    assert signer(got) == world.hub.identities[CORRECTING].key_id
    # What is linked stands in the projection, which comes after the delivery.
    rig.until(lambda: copies_of(world, id_))
    assert copies_of(world, id_) == [("corrected_copy", copy["id"])]
    back = [one for one in trace(world, CORRECTING, copy["id"])["links"] if one["id"] == id_]
    assert [one["kind"] for one in back] == ["copy_of"]
    # The first one stays what it was, where it was.
    assert {one["system"] for one in trace(world, rig.DESK, id_)["recipients"]} == {REFUSING}
