"""Webhook in: the foreign system posts, each call is one message."""

import hashlib
import hmac
from typing import Any

from lgsp_adapter.config import Config
from lgsp_adapter.context import Context
from lgsp_adapter.contract import Service
from lgsp_adapter.desk import Desk
from lgsp_adapter.errors import Fatal
from lgsp_adapter.recipe.base import Cook
from lgsp_adapter.recipe.mapping import draft, parse
from lgsp_adapter.values import Answer, Check, Request


class WebhookIn(Cook, Service[Config]):
    """Answers one path."""

    async def open(self, ctx: Context, desk: Desk) -> None:
        """Prepare."""
        await super().open(ctx, desk)
        await self.prepare()

    async def check(self) -> Check:
        """Say that it answers: there is nobody to ask."""
        return Check(ok=True, vi="Sẵn sàng nhận", en="Ready to answer")

    async def answer(self, request: Request) -> Answer:
        """Take one message. "Done" is said after it is durable (invariant 1)."""
        # Who calls is asked first: a stranger learns nothing of paths and methods.
        if not self._is_known(request):
            return Answer(status=401)
        if request.path != self.recipe.path:
            return Answer(status=404)
        if request.method != "POST":
            return Answer(status=405, headers={"allow": "POST"})
        values: dict[str, Any] = {"item": parse(request.body, "body"), "config": self.plain}
        await self.desk.submit(draft(self.recipe, values, request.body))
        return Answer(status=200, body=b"{}")

    def _is_known(self, request: Request) -> bool:
        rule = self.recipe.caller
        if rule is None:
            raise Fatal("recipe: no caller")
        secret = self.secrets[rule.secret]
        if rule.scheme == "hmac-sha256":
            secret = hmac.new(secret.encode(), request.body, hashlib.sha256).hexdigest()
        given = request.headers.get(rule.header.lower(), "")
        # As bytes: comparing texts with letters beyond ASCII raises, and a stranger chooses them.
        return hmac.compare_digest(given.encode(), (rule.prefix + secret).encode())
