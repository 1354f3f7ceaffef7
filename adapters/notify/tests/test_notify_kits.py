"""The three channels keep every promise of the conformance kit."""

import email
import email.policy
import hashlib
import json
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar
from xml.etree import ElementTree as ET

import aiosmtplib
import httpx2
from hub_adapter_notify import NotifyEmail, NotifySms, NotifyZns
from lgsp_adapter import Context
from lgsp_adapter.kit import Say, SinkKit, SinkPeer, secret_behind
from lgsp_adapter.testing import delivery

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
STATUS = {Say.OK: 200, Say.DOWN: 503, Say.SLOW_DOWN: 429, Say.REJECT: 200}
TEMPLATE = {"gateway_id": "7", "parameters": ["text"], "text": "«{text}»", "longest": 300_000}
HERE = Path(__file__).parents[1]


async def secret(name):
    return secret_behind(name)


def body(id_, text, channel):
    notice = {
        "notice_code": id_,
        "channels": [channel],
        "recipient": {"telephone": "84000000000", "email": "mau@congdan.example"},
        "template": {"id": "MAU", "parameters": {"text": text}},
        "consent": {"given": True},
        "agency": {"code": "H99.1"},
    }
    return json.dumps(notice, ensure_ascii=False).encode()


class Gateway(SinkPeer):
    """Does again what it is told again; writes down what reached it."""

    channel: str
    shape: ClassVar[dict[str, str]]
    read: Any
    told: Any

    def __init__(self, refs):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.refs, self.sent = refs, []

    @property
    def config(self):
        rules = {
            "state": f"{self.folder.name}/state.db",
            "templates": {"MAU": TEMPLATE},
            "longest_text": 300_000,
        }
        return {**rules, **self.shape}

    @property
    def taken(self):
        # What was signed is built again from what arrived: a changed text gives other bytes.
        return [
            (self.refs[ref], body(self.refs[ref], text, self.channel)) for ref, text in self.sent
        ]

    async def stop(self):
        self.folder.cleanup()

    async def handle(self, request):
        found = self.read(request)
        ref, text = found or (None, "")
        answer = await self.script.answer(self.refs.get(ref))
        if found and answer.say in (Say.OK, Say.LOST):
            self.sent.append((ref, text))
        if answer.say is Say.LOST:
            raise httpx2.ReadTimeout("mau")
        headers = {"retry-after": str(int(answer.after))} if answer.after else {}
        code = answer.code if answer.say is Say.REJECT else None
        return httpx2.Response(STATUS[answer.say], headers=headers, content=self.told(code))


class Vinaphone(Gateway):
    channel = "sms"
    shape: ClassVar = {
        "gateway": "vinaphone",
        "url": "https://mau.example/sms",
        "agent": "1",
        "label": "2",
        "user": "mau",
        "password": "test:password",
    }

    def read(self, request):
        if not request.content:
            return None
        request = json.loads(request.content)["RQST"]
        assert request["MOBILELIST"] == "84000000000"
        return request["REQID"], request["PARAMS"][0]["CONTENT"]

    def told(self, code):
        return json.dumps({"RPLY": {"name": "send_sms_list", "ERROR": code or "0"}}).encode()


class Viettel(Gateway):
    channel = "sms"
    shape: ClassVar = {**Vinaphone.shape, "gateway": "viettel"}

    def read(self, request):
        if not request.content:
            return None
        found = {each.tag: each.text for each in ET.fromstring(request.content).iter()}
        return found["RequestID"], (found["Content"] or "")[1:-1]

    def told(self, code):
        return f"<S:Envelope><return><result>{code or 1}</result></return></S:Envelope>".encode()


class Zalo(Gateway):
    channel = "zalo"
    shape: ClassVar = {"app_id": "1", "secret_key": "test:key", "refresh_token": "test:seed"}

    async def handle(self, request):
        if request.url.path.endswith("/access_token"):
            tokens = {"access_token": "A", "refresh_token": "R", "expires_in": "3600"}
            return httpx2.Response(200, json=tokens)
        return await super().handle(request)

    def read(self, request):
        if not request.content:
            return None
        request = json.loads(request.content)
        return request["tracking_id"], request["template_data"]["text"]

    def told(self, code):
        return json.dumps({"error": code or 0, "message": "mau"}).encode()


class Post(Gateway):
    """A mail server, at the seam of the SMTP client."""

    channel = "email"
    shape: ClassVar = {
        "host": "mau.example",
        "password": "test:password",
        "sender": "hub@mau.example",
    }

    def server(self):
        return Line(self)


class Line:
    def __init__(self, peer):
        self.peer = peer

    async def connect(self):
        if self.peer.script.default.say is Say.DOWN:
            raise aiosmtplib.SMTPConnectError("mau")

    async def quit(self):
        pass

    def close(self):
        pass

    async def send_message(self, mail):
        ref = mail["Message-ID"][1:].partition("@")[0]
        answer = await self.peer.script.answer(self.peer.refs.get(ref))
        if answer.say is Say.DOWN:
            raise aiosmtplib.SMTPServerDisconnected("mau")
        if answer.say is Say.SLOW_DOWN:
            raise aiosmtplib.SMTPDataError(451, "mau")
        if answer.say is Say.REJECT:
            raise aiosmtplib.SMTPDataError(answer.code, "mau")
        again = email.message_from_bytes(mail.as_bytes(), policy=email.policy.default)
        self.peer.sent.append((ref, again.get_content().rstrip("\n")[1:-1]))
        if answer.say is Say.LOST:
            raise aiosmtplib.SMTPServerDisconnected("mau")


class NoticeKit(SinkKit[Any]):
    """What the four kits share: a notice for a delivery, and noon in Viet Nam."""

    gateway: type

    @cached_property
    def refs(self):
        """Reference to id of the message: what a hash does not give back."""
        return {}

    def peer(self):
        return self.gateway(self.refs)

    def make(self, peer):
        return self.adapter(
            self.adapter.config_of(peer.config),
            lambda _ctx, _s: httpx2.AsyncClient(transport=httpx2.MockTransport(peer.handle)),
        )

    def context(self):
        return Context("notify", resolvers={"test": secret}, now=lambda: NOON)

    def delivery(self, id_, text="Hồ sơ mẫu"):
        made = delivery(id_, type_="vn.gov.citizen.notice.v1")
        self.refs[hashlib.sha256(made.key.encode()).hexdigest()[:32]] = id_
        return replace(made, body=body(id_, text, self.adapter.channel))


class TestVinaphone(NoticeKit):
    adapter = NotifySms
    gateway = Vinaphone
    reference = HERE / "REFERENCE-notify-sms.md"


class TestViettel(NoticeKit):
    adapter = NotifySms
    gateway = Viettel
    reference = HERE / "REFERENCE-notify-sms.md"


class TestZns(NoticeKit):
    adapter = NotifyZns
    gateway = Zalo
    reference = HERE / "REFERENCE-notify-zns.md"


class TestEmail(NoticeKit):
    adapter = NotifyEmail
    gateway = Post
    reference = HERE / "REFERENCE-notify-email.md"

    def make(self, peer):
        return NotifyEmail(NotifyEmail.config_of(peer.config), peer.server)
