"""Zalo's access tokens: each refresh gives a new refresh token and ends the old one.

Both new ones are in the state file before the access token is used: a crash in between would
otherwise lock the official account out until somebody logs in by hand. A connector has several
instances (`limits.concurrency`, and one for a test); all of them use the token of the file, because
two that refresh at once would spend one refresh token twice, and the second would be locked out.

One lock-out remains: a call that ends without an answer may have spent the refresh token, and Zalo
gives the next one to nobody else. That a call began is durable before it, so that the refusal that
follows can be explained. The way out is a new refresh token from Zalo's page: the reference is
resolved anew before each refresh, so that the operator's new value counts without a restart.
"""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from weakref import WeakValueDictionary

import httpx2
from lgsp_adapter import Fatal, Retryable
from lgsp_adapter.http import as_code
from lgsp_adapter.outgoing import exchange
from lgsp_adapter.state import State

NEEDS: Final = "cần mã làm mới khác / needs a new refresh token"
WAY_OUT: Final = (
    "lấy mã mới tại trang của Zalo, ghi vào nơi refresh_token chỉ tới / get a new one from Zalo's"
    " page and put it behind the reference refresh_token; it counts within 5 minutes, no restart"
)

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
    seed: Callable[[], Awaitable[str]]
    """Gives the refresh token of the configuration, as it is now: where the chain begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """How far the tokens are that began with one seed."""

    refresh: str = field(repr=False)
    access: str = field(default="", repr=False)
    until: str = ""
    asked: bool = False
    """A call with this refresh token began, and no answer to it was seen."""


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
        chain = await self._chain(await self._app.seed())
        if not chain.access or chain.access == self._refused:
            return None
        until = datetime.fromisoformat(chain.until)
        return (chain.access, until) if self._now() < until else None

    async def _refreshed(self) -> tuple[str, datetime]:
        seed = await self._app.seed()
        chain = await self._chain(seed)
        # Durable before the call: after it the refresh token may be spent, whatever we hear.
        await self._keep(seed, replace(chain, asked=True))
        answer = await self._asked(chain)
        access, refresh = answer.get("access_token"), answer.get("refresh_token")
        if not (isinstance(access, str) and access and isinstance(refresh, str) and refresh):
            # There was an answer: only what an earlier call may have spent stays in doubt.
            await self._keep(seed, chain)
            raise _refusal(answer, lost=chain.asked)
        until = self._now() + _life(answer.get("expires_in")) - _EARLY
        await self._keep(seed, Chain(refresh=refresh, access=access, until=until.isoformat()))
        return access, until

    async def _asked(self, chain: Chain) -> Mapping[str, object]:
        form = {
            "app_id": self._app.app_id,
            "grant_type": "refresh_token",
            "refresh_token": chain.refresh,
        }
        headers = {"secret_key": self._app.secret_key}
        request = self._client.build_request("POST", self._app.url, data=form, headers=headers)
        reply = await exchange(self._client, request)
        error = reply.error(self._now())
        if error is not None:
            raise error
        return reply.json()

    async def _chain(self, seed: str) -> Chain:
        """Return where the chain of this seed stands; a new seed begins a new one."""
        stored = await self._state.get(_SPACE, self._app.app_id)
        value = json.loads(stored) if stored is not None else {}
        if isinstance(value, list):
            # As it was written before: to lose it would lock the account out.
            value = dict(zip(("seed", "refresh", "access", "until"), value, strict=False))
        if value.pop("seed", None) != _hash(seed):
            return Chain(refresh=seed)
        return Chain(**value)

    async def _keep(self, seed: str, chain: Chain) -> None:
        row = {"seed": _hash(seed), **asdict(chain)}
        await self._state.put(_SPACE, self._app.app_id, json.dumps(row))


def _hash(seed: str) -> str:
    return hashlib.sha256(seed.encode()).hexdigest()


def _refusal(answer: Mapping[str, object], *, lost: bool) -> Fatal | Retryable:
    code = as_code(answer.get("error"))
    if code is None:
        # Nobody said no: the shape is another, as of a page that stands in front of Zalo.
        return Retryable("the answer has neither tokens nor an error")
    why = "the answer to an earlier call was lost, and it is good once" if lost else "Zalo refuses"
    return Fatal(f"{NEEDS} ({why}): {WAY_OUT}", peer_code=code)


def _life(value: object) -> timedelta:
    text = str(value)
    seconds = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 3600  # noqa: PLR2004
    return timedelta(seconds=min(max(seconds, _SHORTEST), _LONGEST))
