"""Zalo's access tokens: each refresh gives a new refresh token and ends the old one.

Both new ones are in the state file before the access token is used: a crash in between would
otherwise lock the official account out until somebody logs in by hand. A connector has several
instances (`limits.concurrency`, and one for a test); all of them use the token of the file, because
two that refresh at once would spend one refresh token twice, and the second would be locked out.
"""

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from weakref import WeakValueDictionary

import httpx2
from lgsp_adapter import Fatal, Retryable
from lgsp_adapter.http import as_code
from lgsp_adapter.outgoing import exchange
from lgsp_adapter.state import State

_SPACE: Final = "zalo-refresh"
_EARLY: Final = timedelta(seconds=60)
"""A token is renewed before it ends: not in the middle of a message."""
_SHORTEST: Final = 120
_LONGEST: Final = 86_400
_LOCKS: Final[WeakValueDictionary[tuple[Path, str], asyncio.Lock]] = WeakValueDictionary()
"""One for all instances of an application in this process; it goes with the last of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The application at Zalo."""

    url: str
    app_id: str
    secret_key: str = field(repr=False)
    state: Path
    """The file that its instances share."""
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
        self._lock = _LOCKS.setdefault((app.state, app.app_id), asyncio.Lock())
        self._access: tuple[str, datetime] | None = None
        self._refused = ""
        """The access token that Zalo did not take."""

    async def access(self) -> str:
        """Return a token that is good for a while.

        Raises:
            Fatal: Zalo refuses the refresh token: an operator gets a new one from Zalo's page.
            Retryable: Zalo gave no answer.
        """
        async with self._lock:
            if self._access is None or self._now() >= self._access[1]:
                self._access = await self._kept() or await self._refreshed()
            return self._access[0]

    def forget(self) -> None:
        """Fetch a new token next time: Zalo did not take the last one."""
        if self._access is not None:
            self._refused, self._access = self._access[0], None

    async def _kept(self) -> tuple[str, datetime] | None:
        """Return the token that another instance has fetched, while it is good."""
        _, *access = await self._stored() or [""]
        if not access or access[0] == self._refused:
            return None
        until = datetime.fromisoformat(access[1])
        return (access[0], until) if self._now() < until else None

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
        until = self._now() + _life(answer.get("expires_in")) - _EARLY
        row = [self._seed_hash, refresh, access, until.isoformat()]
        await self._state.put(_SPACE, self._app.app_id, json.dumps(row))
        return access, until

    async def _refresh_token(self) -> str:
        """Return the newest token of the chain."""
        stored = await self._stored()
        return self._app.seed if stored is None else str(stored[0])

    async def _stored(self) -> list[Any] | None:
        """Return refresh token, access token and its end; a new seed begins a new chain."""
        stored = await self._state.get(_SPACE, self._app.app_id)
        seed_hash, *row = json.loads(stored) if stored is not None else [""]
        return row if seed_hash == self._seed_hash else None

    @property
    def _seed_hash(self) -> str:
        return hashlib.sha256(self._app.seed.encode()).hexdigest()


def _refusal(answer: Mapping[str, object]) -> Fatal | Retryable:
    code = as_code(answer.get("error"))
    if code is None:
        # Nobody said no: the shape is another, as of a page that stands in front of Zalo.
        return Retryable("the answer has neither tokens nor an error")
    return Fatal("Zalo refuses the refresh token: get a new one from Zalo's page", peer_code=code)


def _life(value: object) -> timedelta:
    text = str(value)
    seconds = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 3600  # noqa: PLR2004
    return timedelta(seconds=min(max(seconds, _SHORTEST), _LONGEST))
