"""Zalo: tokens that are renewed with a refresh token of one use, and ZNS notices by template.

Published: header access_token; refresh with app_id, secret_key, refresh_token; POST
`/message/template` {phone, template_id, template_data, tracking_id}; ≤ 400 characters. Codes from
memory of the guide: 0, -124 token, -108 phone, -117 template, -131 data.
"""

import random
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from lgsp_adapter.sandbox import required
from lgsp_adapter.sandbox.answers import json_object
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox_notify.box import Box

APP_ID: Final = "1000000000000000000"
SECRET_KEY: Final = "sandbox-zalo-key"  # noqa: S105  (of the sandbox)
FIRST_REFRESH: Final = "sandbox-refresh-0"
LIFETIME: Final = timedelta(hours=25)
TEMPLATES: Final = frozenset({"100001", "100002"})
LONGEST: Final = 400
"""Characters of all template data together."""
_PHONE: Final = re.compile(r"84\d{9}", re.ASCII)


class Zalo:
    """One official account."""

    def __init__(self, box: Box, chance: random.Random, now: Callable[[], datetime]) -> None:
        self._box, self._chance, self._now = box, chance, now
        self.forget()

    def forget(self) -> None:
        """Become as new."""
        self._refresh = FIRST_REFRESH
        self._tokens: dict[str, datetime] = {}
        self._number = 0

    def issue(self) -> str:
        """Give a new refresh token, as Zalo's page does to who logs in there; the last one ends."""
        self._refresh = self._random()
        return self._refresh

    def routes(self) -> list[Route]:
        """Return its calls."""
        return [
            Route("/v4/oa/access_token", self._renew, methods=["POST"]),
            Route("/message/template", self._notice, methods=["POST"]),
        ]

    async def _renew(self, request: Request) -> Response:
        async with request.form(max_files=0, max_fields=10) as form:
            asked = {key: str(value) for key, value in form.items()}
        secret = request.headers.get("secret_key") or asked.get("secret_key")
        if (asked.get("app_id"), secret) != (APP_ID, SECRET_KEY):
            return _error(-14002, "app_id or secret_key is wrong")
        if asked.get("refresh_token") != self._refresh:
            return _error(-14014, "refresh_token is not the last one")
        # Each refresh token is good once: who loses the new one is locked out.
        token, self._refresh = self._random(), self._random()
        self._tokens[token] = self._now() + LIFETIME
        seconds = str(int(LIFETIME.total_seconds()))
        answer = {"access_token": token, "refresh_token": self._refresh, "expires_in": seconds}
        return JSONResponse(answer)

    async def _notice(self, request: Request) -> Response:
        if not self._valid(request.headers.get("access_token", "")):
            return _error(-124, "access_token is invalid")
        asked = await json_object(request)
        if missing := required(asked, "phone", "template_id", "template_data", "tracking_id"):
            return _error(-131, "missing: " + ", ".join(missing))
        if problem := _problem(asked):
            return problem
        self._box.sent("zns", asked["phone"], asked["tracking_id"])
        self._number += 1
        data = {"msg_id": f"mau-{self._number}", "sent_time": f"{self._now().timestamp():.0f}"}
        return JSONResponse({"error": 0, "message": "Success", "data": data})

    def _valid(self, token: str) -> bool:
        return token in self._tokens and self._now() < self._tokens[token]

    def _random(self) -> str:
        return f"{self._chance.getrandbits(160):040x}"


def _problem(asked: dict[str, Any]) -> Response | None:
    if not _PHONE.fullmatch(str(asked["phone"])):
        return _error(-108, "phone: not 84 and nine digits")
    if str(asked["template_id"]) not in TEMPLATES:
        return _error(-117, "template_id is not approved")
    data = asked["template_data"]
    if not isinstance(data, dict) or sum(len(str(each)) for each in data.values()) > LONGEST:
        return _error(-131, f"template_data: an object of at most {LONGEST} characters")
    return None


def _error(code: int, text: str) -> Response:
    return JSONResponse({"error": code, "message": text})
