"""The two shapes in which e-Offices call a provincial axis.

Published: paths, methods, the multipart parts, the query, X-SystemId and X-SecretKey, the login.
Not published: the bodies of login, updateStatus and Bkav's small calls; JSON stands for them here.
"""

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import httpx2
from lgsp_adapter.net import trusted

from sandbox_edxml_endpoint import answers
from sandbox_edxml_endpoint.answers import NO_ANSWER, Outcome

BEARER_LIFETIME: Final = timedelta(minutes=30)
TIMEOUT_SECONDS: Final = 30.0
_UNAUTHORISED: Final = 401


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Where the axis is, and who the e-Office is there."""

    url: str
    system: str
    secret: str = field(repr=False)
    bearer: bool = False
    """Log in for a Bearer token too, as the later guide asks."""
    trust: str | None = None
    """The certificates to trust, as PEM; else those of the machine."""


class Wire(Protocol):
    """One shape."""

    async def send(self, packet: bytes, type_: str) -> Outcome:
        """Hand a packet in; `type_` is `edoc` or `status`."""
        ...

    async def pending(self, type_: str, today: datetime) -> list[str]:
        """Return the ids of what waits."""
        ...

    async def fetch(self, id_: str) -> bytes | None:
        """Return a packet, or nothing."""
        ...

    async def confirm(self, id_: str, status: str) -> Outcome:
        """Say that it is stored (`done`) or cannot be (`fail`)."""
        ...


class _Caller:
    """Calls with the account's headers; a broken line is an outcome, not an exception."""

    def __init__(self, account: Account, now: Callable[[], datetime]) -> None:
        self.account = account
        self._now = now
        self._token: tuple[str, datetime] | None = None
        own = account.trust
        self._trust = ssl.create_default_context(cadata=own) if own else trusted()

    async def call(self, method: str, path: str, **more: Any) -> httpx2.Response | None:
        """Return the answer, or None where there was none; one new login where it was refused."""
        answer = await self._once(method, path, **more)
        if answer is not None and answer.status_code == _UNAUTHORISED and self.account.bearer:
            self._token = None
            answer = await self._once(method, path, **more)
        return answer

    async def _once(self, method: str, path: str, **more: Any) -> httpx2.Response | None:
        try:
            async with httpx2.AsyncClient(
                base_url=self.account.url, timeout=TIMEOUT_SECONDS, verify=self._trust
            ) as http:
                headers = self._headers() | await self._bearer(http) | more.pop("headers", {})
                return await http.request(method, path, headers=headers, **more)
        except httpx2.HTTPError:
            return None

    def _headers(self) -> dict[str, str]:
        return {"X-SystemId": self.account.system, "X-SecretKey": self.account.secret}

    async def _bearer(self, http: httpx2.AsyncClient) -> dict[str, str]:
        if not self.account.bearer:
            return {}
        if self._token is None or self._token[1] <= self._now():
            body = {"systemId": self.account.system, "secretKey": self.account.secret}
            answer = await http.post("/api/lgspedoc/login", json=body, headers=self._headers())
            found = answers.token(answer)
            if found is None:
                return {}
            self._token = (found, self._now() + BEARER_LIFETIME)
        return {"Authorization": f"Bearer {self._token[0]}"}


class LangSonWire:
    """Lạng Sơn: `/v1/…`."""

    def __init__(self, account: Account, now: Callable[[], datetime]) -> None:
        self.caller = _Caller(account, now)

    async def send(self, packet: bytes, type_: str) -> Outcome:
        files = {"edocFile": ("packet.edxml", packet, "application/xml")}
        data = {"messageType": type_}
        return _outcome(await self.caller.call("POST", "/v1/sendEdoc", files=files, data=data))

    async def pending(self, type_: str, today: datetime) -> list[str]:
        asked = {
            "messageType": type_,
            "fromDate": (today - timedelta(days=7)).strftime("%Y/%m/%d"),
            "toDate": today.strftime("%Y/%m/%d"),
        }
        answer = await self.caller.call("GET", "/v1/syncReceivedEdocList", params=asked)
        return answers.ids(answer) if answer is not None else []

    async def fetch(self, id_: str) -> bytes | None:
        answer = await self.caller.call("GET", "/v1/getEdoc", params={"docId": id_})
        return answers.packet(answer) if answer is not None else None

    async def confirm(self, id_: str, status: str) -> Outcome:
        body = {"docId": id_, "status": status}
        return _outcome(await self.caller.call("POST", "/v1/updateStatus", json=body))


class BkavWire:
    """Bkav eDoc: `/EdocService/…`, everything by POST."""

    def __init__(self, account: Account, now: Callable[[], datetime]) -> None:
        self.caller = _Caller(account, now)

    async def send(self, packet: bytes, type_: str) -> Outcome:
        headers = {"Content-Type": "application/octet-stream", "messageType": type_}
        path = "/EdocService/sendDocument"
        return _outcome(await self.caller.call("POST", path, content=packet, headers=headers))

    async def pending(self, type_: str, today: datetime) -> list[str]:
        if type_ == "status":
            return []  # One list for all.
        answer = await self._json("getPendingDocIds", {"toDate": today.strftime("%Y/%m/%d")})
        return answers.ids(answer) if answer is not None else []

    async def fetch(self, id_: str) -> bytes | None:
        answer = await self._json("getDocument", {"docId": id_})
        return answers.packet(answer) if answer is not None else None

    async def confirm(self, id_: str, status: str) -> Outcome:
        return _outcome(await self._json("confirmReceived", {"docId": id_, "status": status}))

    async def organizations(self) -> list[str]:
        """Return the codes that the axis knows."""
        answer = await self._json("getOrganizations", {})
        return answers.codes(answer) if answer is not None else []

    async def exists(self, document: str) -> bool:
        """Ask whether the axis has a document (its business DocumentId)."""
        answer = await self._json("checkExistDocument", {"documentId": document})
        return answer is not None and answers.says_yes(answer)

    async def _json(self, name: str, body: dict[str, Any]) -> httpx2.Response | None:
        return await self.caller.call("POST", f"/EdocService/{name}", json=body)


def _outcome(answer: httpx2.Response | None) -> Outcome:
    return Outcome(code=NO_ANSWER) if answer is None else answers.outcome(answer)
