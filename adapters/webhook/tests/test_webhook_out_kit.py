"""`webhook-out` keeps every promise of the conformance kit."""

import base64
from pathlib import Path
from typing import Any

import httpx2
from hub_adapter_webhook import WebhookOut
from lgsp_adapter import Context
from lgsp_adapter.kit import Say, SinkKit, SinkPeer, secret_behind

STATUS = {Say.OK: 204, Say.DOWN: 503, Say.SLOW_DOWN: 429, Say.REJECT: 422}


class Endpoint(SinkPeer):
    """An endpoint that knows `webhook-id`."""

    def __init__(self):
        super().__init__()
        self.effects, self.ids = [], set()

    @property
    def config(self):
        # Whole bodies: the kit compares what arrives with what was signed.
        return {"url": "https://mau.example/hook", "secret": "test:key", "thin_above": 500_000}

    @property
    def taken(self):
        return self.effects

    async def handle(self, request):
        answer = await self.script.answer(request.headers.get("ce-id"))
        if request.method == "POST" and answer.say in (Say.OK, Say.LOST):
            self.take(request)
        if answer.say is Say.LOST:
            raise httpx2.ReadTimeout("mau")
        headers = {"retry-after": str(int(answer.after))} if answer.after else {}
        return httpx2.Response(STATUS[answer.say], headers=headers, json={"code": answer.code})

    def take(self, request):
        if request.headers["webhook-id"] not in self.ids:
            self.ids.add(request.headers["webhook-id"])
            self.effects.append((request.headers["ce-id"], request.content))


async def key(name):
    """Give a well-formed key that holds the kit's secret."""
    return "whsec_" + base64.b64encode(secret_behind(name).encode() + bytes(24)).decode()


class TestWebhookOut(SinkKit[Any]):
    adapter = WebhookOut
    reference = Path(__file__).parents[1] / "REFERENCE-webhook-out.md"

    def peer(self):
        return Endpoint()

    def make(self, peer):
        return WebhookOut(
            WebhookOut.config_of(peer.config),
            lambda _ctx, _s: httpx2.AsyncClient(transport=httpx2.MockTransport(peer.handle)),
        )

    def context(self):
        return Context("webhook-out", resolvers={"test": key})
