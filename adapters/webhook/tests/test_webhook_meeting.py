"""Both sides of Standard Webhooks meet over HTTP: good days, and every way to go wrong."""

import json
import logging
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from hub_adapter_webhook import WebhookIn, WebhookOut, signing
from hub_adapter_webhook.out import webhook_id
from lgsp_adapter import Context, Fatal
from lgsp_adapter.testing import Bus, EngineRules, ServiceEngine, SinkEngine, check, delivery
from lgsp_adapter.testing.loopback import loopback
from lgsp_adapter.testing.peers import Now
from lgsp_adapter.testing.web import WebServer
from sandbox_webhook import Keys, WebhookSandbox

VECTOR = json.loads((Path(__file__).parent.parent / "fixtures" / "signature.json").read_text())
RULES = EngineRules(timeout=30)
SHORT = 0.3
"""Seconds of an adapter that gives up early; else it waits `LONG`: a busy machine is no fault."""
LONG = 10.0


class Meeting:
    """The peer, and the adapter's two sides with its keys."""

    def __init__(self, peer):
        self.peer, self.bus = peer, Bus(name="webhook")
        self.ctx = Context("webhook", resolvers={"peer": self.secret}, now=peer.now)

    async def secret(self, name):
        return {
            "shared": self.peer.keys.secrets[0],
            "signing": self.peer.keys.signing[0],
            "public": self.peer.keys.public[0],
            "strange": VECTOR["secret"],
        }[name]

    def out(self, **changes):
        raw = {"url": f"{self.peer.url}/hook", "secret": "peer:shared", "seconds": LONG, **changes}
        return WebhookOut(WebhookOut.config_of(raw), loopback(self.peer.trust))

    async def push(self, *deliveries, **changes):
        self.bus.put(deliveries)
        sink = self.out(**changes)
        await SinkEngine(sink, self.bus, rules=RULES, ctx=self.ctx).drain()

    @asynccontextmanager
    async def listening(self, **changes):
        """`webhook-in` behind an HTTP server, which the peer's sender calls."""
        raw = {"secret": "peer:shared", "types": {"mau": "vn.gov.mau.v1"}, **changes}
        service = WebhookIn(WebhookIn.config_of(raw))
        async with ServiceEngine(service, self.bus, rules=RULES, ctx=self.ctx) as engine:
            front = WebServer(engine.answer)
            self.peer.sender.target = f"{await front.start()}/"
            try:
                yield engine
            finally:
                await front.stop()


@pytest.fixture
def now():
    return Now()


@pytest.fixture(params=[False, True], ids=["http", "https"])
async def meeting(request, now):
    async with WebhookSandbox(seed=1, clock=now, tls=request.param) as peer:
        yield Meeting(peer)


@pytest.fixture
async def plain(now):
    async with WebhookSandbox(seed=1, clock=now) as peer:
        yield Meeting(peer)


@pytest.fixture
async def secure(now):
    async with WebhookSandbox(seed=1, clock=now, tls=True) as peer:
        yield Meeting(peer)


def message(type_="mau", **more):
    return json.dumps({"type": type_, "ten": "Hồ sơ Mẫu", **more}, ensure_ascii=False).encode()


def test_both_sides_sign_the_published_example_alike():
    body, stamp = VECTOR["body"].encode(), VECTOR["timestamp"]
    ours = signing.header(signing.signers([VECTOR["secret"]]), VECTOR["id"], stamp, body)
    assert ours == VECTOR["signature"]
    content = signing.signed_content(VECTOR["id"], str(stamp), body)
    assert signing.verified(signing.verifiers([VECTOR["secret"]]), content, VECTOR["signature"])


async def test_what_is_pushed_is_proved_and_taken_byte_for_byte(meeting):
    sent = [delivery(f"d-{n}", "Hồ sơ Mẫu") for n in range(30)]
    await meeting.push(*sent)
    assert meeting.peer.receiver.bodies == {webhook_id(each): each.body for each in sent}
    assert meeting.bus.inbox == {}
    assert meeting.peer.journal.as_json()["doubled"] == []


@pytest.mark.parametrize("key", ["shared", "signing"])
async def test_either_kind_of_key_proves(plain, key):
    await plain.push(delivery("d-1"), secret=f"peer:{key}")
    assert len(plain.peer.receiver.bodies) == 1


async def test_the_recipient_may_change_its_key_at_leisure(plain):
    old = plain.peer.keys.secrets[0]
    plain.peer.rotate(overlap=False)

    async def both(name):
        return {"old": old, "new": plain.peer.keys.secrets[0]}[name]

    plain.ctx = Context("webhook", resolvers={"peer": both}, now=plain.peer.now)
    await plain.push(delivery("d-1"), secret="peer:old", more_secrets=["peer:new"])
    assert len(plain.peer.receiver.bodies) == 1


@pytest.mark.parametrize(
    ("what", "seconds", "repeats"),
    [
        ("slow", 0.05, 0),
        ("slow", 3 * SHORT, 0),
        ("error_500", 0, 0),
        ("timeout_after_success", 3 * SHORT, 1),
        ("half_body", 0, 0),
        ("wrong_schema", 0, 0),
        ("rate_limited", 7, 0),
    ],
)
async def test_whatever_goes_wrong_each_is_there_once(plain, what, seconds, repeats):
    plain.peer.misbehave(what, path="/hook", seconds=seconds)
    await plain.push(delivery("d-1", subject="a"), delivery("d-2", subject="b"), seconds=SHORT)
    journal = plain.peer.journal.as_json()
    assert journal["doubled"] == []
    assert sum(each["repeats"] for each in journal["entries"]) >= repeats
    assert len(plain.peer.receiver.bodies) == 2
    assert (plain.bus.inbox, plain.bus.dead_letters) == ({}, {})


async def test_an_expired_certificate_is_no_connection_and_costs_nothing(secure):
    secure.peer.misbehave("expired_certificate", times=3)
    await secure.push(delivery("d-1"))
    assert secure.bus.inbox == {}
    assert [each.event for each in secure.bus.events].count("retrying") == 3
    assert secure.peer.journal.effects("webhook") == {webhook_id(delivery("d-1")): 1}


async def test_a_certificate_that_stays_expired_ends_with_an_operator_who_reads_why(secure):
    secure.peer.misbehave("expired_certificate", times=100)
    await secure.push(delivery("d-1"))
    (letter,) = secure.bus.dead_letters.values()
    assert (letter.code, letter.peer_code) == ("unavailable", "x509-10")
    assert "certificate" in letter.detail
    assert letter.item.body == delivery("d-1").body


async def test_a_bad_day_loses_and_doubles_nothing(plain):
    plain.peer.mischief.bad_day(0.4, seed=3)
    sent = [delivery(f"d-{n}", subject=f"s-{n % 7}") for n in range(40)]
    await plain.push(*sent, seconds=0.2)
    assert set(plain.peer.receiver.bodies) == {webhook_id(each) for each in sent}
    assert plain.peer.journal.as_json()["doubled"] == []


@pytest.mark.parametrize("fault", ["gone", "strange"])
async def test_an_endpoint_that_is_gone_or_knows_another_key_stops_the_connector(plain, fault):
    plain.peer.receiver.gone = fault == "gone"
    with pytest.raises(Fatal) as stopped:
        await plain.push(
            delivery("d-1"), secret="peer:shared" if fault == "gone" else "peer:strange"
        )
    assert stopped.value.peer_code == ("410" if fault == "gone" else "401")
    assert list(plain.bus.inbox) == [delivery("d-1").key]


async def test_check_says_that_somebody_is_there_and_sends_nothing(meeting):
    assert (await check(meeting.out(), meeting.ctx, 10)).ok
    assert meeting.peer.journal.as_json()["entries"] == []


async def test_what_the_sender_sends_becomes_one_message(plain):
    async with plain.listening(recipients=["so-mau"]):
        id_ = plain.peer.send(message())
        assert await plain.peer.sender.deliver() == [204]
    (draft,) = plain.bus.drafts
    assert (draft.id, draft.type, draft.recipients) == (id_, "vn.gov.mau.v1", ("so-mau",))
    assert draft.body == message()


@pytest.mark.parametrize("key", ["shared", "public"])
async def test_either_kind_of_key_is_believed(plain, key):
    async with plain.listening(secret=f"peer:{key}"):
        plain.peer.send(message())
        assert await plain.peer.sender.deliver() == [204]


async def test_the_sender_may_change_its_key_at_leisure(plain):
    old = plain.peer.keys.secrets[0]

    async def secret(name):
        return {"old": old, "new": plain.peer.keys.secrets[0]}[name]

    plain.ctx = Context("webhook", resolvers={"peer": secret}, now=plain.peer.now)
    plain.peer.rotate(overlap=False)
    async with plain.listening(secret="peer:old", more_secrets=["peer:new"]):
        plain.peer.send(message())
        assert await plain.peer.sender.deliver() == [204]


async def test_a_notice_sent_twice_or_in_another_order_is_one_message_each(plain):
    async with plain.listening():
        ids = {plain.peer.send(message(so=n)) for n in range(5)}
        plain.peer.misbehave("duplicate", path="/send")
        plain.peer.misbehave("reorder", path="/send")
        assert await plain.peer.sender.deliver() == [204] * 6
    assert set(plain.bus.admitted) == ids


@pytest.mark.parametrize(
    ("what", "status"), [("bad_signature", 401), ("half_body", 401), ("wrong_schema", 422)]
)
async def test_what_is_not_believed_is_refused_and_arrives_by_the_next_try(
    plain, now, what, status
):
    async with plain.listening():
        id_ = plain.peer.send(message())
        plain.peer.misbehave(what, path="/send")
        assert await plain.peer.sender.deliver() == [status]
        assert plain.bus.admitted == {}
        now.at += timedelta(seconds=5)
        assert await plain.peer.sender.deliver() == [204]
    assert list(plain.bus.admitted) == [id_]


async def test_while_the_hub_is_away_the_sender_keeps_the_notice(plain, now):
    async with plain.listening() as engine:
        id_ = plain.peer.send(message())
        engine.desk.bus.refuse_next = 1
        assert await plain.peer.sender.deliver() == [503]
        now.at += timedelta(seconds=5)
        assert await plain.peer.sender.deliver() == [204]
    assert list(plain.bus.admitted) == [id_]


async def test_an_answer_lost_after_the_hub_has_it_makes_no_second_message(plain, now):
    async with plain.listening() as engine:
        id_ = plain.peer.send(message())
        engine.desk.lost = True
        assert await plain.peer.sender.deliver() == [503]
        now.at += timedelta(seconds=5)
        assert await plain.peer.sender.deliver() == [204]
    assert list(plain.bus.admitted) == [id_]


async def test_keys_of_another_are_refused(plain):
    plain.peer.sender.keys = Keys(secrets=(VECTOR["secret"],))
    async with plain.listening():
        plain.peer.send(message())
        assert await plain.peer.sender.deliver() == [401]
    assert plain.bus.admitted == {}


async def test_no_address_is_logged(plain, caplog):
    caplog.set_level(logging.INFO)
    await plain.push(delivery("d-1"), url=f"{plain.peer.url}/hook?ma=bi-mat")
    assert len(plain.peer.receiver.bodies) == 1
    assert "bi-mat" not in caplog.text
