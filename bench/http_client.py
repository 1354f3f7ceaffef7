"""The load generator's side of HTTP: connections, tokens, cursors."""

import asyncio
import http.client
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Self, cast
from urllib.parse import urlencode

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from lgsp_client import Identity

from bench.http_stock import Stock
from bench.http_wire import Replies, Reply, get, post

_OK: Final = 200
_JSON: Final = b"content-type: application/json\r\n"
_ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_IDS: Final = re.compile(rb'"attributes":\{[^}]*?"id":"([^"]{36})"')
_NEXT: Final = re.compile(rb'"next":"([^"]*)"')


class TargetFailed(RuntimeError):
    """The hub answered something that ends the measurement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where the hub is, and who speaks to it. Passed to the load generator's process."""

    host: str
    port: int
    hub: str
    keys: tuple[tuple[str, bytes], ...]
    """Each system's name and private key in PEM."""
    body: bytes


class Connection(asyncio.Protocol):
    """One kept-alive connection. One request at a time, or one stream."""

    def __init__(self, take: Callable[[Reply], None] | None = None) -> None:
        self._replies = Replies()
        self._take = take or self._answer
        self._asked: asyncio.Future[Reply] | None = None
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def open(cls, target: Target, take: Callable[[Reply], None] | None = None) -> Self:
        """Connect; `take` is given every answer instead of who asked.

        Raises:
            OSError: nobody listens there.
        """
        loop = asyncio.get_running_loop()
        _, made = await loop.create_connection(lambda: cls(take), target.host, target.port)
        return made

    async def ask(self, request: bytes) -> Reply:
        """Send a request and return its answer.

        Raises:
            ConnectionError: the hub has closed the connection.
        """
        self._asked = asyncio.get_running_loop().create_future()
        self.send(request)
        return await self._asked

    def send(self, request: bytes) -> None:
        """Send a request whose answers are taken elsewhere.

        Raises:
            ConnectionError: the hub has closed the connection.
        """
        if self._transport is None:
            raise ConnectionError("the hub has closed a connection")
        self._transport.write(request)

    def close(self) -> None:
        """Close."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        for reply in self._replies.feed(data):
            self._take(reply)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._asked is not None and not self._asked.done():
            self._asked.set_exception(exc or ConnectionError("the hub has closed a connection"))

    def _answer(self, reply: Reply) -> None:
        if self._asked is not None and not self._asked.done():
            self._asked.set_result(reply)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a load generator works with: signed messages and everybody's token."""

    target: Target
    stock: Stock
    tokens: tuple[bytes, ...]

    @classmethod
    def open(cls, target: Target) -> "Desk":
        """Take a token for each system.

        Raises:
            TargetFailed: the hub gives none.
        """
        who = [Identity.from_pem(pem, system=name, hub=target.hub) for name, pem in target.keys]
        keys = [cast("ec.EllipticCurvePrivateKey", one.key) for one in who]
        stock = Stock(keys, target.hub, target.body)
        return cls(target=target, stock=stock, tokens=tuple(_tokens(target, who)))

    async def cursors(self) -> list[str]:
        """Return where each system's inbox ends now; all ask at once, as after an outage.

        Raises:
            TargetFailed: the hub does not say.
        """
        return await asyncio.gather(*map(self._cursor, self.tokens))

    async def _cursor(self, token: bytes) -> str:
        connection = await Connection.open(self.target)
        try:
            now = orjson.dumps({"time": datetime.now(UTC)})
            reply = await connection.ask(post(b"/v1/inbox:seek", token, _JSON, now))
        finally:
            connection.close()
        if reply.status != _OK:
            raise TargetFailed(f"/v1/inbox:seek: {reply.status} {reply.body[:300]!r}")
        return str(orjson.loads(reply.body)["cursor"])

    def poll(self, system: int, after: str, wait: int) -> bytes:
        """Return a long poll as a request."""
        return get(f"/v1/inbox?after={after}&wait={wait}", self.tokens[system])

    def stream(self, system: int, after: str) -> bytes:
        """Return the request for an event stream."""
        return get(f"/v1/inbox/stream?after={after}", self.tokens[system])

    def submission(self, system: int, headers: bytes, body: bytes) -> bytes:
        """Return the request that hands in a message or a batch."""
        return post(b"/v1/messages", self.tokens[system], headers, body)


def ids_in(page: bytes) -> list[bytes]:
    """Return the ids of the messages in a page of an inbox, or in an event of its stream."""
    return _IDS.findall(page)


def next_in(page: bytes) -> str:
    """Return the cursor after a page of an inbox.

    Raises:
        TargetFailed: it is no page.
    """
    found = _NEXT.search(page)
    if found is None:
        raise TargetFailed(f"no page of an inbox: {page[:200]!r}")
    return found[1].decode()


class _Plain:
    """The standard library's client, for what is not measured."""

    def __init__(self, target: Target) -> None:
        self._http = http.client.HTTPConnection(target.host, target.port, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> dict[str, str]:
        self._http.request("POST", path, body, headers)
        answer = self._http.getresponse()
        text = answer.read()
        if answer.status != _OK:
            raise TargetFailed(f"{path}: {answer.status} {text[:300]!r}")
        found: dict[str, str] = orjson.loads(text)
        return found


def _tokens(target: Target, who: list[Identity]) -> list[bytes]:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    with _Plain(target) as plain:
        answers = [plain.post("/oauth2/token", _form(identity), headers) for identity in who]
    return [answer["access_token"].encode() for answer in answers]


def _form(identity: Identity) -> bytes:
    fields = {
        "grant_type": "client_credentials",
        "client_assertion_type": _ASSERTION_TYPE,
        "client_assertion": identity.assertion(datetime.now(UTC), uuid.uuid4().hex),
    }
    return urlencode(fields).encode()
