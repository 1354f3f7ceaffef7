"""`webhook-in` keeps every promise of the conformance kit."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hub_adapter_webhook import WebhookIn, signing
from lgsp_adapter import Context, Request
from lgsp_adapter.kit import Caller, ServiceKit, secret_behind


def key_of(name):
    """Return a well-formed key that holds the kit's secret."""
    return "whsec_" + base64.b64encode(secret_behind(name).encode() + bytes(24)).decode()


async def key(name):
    return key_of(name)


class Sender(Caller):
    """Signs what it sends."""

    fetches = False

    @property
    def config(self):
        types = {"mau": "vn.gov.dossier.received.v1"}
        return {"secret": "test:key", "types": types, "subject_pointer": "/subject"}

    async def hand_in(self, ask, id_, text, subject):
        body = json.dumps({"type": "mau", "text": text, "subject": subject}).encode()
        return await ask(self.call(id_, body))

    def call(self, id_, body):
        now = int(datetime.now(UTC).timestamp())
        signature = signing.header(signing.signers([key_of("key")]), id_, now, body)
        headers = {
            "webhook-id": id_,
            "webhook-timestamp": str(now),
            "webhook-signature": signature,
        }
        return Request(method="POST", path="/", query={}, headers=headers, body=body)

    def as_stranger(self, request):
        return replace(request, headers={**request.headers, "webhook-signature": "v1,AAAA"})

    def newer(self, request):
        body = json.dumps({**json.loads(request.body), "moi": "mẫu"}).encode()
        return self.call(request.headers["webhook-id"], body)


class TestWebhookIn(ServiceKit[Any]):
    adapter = WebhookIn
    reference = Path(__file__).parents[1] / "REFERENCE-webhook-in.md"

    def peer(self):
        return Sender()

    def context(self):
        return Context("webhook-in", resolvers={"test": key})
