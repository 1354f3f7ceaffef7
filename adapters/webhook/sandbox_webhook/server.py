"""Both sides in one peer: `/hook` receives, `/_sandbox/send` has something sent."""

from collections.abc import Sequence
from typing import Any, ClassVar

import orjson
from lgsp_adapter.sandbox import Sandbox, What
from lgsp_adapter.sandbox.answers import json_object
from lgsp_adapter.sandbox.mischief import ANY_SERVER
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox_webhook.receiver import Receiver
from sandbox_webhook.sender import Sender
from sandbox_webhook.signatures import Keys, public_of, secret_from


class WebhookSandbox(Sandbox):
    """A receiver and a sender of Standard Webhooks."""

    name: ClassVar[str] = "webhook"
    can = ANY_SERVER | {What.DUPLICATE, What.REORDER, What.BAD_SIGNATURE}

    def __init__(self, *, keys: Keys | None = None, target: str | None = None, **base: Any) -> None:
        super().__init__(**base)
        self.keys = keys or self.new_keys()
        self.receiver = Receiver(self.journal, self.now, self.keys)
        self.sender = Sender(self.mischief, self.now, self.keys)
        self.sender.target = target

    def new_keys(self) -> Keys:
        """Return keys made from the seed: good for a sandbox and nothing else."""
        signing = secret_from(self.chance.randbytes(32), "whsk_")
        secret = secret_from(self.chance.randbytes(32))
        return Keys(secrets=(secret,), signing=(signing,), public=(public_of(signing),))

    def rotate(self, *, overlap: bool = True) -> Keys:
        """Take new keys; with overlap the old ones still prove. Return the new ones."""
        new, old = self.new_keys(), self.keys
        both = Keys(
            secrets=new.secrets + old.secrets,
            signing=new.signing + old.signing,
            public=new.public + old.public,
        )
        self.receiver.keys = self.sender.keys = both if overlap else new
        self.keys = new
        return new

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/hook", self.receiver.take, methods=["POST"]),
            Route("/_sandbox/gone", self._gone, methods=["POST"]),
            Route("/_sandbox/target", self._target, methods=["POST"]),
            Route("/_sandbox/send", self._send, methods=["POST"]),
            Route("/_sandbox/deliver", self._deliver, methods=["POST"]),
            Route("/_sandbox/rotate", self._rotate, methods=["POST"]),
        ]

    def forget(self) -> None:
        self.receiver.forget()
        self.sender.forget()

    def describe(self) -> dict[str, Any]:
        return super().describe() | {
            "hook": f"{self.url}/hook",
            "secrets": self.keys.secrets,
            "signing": self.keys.signing,
            "public": self.keys.public,
        }

    def send(self, body: bytes, id_: str | None = None) -> str:
        """Have a notification sent at the next `sender.deliver`; return its id."""
        id_ = id_ or f"msg_{self.chance.getrandbits(96):024x}"
        self.sender.add(id_, body)
        return id_

    async def _gone(self, request: Request) -> Response:
        self.receiver.gone = bool((await json_object(request)).get("gone", True))
        return JSONResponse({"gone": self.receiver.gone})

    async def _target(self, request: Request) -> Response:
        self.sender.target = str((await json_object(request)).get("url", "")) or None
        return JSONResponse({"url": self.sender.target})

    async def _send(self, request: Request) -> Response:
        asked = await json_object(request)
        id_ = self.send(orjson.dumps(asked.get("body")), asked.get("id"))
        return JSONResponse({"id": id_, "told": await self.sender.deliver()})

    async def _deliver(self, _: Request) -> Response:
        return JSONResponse({"told": await self.sender.deliver()})

    async def _rotate(self, request: Request) -> Response:
        self.rotate(overlap=bool((await json_object(request)).get("overlap", True)))
        return JSONResponse(self.describe())
