"""Calls of the portal: a session, then `{session, madonvi, service, isUpdating, data}`."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx2
from lgsp_adapter import Context, Fatal, Reject, Retryable, http_error
from lgsp_adapter.net import http_fault, open_client
from pydantic import SecretStr

from hub_adapter_dvcqg.config import PortalConfig
from hub_adapter_dvcqg.words import Meaning, code_of, meaning_of, peer_code, verdict_of

Connect = Callable[[Context, float, int], httpx2.AsyncClient]
"""Makes a client from the context, the longest wait in seconds, the longest answer in bytes."""

LONGEST_ANSWER = 20_000_000
"""Bytes: some hundred dossiers with their lists of files."""
_UNAUTHORISED = 401


def connect(ctx: Context, timeout: float, longest: int) -> httpx2.AsyncClient:
    """Return a client that reaches the approved networks only."""
    return open_client(ctx.networks, timeout=timeout, longest_answer=longest)


class Portal:
    """One user's session. It is renewed before a call, never within one: nothing is repeated."""

    def __init__(
        self, client: httpx2.AsyncClient, config: PortalConfig, password: SecretStr, ctx: Context
    ) -> None:
        self._client, self._config, self._password = client, config, password
        self._now = ctx.now
        self._session: str | None = None
        self._ends: datetime | None = None

    async def session(self) -> str:
        """Return a session that should last for the next call.

        Raises:
            Fatal: the portal refuses user name or password.
        """
        if self._session is None or self._ends is None or self._now() >= self._ends:
            self._session = await self._login()
            self._ends = self._now() + timedelta(minutes=self._config.session_minutes)
        return self._session

    async def call(
        self, service: str, data: list[dict[str, Any]], *, updating: bool = False
    ) -> tuple[Meaning, dict[str, Any]]:
        """Make one call; return what the answer means, and the answer.

        Raises:
            Retryable: also where the session has ended: the next attempt logs in anew; also for
                an answer in a form that is not the portal's, which says nothing of the call.
            Backpressure, Fatal: as `http_error`.
            Reject: `portal_refused`, with the portal's code.
        """
        body = {
            "session": await self.session(),
            "madonvi": self._config.madonvi,
            "service": service,
            "isUpdating": updating,
            "data": data,
        }
        answer = await self._post(service, self._config.adapter_url, body)
        return self._judged(service, verdict_of(answer)), answer

    def _judged(self, service: str, verdict: Mapping[str, Any]) -> Meaning:
        code = peer_code(verdict)
        if code_of(verdict) in self._config.retry_codes:
            raise Retryable(f"{service}: later", peer_code=code)
        meaning = meaning_of(verdict)
        if meaning is Meaning.SESSION:
            raise self._ended(code)
        if meaning is Meaning.REFUSED and not code_of(verdict):
            raise Retryable(f"{service}: the answer has no error_code")
        if meaning is Meaning.REFUSED:
            raise Reject("portal_refused", service, peer_code=code)
        return meaning

    async def _login(self) -> str:
        config = self._config
        body = {"username": config.username, "password": self._password.get_secret_value()}
        answer = await self._post("login", config.auth_endpoint, body, {"dstcode": config.dstcode})
        session = answer.get("session")
        if isinstance(session, str) and session:
            return session
        code = code_of(answer)
        if code in ("", "0", *config.retry_codes):
            # Not the portal's words for a wrong password: that alone stops a connector.
            raise Retryable("the login gives no session", peer_code=code or None, untouched=True)
        raise Fatal(
            "the portal gives no session: check user name and password",
            peer_code=peer_code(answer),
        )

    async def _post(
        self, name: str, url: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        try:
            response = await self._client.post(url, json=body, headers=headers)
        except httpx2.HTTPError as error:
            raise http_fault(error) from error
        if response.status_code == _UNAUTHORISED and name != "login":
            raise self._ended(str(_UNAUTHORISED))
        answer = _object(response)
        retry_after = response.headers.get("retry-after")
        fault = http_error(response.status_code, retry_after, now=self._now())
        if fault is not None:
            raise fault
        if answer is None:
            raise Retryable(f"{name}: the answer is no JSON object")
        return answer

    def _ended(self, code: str) -> Retryable:
        self._session = None
        return Retryable("the session has ended", peer_code=code, untouched=True)


def _object(response: httpx2.Response) -> dict[str, Any] | None:
    try:
        answer = response.json()
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None
