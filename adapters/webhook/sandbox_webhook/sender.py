"""The sending side: the same id at each try, a new timestamp, the published schedule.

What is not due yet waits for the clock; `deliver` tries what is due. Misbehaviour of the sender has
paths that begin with `/send`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import httpx2
import orjson
from lgsp_adapter.net import trusted
from lgsp_adapter.sandbox import Mischief, What

from sandbox_webhook.signatures import Keys, sign

PATH: Final = "/send"
TIMEOUT_SECONDS: Final = 15.0
HOUR: Final = 3600
SCHEDULE: Final = (5, 300, 1800, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR)
"""Seconds to the next try, after each try that failed (Standard Webhooks 1.0.0)."""
_GONE: Final = 410


@dataclass(slots=True, kw_only=True)
class Notice:
    """One notification on its way."""

    id: str
    body: bytes
    due: datetime
    tries: int = 0
    status: int = 0
    """The last answer; 0: nobody answered."""


class Sender:
    """Notifications for one endpoint."""

    def __init__(self, mischief: Mischief, now: Callable[[], datetime], keys: Keys) -> None:
        self._mischief, self._now = mischief, now
        self.keys = keys
        self.target: str | None = None
        self.disabled = False
        """The endpoint said 410: nothing is sent any more."""
        self.waiting: list[Notice] = []
        self.done: list[Notice] = []
        self.failed: list[Notice] = []

    def forget(self) -> None:
        """Become as new; keys and target stay."""
        self.disabled = False
        self.waiting, self.done, self.failed = [], [], []

    def add(self, id_: str, body: bytes) -> None:
        """Have a notification to send."""
        self.waiting.append(Notice(id=id_, body=body, due=self._now()))

    async def deliver(self) -> list[int]:
        """Try what is due; return the statuses."""
        if self.target is None or self.disabled:
            return []
        due = [each for each in self.waiting if each.due <= self._now()]
        async with httpx2.AsyncClient(timeout=TIMEOUT_SECONDS, verify=trusted()) as http:
            told = self._mischief.listed(PATH, due)
            return [await self._try(http, self.target, notice) for notice in told]

    async def _try(self, http: httpx2.AsyncClient, target: str, notice: Notice) -> int:
        notice.tries += 1
        try:
            request = self._request(notice)
            answer = await http.post(target, content=request[0], headers=request[1])
        except httpx2.HTTPError:
            self._settle(notice, 0, None)
            return 0
        self._settle(notice, answer.status_code, answer.headers.get("Retry-After"))
        return answer.status_code

    def _request(self, notice: Notice) -> tuple[bytes, dict[str, str]]:
        """Return body and headers: right, or wrong as told."""
        body, stamp = notice.body, int(self._now().timestamp())
        if self._mischief.take(PATH, What.WRONG_SCHEMA):
            body = orjson.dumps({"unexpected": True})
        signature = sign(self.keys, notice.id, stamp, body)
        if self._mischief.take(PATH, What.BAD_SIGNATURE):
            signature = sign(self.keys, notice.id, stamp + 1, body)
        if self._mischief.take(PATH, What.HALF_BODY):
            body = body[: len(body) // 2]
        return body, {
            "content-type": "application/json",
            "webhook-id": notice.id,
            "webhook-timestamp": str(stamp),
            "webhook-signature": signature,
        }

    def _settle(self, notice: Notice, status: int, retry_after: str | None) -> None:
        notice.status = status
        if notice not in self.waiting:
            return  # The second of a duplicate.
        if 200 <= status < 300:  # noqa: PLR2004  (RFC 9110, 15.3)
            self._move(notice, self.done)
        elif status == _GONE or notice.tries > len(SCHEDULE):
            self.disabled = status == _GONE
            self._move(notice, self.failed)
        else:
            wait = SCHEDULE[notice.tries - 1]
            if retry_after and retry_after.isascii() and retry_after.isdigit():
                wait = max(wait, int(retry_after))
            notice.due = self._now() + timedelta(seconds=wait)

    def _move(self, notice: Notice, to: list[Notice]) -> None:
        self.waiting.remove(notice)
        to.append(notice)
