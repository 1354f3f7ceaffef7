"""`webhook-out` against a scripted endpoint: the wire format, and what each status means."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hub_adapter_webhook import WebhookOut
from lgsp_adapter import (
    Backpressure,
    Context,
    Done,
    Fatal,
    Reject,
    Retryable,
)
from lgsp_adapter.testing import delivery

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
SHARED = b"khoa-mau-du-dai-24-byte!"
SEED = b"hat-giong-mau-32-byte-cho-ky-so!"
SECRETS = {
    "shared": "whsec_" + base64.b64encode(SHARED).decode(),
    "old": "whsec_" + base64.b64encode(SHARED[::-1]).decode(),
    "pair": "whsk_" + base64.b64encode(SEED).decode(),
    "short": "whsec_" + base64.b64encode(b"ngan").decode(),
}


async def resolve(name):
    return SECRETS[name]


class Rig:
    """An open sink; what it sent; the next answers."""

    def __init__(self, **config):
        raw = {"url": "https://mau.example/hook", "secret": "test:shared", **config}
        self.sent, self.answers, self.stored, self.time = [], [], {}, NOW
        self.ctx = Context(
            "webhook-out", resolvers={"test": resolve}, store=self.store, now=lambda: self.time
        )
        self.sink = WebhookOut(WebhookOut.config_of(raw), self.connect)

    def connect(self, _ctx, _seconds):
        return httpx2.AsyncClient(transport=httpx2.MockTransport(self.handle))

    def handle(self, request):
        self.sent.append(request)
        return self.answers.pop(0) if self.answers else httpx2.Response(204)

    async def store(self, pieces, media_type):
        body = b"".join([piece async for piece in pieces])
        hash_ = "sha256:" + hashlib.sha256(body).hexdigest()
        self.stored[hash_] = (body, media_type)
        return hash_

    async def __aenter__(self):
        await self.sink.open(self.ctx)
        return self

    async def __aexit__(self, *_):
        await self.sink.close()


async def test_a_recipient_can_verify_the_hmac_over_the_signed_bytes():
    async with Rig() as rig:
        sample = delivery("d-1", "Hồ sơ mẫu", subject="Hồ sơ 1")
        assert await rig.sink.write([sample]) == [Done(ref="HTTP 204")]
    headers, body = rig.sent[0].headers, rig.sent[0].content
    assert body == sample.body
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = hmac.new(SHARED, signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert headers["ce-subject"] == "H%E1%BB%93%20s%C6%A1%201"
    assert headers["hub-signature"] == sample.signature
    assert headers["hub-delivery-token"] == sample.token


async def test_a_rotation_signs_with_every_key():
    async with Rig(more_secrets=["test:old", "test:pair"]) as rig:
        await rig.sink.write([delivery("d-1")])
    headers, body = rig.sent[0].headers, rig.sent[0].content
    kinds = [each.partition(",")[0] for each in headers["webhook-signature"].split(" ")]
    assert kinds == ["v1", "v1", "v1a"]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    public = Ed25519PrivateKey.from_private_bytes(SEED).public_key()
    public.verify(base64.b64decode(headers["webhook-signature"].rpartition(",")[2]), signed)


async def test_a_retry_has_the_same_id_and_a_new_time():
    async with Rig() as rig:
        await rig.sink.write([delivery("d-1")])
        rig.time = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
        await rig.sink.write([delivery("d-1")])
    first, second = (request.headers for request in rig.sent)
    assert first["webhook-id"] == second["webhook-id"]
    assert first["webhook-timestamp"] != second["webhook-timestamp"]


async def test_ids_of_different_deliveries_differ_and_are_plain_ascii():
    async with Rig() as rig:
        await rig.sink.write([delivery("d.1"), delivery("d.2")])
    ids = [request.headers["webhook-id"] for request in rig.sent]
    assert len(set(ids)) == 2
    assert all(id_.isascii() and "." not in id_ for id_ in ids)


async def test_a_large_body_becomes_a_notice_that_says_where_it_is():
    large = delivery("d-1", "Nội dung mẫu " * 4000)
    async with Rig(document_url="https://hub.example/v1/objects/{hash}") as rig:
        await rig.sink.write([large, delivery("d-2")])
    notice = json.loads(rig.sent[0].content)
    hash_ = notice["data"]["hash"]
    assert rig.stored[hash_] == (large.body, "application/json")
    assert notice["data"]["url"] == f"https://hub.example/v1/objects/{hash_}"
    assert rig.sent[0].headers["ce-dataref"] == notice["data"]["url"]
    assert len(rig.sent[0].content) < 20_000
    assert "ce-dataref" not in rig.sent[1].headers


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_never_followed(status):
    async with Rig() as rig:
        rig.answers = [httpx2.Response(status, headers={"location": "http://127.0.0.1/"})]
        (result,) = await rig.sink.write([delivery("d-1")])
    assert isinstance(result, Reject)
    assert result.code == "redirected"
    assert len(rig.sent) == 1


@pytest.mark.parametrize("status", [410, 401, 403])
async def test_a_closed_endpoint_or_a_wrong_key_stops_the_connector(status):
    async with Rig() as rig:
        rig.answers = [httpx2.Response(status)]
        with pytest.raises(Fatal) as told:
            await rig.sink.write([delivery("d-1")])
    assert told.value.peer_code == str(status)


@pytest.mark.parametrize("status", [429, 502, 504])
async def test_an_overloaded_endpoint_is_given_time(status):
    async with Rig() as rig:
        rig.answers = [httpx2.Response(status, headers={"retry-after": "17"})]
        (result,) = await rig.sink.write([delivery("d-1")])
    assert isinstance(result, Backpressure)
    assert result.after == 17.0


async def test_one_failure_of_a_batch_is_its_own():
    async with Rig() as rig:
        rig.answers = [httpx2.Response(200), httpx2.Response(500), httpx2.Response(400)]
        results = await rig.sink.write([delivery(f"d-{n}") for n in range(3)])
    assert [type(result) for result in results] == [Done, Retryable, Reject]


@pytest.mark.parametrize("name", ["short", "old"])
async def test_a_key_of_another_form_is_fatal_and_not_shown(name):
    SECRETS["bad"] = SECRETS[name][: -5 if name == "old" else None]
    with pytest.raises(Fatal) as told:
        await Rig(secret="test:bad").sink.open(Context("x", resolvers={"test": resolve}))
    assert SECRETS["bad"][6:] not in f"{told.value!r} {told.value.__cause__!r}"
