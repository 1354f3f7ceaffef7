"""Zalo's access tokens: each refresh gives a new refresh token and ends the old one.

The new one is in the state file before the access token is used: a crash between the two would
otherwise lock the official account out until somebody logs in by hand.
"""

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import httpx2
from lgsp_adapter import Fatal, Retryable
from lgsp_adapter.outgoing import exchange
from lgsp_adapter.state import State

_SPACE: Final = "zalo-refresh"
_EARLY: Final = timedelta(seconds=60)
"""A token is renewed before it ends: not in the middle of a message."""
_SHORTEST: Final = 120
_LONGEST: Final = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The application at Zalo."""

    url: str
    app_id: str
    secret_key: str = field(repr=False)
    seed: str = field(repr=False)
    """The refresh token of the configuration: where the chain of tokens begins."""


class Tokens:
    """Gives access tokens, one refresh at a time."""

    def __init__(
        self,
        app: App,
        state: State,
        client: httpx2.AsyncClient,
        now: Callable[[], datetime],
    ) -> None:
        self._app, self._state, self._client = app, state, client
        self._now = now
        self._lock = asyncio.Lock()
        self._access: tuple[str, datetime] | None = None

    async def access(self) -> str:
        """Return a token that is good for a while.

        Raises:
            Fatal: Zalo refuses the refresh token: an operator gets a new one from Zalo's page.
            Retryable: Zalo gave no answer.
        """
        async with self._lock:
            if self._access is None or self._now() >= self._access[1]:
                self._access = await self._refreshed()
            return self._access[0]

    def forget(self) -> None:
        """Fetch a new token next time: Zalo did not take the last one."""
        self._access = None

    async def _refreshed(self) -> tuple[str, datetime]:
        form = {
            "app_id": self._app.app_id,
            "grant_type": "refresh_token",
            "refresh_token": await self._refresh_token(),
        }
        headers = {"secret_key": self._app.secret_key}
        request = self._client.build_request("POST", self._app.url, data=form, headers=headers)
        reply = await exchange(self._client, request)
        error = reply.error(self._now())
        if error is not None:
            raise error
        answer = reply.json()
        access, refresh = answer.get("access_token"), answer.get("refresh_token")
        if not (isinstance(access, str) and access and isinstance(refresh, str) and refresh):
            raise _refusal(answer)
        await self._state.put(_SPACE, self._app.app_id, json.dumps([self._seed_hash, refresh]))
        return access, self._now() + _life(answer.get("expires_in")) - _EARLY

    async def _refresh_token(self) -> str:
        """Return the newest token of the chain; a new seed begins a new chain."""
        stored = await self._state.get(_SPACE, self._app.app_id)
        if stored is not None:
            seed_hash, token = json.loads(stored)
            if seed_hash == self._seed_hash:
                return str(token)
        return self._app.seed

    @property
    def _seed_hash(self) -> str:
        return hashlib.sha256(self._app.seed.encode()).hexdigest()


def _refusal(answer: Mapping[str, object]) -> Fatal | Retryable:
    code = answer.get("error")
    if code is None:
        # Nobody said no: the shape is another, as of a page that stands in front of Zalo.
        return Retryable("the answer has neither tokens nor an error")
    return Fatal(
        "Zalo refuses the refresh token: get a new one from Zalo's page", peer_code=str(code)[:32]
    )


def _life(value: object) -> timedelta:
    text = str(value)
    seconds = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 3600  # noqa: PLR2004
    return timedelta(seconds=min(max(seconds, _SHORTEST), _LONGEST))
