"""HTTP to foreign systems, safe against being led elsewhere. Needs the extra `http`.

`async with open_client(ctx.networks) as client:` gives an ordinary `httpx2.AsyncClient`. It
connects only to approved networks (`lgsp_adapter.guard`), to the very address that was checked,
follows no redirect, uses no proxy of the environment, and bounds the answer in size and time.
"""

import asyncio
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from ssl import SSLCertVerificationError, SSLContext
from typing import Any, Final, TypeAlias, TypeVar

import httpcore2
import httpx2

from lgsp_adapter.coalesce import Coalesced
from lgsp_adapter.errors import Retryable
from lgsp_adapter.guard import UNSAFE_LOOPBACK, Guard, Resolve, system_resolve
from lgsp_adapter.line import TRIED
from lgsp_adapter.trace import carried

LONGEST_ANSWER: Final = 10 * 1024 * 1024
"""Bytes of one answer; a peer that sends more is broken, or wants our memory."""

T = TypeVar("T")

Wrap: TypeAlias = Callable[[httpx2.AsyncBaseTransport], httpx2.AsyncBaseTransport]

_wrap: ContextVar[Wrap | None] = ContextVar("lgsp_adapter_transport", default=None)


@contextmanager
def around(wrap: Wrap) -> Iterator[None]:
    """Let every client that is opened within have its transport wrapped: to record, to play back.

    For development only; a runtime never does.
    """
    token = _wrap.set(wrap)
    try:
        yield
    finally:
        _wrap.reset(token)


@cache
def trusted() -> SSLContext:
    """Return the certificates that this machine trusts, read once for all clients.

    `SSL_CERT_FILE` and `SSL_CERT_DIR` count, for an authority of the province's own. What changes
    there is seen after a restart. Measured: a store of its own costs each client 0.8 MB and 20 to
    55 ms.
    """
    return httpx2.create_ssl_context()


def open_client(
    networks: Sequence[str],
    *,
    timeout: float = 30.0,
    longest_answer: int = LONGEST_ANSWER,
    verify: SSLContext | bool = True,
    headers: Mapping[str, str] | None = None,
    resolve: Resolve = system_resolve,
    unsafe_allow_loopback: bool = False,
) -> httpx2.AsyncClient:
    """Return a client for `networks`; close it in the adapter's `close`.

    `timeout` is in seconds, for one exchange from connecting to the last byte. `longest_answer` is
    in bytes. `unsafe_allow_loopback` is DANGEROUS: the machine's own services become reachable;
    for tests and sandboxes.

    Raises:
        Fatal: an entry of `networks` is no network.
    """
    guard = Guard.of([*networks, UNSAFE_LOOPBACK] if unsafe_allow_loopback else networks)
    transport: httpx2.AsyncBaseTransport = GuardedTransport(
        guard, timeout=timeout, longest_answer=longest_answer, verify=verify, resolve=resolve
    )
    wrap = _wrap.get()
    return DirectClient(
        transport if wrap is None else wrap(transport),
        # A proxy would connect for us, out of the guard's sight.
        trust_env=False,
        follow_redirects=False,
        timeout=timeout,
        # What is compressed has no known size: a bomb of a few kilobytes fills the memory.
        headers={"accept-encoding": "identity", "user-agent": "lgsp-hub", **(headers or {})},
    )


class DirectClient(httpx2.AsyncClient):
    """A client whose single exchanges go straight to its transport.

    Cookies, redirects and `auth=` are what `send` adds; an exchange of ours has none of them, and
    with many small calls their cost is felt (measured: a tenth of the CPU of a push).
    """

    def __init__(self, transport: httpx2.AsyncBaseTransport, **options: Any) -> None:
        super().__init__(transport=transport, **options)
        self._straight = transport

    async def exchange(self, request: httpx2.Request) -> httpx2.Response:
        """Make one exchange as the request stands; the answer's body is still to be read."""
        if self.is_closed:
            raise RuntimeError("the client is closed")
        response = await self._straight.handle_async_request(request)
        response.request = request
        return response


def http_fault(error: httpx2.HTTPError) -> Retryable:
    """Return what a failed exchange means: without a connection, surely nothing was done.

    An error's text may quote the address with its query: only the class is kept, and for a
    certificate that is not accepted OpenSSL's number of the reason (10: expired, 62: another name).
    """
    untouched = isinstance(error, (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout))
    return certificate_fault(error) or Retryable(type(error).__name__, untouched=untouched)


def certificate_fault(error: BaseException | None) -> Retryable | None:
    """Return what a handshake means that ended by the peer's certificate; None for another end.

    The peer code has the number of OpenSSL's `X509_V_ERR_…` (x509_vfy.h).
    """
    # Chains of a broken response can be circles: an error of the body, raised again by its reader.
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, SSLCertVerificationError):
            detail = "the peer's certificate is not accepted: its operator must renew or correct it"
            return Retryable(detail, untouched=True, peer_code=f"x509-{error.verify_code}")
        error = error.__cause__ or error.__context__
    return None


class GuardedTransport(httpx2.AsyncHTTPTransport):
    """The library's transport, over connections that the guard has let through."""

    def __init__(
        self,
        guard: Guard,
        *,
        timeout: float,
        longest_answer: int,
        verify: SSLContext | bool,
        resolve: Resolve,
    ) -> None:
        super().__init__(verify=trusted() if verify is True else verify, trust_env=False)
        self._timeout, self._longest = timeout, longest_answer
        # The library has no parameter for it; `test_net.py` fails if this ever goes unused.
        self._pool._network_backend = _GuardedBackend(guard, resolve)  # noqa: SLF001

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Make one exchange, within its time and size."""
        if (trace := carried()) is not None:
            request.headers.setdefault("traceparent", trace)
        ends = asyncio.get_running_loop().time() + self._timeout
        response = await _until(ends, request, super().handle_async_request(request))
        try:
            _refuse_encoded(response, request)
        except httpx2.HTTPError:
            await response.aclose()
            raise
        if isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = _Bounded(response.stream, request, ends, self._longest)
        return response


def _refuse_encoded(response: httpx2.Response, request: httpx2.Request) -> None:
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise httpx2.DecodingError("a compressed answer nobody asked for", request=request)


async def _until(ends: float, request: httpx2.Request, wanted: Awaitable[T]) -> T:
    try:
        async with asyncio.timeout_at(ends):
            return await wanted
    except TimeoutError:
        # A drip of one byte at a time keeps every time-out of a single read from firing.
        raise httpx2.ReadTimeout("the exchange took too long", request=request) from None


class _Bounded(httpx2.AsyncByteStream):
    """An answer's bytes, up to a size and a time."""

    def __init__(
        self, stream: httpx2.AsyncByteStream, request: httpx2.Request, ends: float, longest: int
    ) -> None:
        self._stream, self._request = stream, request
        self._ends, self._left = ends, longest

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = aiter(self._stream)
        while piece := await _until(self._ends, self._request, anext(pieces, b"")):
            self._left -= len(piece)
            if self._left < 0:
                raise httpx2.ReadError("the answer is too long", request=self._request)
            yield piece

    async def aclose(self) -> None:
        """Let go of the connection."""
        await self._stream.aclose()


class _GuardedBackend(httpcore2.AnyIOBackend):
    """Resolves by itself, checks, and connects to what it checked; TLS still names the host."""

    def __init__(self, guard: Guard, resolve: Resolve) -> None:
        self._guard, self._resolve = guard, resolve

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  (the library's signature)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to an allowed address of `host`.

        Raises:
            AddressRefused: it has none.
            httpcore2.ConnectError: it is not known, or does not answer.
        """
        try:
            async with asyncio.timeout(timeout):
                found = await self._guard.addresses(host, port, self._resolve)
        except OSError as error:
            raise httpcore2.ConnectError("the name is not known") from error
        failed: httpcore2.ConnectError | httpcore2.ConnectTimeout | None = None
        for address in found[:TRIED]:
            try:
                line = await super().connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
                return Coalesced(line)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
        raise failed or httpcore2.ConnectError("no address")
