"""The webhook peer over HTTP: proves, knows repeats, goes; sends by schedule, rotates, fails."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from lgsp_adapter.testing.peers import Now, http_to
from sandbox_webhook import Keys, WebhookSandbox
from sandbox_webhook.signatures import fits, sign

VECTOR = json.loads((Path(__file__).parent.parent / "fixtures" / "signature.json").read_text())
BODY = '{"name": "Mẫu"}'.encode()


@pytest.fixture
def now():
    return Now()


@pytest.fixture
async def peer(now):
    async with WebhookSandbox(seed=1, clock=now) as sandbox:
        sandbox.sender.target = sandbox.url + "/hook"
        yield sandbox


@pytest.fixture
async def http(peer):
    async with http_to(peer.url) as client:
        yield client


async def post(http, peer, *, body=BODY, id_="msg_1", stamp=None, keys=None, signature=None):
    stamp = int(peer.now().timestamp()) if stamp is None else stamp
    signature = signature or sign(keys or peer.keys, id_, stamp, body)
    headers = {"webhook-id": id_, "webhook-timestamp": str(stamp), "webhook-signature": signature}
    return (await http.post("/hook", content=body, headers=headers)).status_code


def test_the_signature_is_that_of_the_published_example():
    keys = Keys(secrets=(VECTOR["secret"],))
    body = VECTOR["body"].encode()
    assert sign(keys, VECTOR["id"], VECTOR["timestamp"], body) == VECTOR["signature"]


async def test_a_notice_is_taken_once_and_known_again(http, peer):
    assert [await post(http, peer) for _ in range(2)] == [204, 204]
    assert peer.journal.effects("webhook") == {"msg_1": 1}
    assert peer.receiver.bodies == {"msg_1": BODY}


@pytest.mark.parametrize("kind", ["secrets", "signing"])
async def test_either_kind_of_signature_is_enough(http, peer, kind):
    assert await post(http, peer, keys=Keys(**{kind: getattr(peer.keys, kind)})) == 204


@pytest.mark.parametrize(
    "signature", ["v1,AA==", "v2,AA==", "v1", "v1,***", "v1a," + "A" * 86 + "=="]
)
async def test_what_is_not_proved_is_refused(http, peer, signature):
    assert await post(http, peer, signature=signature) == 401
    assert peer.journal.effects("webhook") == {}


async def test_one_good_signature_among_others_is_enough(http, peer):
    stamp = int(peer.now().timestamp())
    several = "v1,AA== " + sign(peer.keys, "msg_1", stamp, BODY)
    assert await post(http, peer, signature=several) == 204


@pytest.mark.parametrize(("seconds", "status"), [(-299, 204), (299, 204), (-301, 401), (301, 401)])
async def test_the_tolerance_is_five_minutes_either_way(http, peer, seconds, status):
    stamp = int(peer.now().timestamp()) + seconds
    assert await post(http, peer, stamp=stamp) == status


async def test_without_headers_it_is_malformed(http):
    assert (await http.post("/hook", content=BODY)).status_code == 400


async def test_an_endpoint_that_is_gone_says_410(http, peer):
    await http.post("/_sandbox/gone", json={"gone": True})
    assert await post(http, peer) == 410


async def test_rotation_with_overlap_takes_both_and_without_only_the_new(http, peer):
    old = peer.keys
    new = peer.rotate()
    assert await post(http, peer, id_="a", keys=old) == 204
    assert await post(http, peer, id_="b", keys=new) == 204
    peer.rotate(overlap=False)
    assert await post(http, peer, id_="c", keys=new) == 401


async def test_the_sender_repeats_by_schedule_with_the_same_id_and_a_new_time(peer, now):
    peer.misbehave("error_500", path="/hook", times=2)
    sent = peer.send(BODY)
    assert await peer.sender.deliver() == [500]
    assert await peer.sender.deliver() == []
    now.at += timedelta(seconds=5)
    assert await peer.sender.deliver() == [500]
    now.at += timedelta(minutes=5)
    assert await peer.sender.deliver() == [204]
    assert peer.receiver.bodies == {sent: BODY}
    assert [each.tries for each in peer.sender.done] == [3]


async def test_the_sender_waits_as_long_as_it_is_told(peer, now):
    peer.misbehave("rate_limited", path="/hook", seconds=60)
    peer.send(BODY)
    assert await peer.sender.deliver() == [429]
    now.at += timedelta(seconds=59)
    assert await peer.sender.deliver() == []
    now.at += timedelta(seconds=1)
    assert await peer.sender.deliver() == [204]


async def test_the_sender_stops_for_good_at_410(peer):
    peer.receiver.gone = True
    peer.send(BODY)
    assert await peer.sender.deliver() == [410]
    peer.send(BODY)
    assert await peer.sender.deliver() == []
    assert peer.sender.disabled


async def test_the_sender_gives_up_after_the_last_try(peer, now):
    peer.misbehave("error_500", path="/hook", times=99)
    peer.send(BODY)
    while peer.sender.waiting:
        await peer.sender.deliver()
        now.at += timedelta(days=2)
    assert [each.tries for each in peer.sender.failed] == [10]


@pytest.mark.parametrize(
    ("what", "statuses"),
    [("bad_signature", [401]), ("half_body", [401]), ("duplicate", [204, 204])],
)
async def test_the_sender_goes_wrong_on_command(peer, what, statuses):
    sent = peer.send(BODY)
    peer.misbehave(what, path="/send")
    assert await peer.sender.deliver() == statuses
    taken = {} if 401 in statuses else {sent: 1}
    assert peer.journal.effects("webhook") == taken


async def test_a_wrong_schema_is_signed_rightly(peer):
    sent = peer.send(BODY)
    peer.misbehave("wrong_schema", path="/send")
    assert await peer.sender.deliver() == [204]
    assert json.loads(peer.receiver.bodies[sent]) == {"unexpected": True}


@pytest.mark.usefixtures("peer")
async def test_sending_over_http(http):
    asked = {"id": "msg_9", "body": {"name": "Mẫu"}}
    answer = (await http.post("/_sandbox/send", json=asked)).json()
    assert answer == {"id": "msg_9", "told": [204]}


def test_one_seed_gives_the_same_keys_and_another_others():
    first, same, other = (WebhookSandbox(seed=seed).keys for seed in (1, 1, 2))
    assert first == same
    assert first != other
    stamp = sign(first, "a", 1, BODY)
    assert fits(same, "a", "1", stamp, BODY)
    assert not fits(other, "a", "1", stamp, BODY)


def test_a_short_secret_is_refused():
    with pytest.raises(ValueError, match="24"):
        Keys(secrets=("whsec_AAAA",))
