"""`webhook-in`: nobody gets in without a key, and 204 means that the hub has it."""

import base64
import json
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hub_adapter_webhook import WebhookIn, signing
from lgsp_adapter import Context, Fatal, Request, Retryable
from lgsp_adapter.testing.desk import OpenDesk

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
SEED = b"hat-giong-mau-32-byte-cho-ky-so!"
PUBLIC = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()
SECRETS = {
    "new": "whsec_" + base64.b64encode(b"khoa-moi-mau-24-byte-dai!").decode(),
    "old": "whsec_" + base64.b64encode(b"khoa-cu-mau-24-byte-dai-!").decode(),
    "public": "whpk_" + base64.b64encode(PUBLIC).decode(),
}
PRIVATE = "whsk_" + base64.b64encode(SEED).decode()
BODY = json.dumps({"type": "mau.moi", "data": {"so": "H99-1", "chu": "Mẫu"}}).encode()
TYPES = {"mau.moi": "vn.gov.dossier.received.v1"}


async def resolve(name):
    return SECRETS[name]


class Rig:
    def __init__(self, **config):
        raw = {"secret": "test:new", "types": TYPES, "subject_pointer": "/data/so", **config}
        self.desk = OpenDesk()
        self.service = WebhookIn(WebhookIn.config_of(raw))

    async def __aenter__(self):
        ctx = Context("webhook-in", resolvers={"test": resolve}, now=lambda: NOW)
        await self.service.open(ctx, self.desk)
        return self

    async def __aexit__(self, *_):
        await self.service.close()

    async def call(self, body=BODY, *, key=SECRETS["new"], at=NOW, **headers):
        time = int(at.timestamp())
        signature = signing.header(signing.signers([key]), "msg_1", time, body)
        whole = {"id": "msg_1", "timestamp": str(time), "signature": signature, **headers}
        named = {f"webhook-{name}": value for name, value in whole.items()}
        request = Request(method="POST", path="/", query={}, headers=named, body=body)
        return await self.service.answer(request)


async def test_a_signed_call_becomes_a_message_byte_for_byte():
    async with Rig() as rig:
        assert (await rig.call()).status == 204
    (draft,) = rig.desk.drafts
    assert (draft.id, draft.type, draft.subject) == ("msg_1", *TYPES.values(), "H99-1")
    assert draft.body == BODY


async def test_a_part_of_the_body_can_be_the_message():
    async with Rig(body_pointer="/data") as rig:
        await rig.call()
    assert json.loads(rig.desk.drafts[0].body) == {"so": "H99-1", "chu": "Mẫu"}


async def test_the_business_key_is_nfc():
    number = unicodedata.normalize("NFD", "Hồ sơ 1")
    body = json.dumps({"type": "mau.moi", "data": {"so": number}}).encode()
    async with Rig() as rig:
        await rig.call(body)
    assert rig.desk.drafts[0].subject == unicodedata.normalize("NFC", number)


@pytest.mark.parametrize("key", [SECRETS["old"], PRIVATE])
async def test_during_a_rotation_each_key_opens(key):
    async with Rig(more_secrets=["test:old", "test:public"]) as rig:
        assert (await rig.call(key=key)).status == 204


@pytest.mark.parametrize("name", ["id", "timestamp", "signature"])
async def test_without_any_one_header_nobody_gets_in(name):
    async with Rig() as rig:
        assert (await rig.call(**{name: ""})).status == 401
    assert not rig.desk.drafts


@pytest.mark.parametrize(
    "signature", ["v1,", "v1,AAAA", "v1a,AAAA", "v2,x", ",", "v1,không phải", " ", "v1a,***"]
)
async def test_a_wrong_signature_does_not_get_in(signature):
    async with Rig(more_secrets=["test:public"]) as rig:
        assert (await rig.call(signature=signature)).status == 401
    assert not rig.desk.drafts


async def test_a_call_signed_with_another_key_does_not_get_in():
    async with Rig() as rig:
        assert (await rig.call(key=SECRETS["old"])).status == 401


async def test_a_changed_id_breaks_the_signature():
    async with Rig() as rig:
        assert (await rig.call(id="msg_2")).status == 401


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_a_recorded_call_cannot_be_replayed_later(minutes):
    async with Rig() as rig:
        answer = await rig.call(at=NOW + timedelta(minutes=minutes))
    assert answer.status == 401
    assert json.loads(answer.body)["code"] == "timestamp_outside_tolerance"


async def test_a_call_is_not_taken_while_the_hub_cannot_keep_it():
    async with Rig() as rig:
        rig.desk.trouble = Retryable("away", untouched=True)
        with pytest.raises(Retryable):
            await rig.call()


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
async def test_garbage_is_the_callers_fault(body):
    async with Rig() as rig:
        assert (await rig.call(body)).status == 400


@pytest.mark.parametrize("body", [b"[]", b"null", b'{"type": "mau.la"}', b'{"type": ["x"]}'])
async def test_a_type_that_is_not_mapped_is_refused_not_dropped(body):
    async with Rig() as rig:
        answer = await rig.call(body)
    assert (answer.status, json.loads(answer.body)["code"]) == (422, "type_unknown")


async def test_a_service_without_a_usable_key_does_not_open():
    SECRETS["bad"] = "whsec_khong"
    with pytest.raises(Fatal):
        await Rig(secret="test:bad").__aenter__()
