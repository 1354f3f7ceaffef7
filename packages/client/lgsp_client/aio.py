"""The asynchronous client."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from contextlib import ExitStack, asynccontextmanager, closing, suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self, TypeVar, Unpack

import httpx2

from lgsp_client import wire
from lgsp_client.aio_inbox import Inbox
from lgsp_client.answers import Checked, ObjectRef, Outcome, Submitted
from lgsp_client.arrived import Arrived
from lgsp_client.core import Core, EvidenceOptions
from lgsp_client.cursors import CursorStore, MemoryCursor
from lgsp_client.directory import KeptDirectory, fetch
from lgsp_client.exchange import Question, answer, ask
from lgsp_client.identity import Identity
from lgsp_client.inbox import InboxCore, ReceiveOptions
from lgsp_client.keyring import Trust
from lgsp_client.objects import PartFile, local_file
from lgsp_client.outgoing import Options, Outgoing, rfc3339
from lgsp_client.plan import Answer, Ask, Backoff, Chunks, Plan, World, no_answer
from lgsp_client.session import Session
from lgsp_client.transfers import download, upload

T = TypeVar("T")


class HubClient:
    """One system's connection to a hub. Use it as `async with`; tasks may share it.

    All calls raise `HubRefused`, `HubUnavailable` (after bounded retries), `HubUnauthorised` or
    `HubProtocolError`.
    """

    def __init__(
        self,
        url: str,
        identity: Identity,
        *,
        backoff: Backoff = wire.BACKOFF,
        tls: ssl.SSLContext | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
        allow_plain_http: bool = False,
        world: World = wire.WORLD,
    ) -> None:
        """Prepare a connection; nothing is sent yet.

        `tls` brings a private CA or a client certificate; `transport` another way to the hub, such
        as a Unix socket. `allow_plain_http` is dangerous: tokens travel readable.

        Raises:
            ValueError: the address is neither https nor on this machine.
        """
        self._core = Core(Session(identity, world, backoff))
        self._http = httpx2.AsyncClient(
            base_url=wire.checked_url(url, allow_plain_http=allow_plain_http),
            headers={"user-agent": wire.USER_AGENT},
            verify=tls if tls is not None else True,
            transport=transport,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    @property
    def core(self) -> Core:
        """The calls as plans, for who keeps queues and positions of his own; see `run`."""
        return self._core

    async def run(self, plan: Plan[T]) -> T:
        """Carry out a plan, such as `client.core.page(…)`, and return what it returns."""
        return await self._run(plan)

    def compose(self, type: str, body: Any, **options: Unpack[Options]) -> Outgoing:
        """Build and sign a message without sending it: for one's own outbox, or for `send_many`."""
        return self._core.compose(type, body, options)

    async def submit(
        self,
        type: str,
        body: Any,
        *,
        wait: int | None = None,
        **options: Unpack[Options],
    ) -> Submitted:
        """Build, check, sign and send a message; return once the hub has it durably.

        `body`: bytes as they are, or a JSON value, encoded once. `wait`: seconds to wait for the
        decision. Retries send the same bytes, so that there is one message.
        """
        return await self._run(self._core.submit(type, body, wait, options))

    async def send(self, message: Outgoing, *, wait: int | None = None) -> Submitted:
        """Send a composed message as it is, without looking at it; as often as one likes."""
        return await self._run(self._core.send(message, wait))

    async def send_many(self, messages: Iterable[Outgoing]) -> list[Outcome]:
        """Send composed messages in batches of at most 50; outcomes in the order of `messages`."""
        return await self._run(self._core.send_many(messages))

    async def check(self, type: str, body: Any, **options: Unpack[Options]) -> Checked:
        """Ask what the hub would decide: every error at once; nothing is stored."""
        return await self._run(self._core.check(self._core.compose(type, body, options)))

    async def ask(self, question: Question, *, verify: Trust) -> tuple[Arrived, ...]:
        """Send a request and return its proven answers, as many as came before the deadline."""
        return await self._run(ask(self._core, question, verify))

    async def answer(
        self, asked: Arrived, type: str, body: Mapping[str, Any], *, wait: int | None = None
    ) -> Submitted:
        """Answer a request that arrived; it expires with the request."""
        return await self._run(self._core.send(answer(self._core, asked, type, body), wait))

    async def status(self, source: str, id: str) -> Mapping[str, Any]:
        """Ask what became of a message that one sent or got, per recipient, with every step."""
        return await self._run(self._core.status(source, id))

    async def evidence(self, source: str, id: str, **options: Unpack[EvidenceOptions]) -> bytes:
        """Return the evidence about a message that one sent or got: a file for `lgsp-verify`."""
        return await self._run(self._core.evidence(source, id, options))

    async def proof(self, source: str, id: str, *, anchored: bool = False) -> Mapping[str, Any]:
        """Ask for what proves each event of a message, and that there was no other.

        `anchored`: until the hub's newest anchor, which is cosigned and stamped, instead of until
        now. `lgsp_verify.log` checks the answer; docs/transparency-log.md says what it holds.
        """
        return await self._run(self._core.proof(source, id, anchored=anchored))

    async def withdraw(self, id: str, reason: str, *, wait: int | None = None) -> Submitted:
        """Take back one's own message. `reason` is shown to the recipients: no personal data."""
        return await self._run(self._core.withdraw(id, reason, wait))

    async def upload(
        self,
        content: Path | BinaryIO,
        *,
        name: str | None = None,
        media_type: str | None = None,
    ) -> ObjectRef:
        """Upload a file or a stream; return the reference for the body.

        Name `ref.hash` in `objects` too. What the hub has from us already is not sent again.
        """
        with ExitStack() as stack:
            opened = local_file(content, name, media_type)
            file = await asyncio.to_thread(stack.enter_context, opened)
            return await self._run(upload(self._core.session, file))

    async def download(self, hash: str, to: Path) -> Path:  # noqa: A002  (what the hub calls it)
        """Fetch an object to the file `to`, which appears whole and proven, or not at all."""
        with closing(PartFile(hash, to)) as part:
            await self._run(download(self._core.session, hash, part))
            return await asyncio.to_thread(part.finish)

    async def fetch_directory(self, kept: KeptDirectory) -> bool:
        """Bring the kept directory up to date. True: it is another one than before.

        Do it every hour or so: what did not change is not sent again.

        Raises:
            HubDirectoryUnusable: what came is not signed by the hub; what was kept stays.
        """
        known = await asyncio.to_thread(kept.has)  # A national one takes a second to read.
        jws, content = await self._run(fetch(self._core.session, known))
        return await asyncio.to_thread(kept.take, jws, content)

    async def seek(self, time: datetime) -> str:
        """Return the cursor of a moment in one's own inbox, to receive again from there."""
        return await self._run(self._core.seek(rfc3339(time)))

    @asynccontextmanager
    async def receive(
        self,
        *,
        verify: Trust,
        cursors: CursorStore | None = None,
        **options: Unpack[ReceiveOptions],
    ) -> AsyncIterator[Inbox]:
        """Open one's own inbox, as `async with`; then iterate over it with `async for`.

        Without `cursors` the inbox is read from its beginning. At the end, what was stated is
        handed in; after an error it is tried once, and messages whose statement did not arrive
        come again.
        """
        core = InboxCore(self._core, verify, options)
        inbox = Inbox(self._run, self._pieces, core, cursors or MemoryCursor())
        await inbox.open()
        try:
            yield inbox
        except BaseException:
            await inbox.abandon()
            raise
        await inbox.close()

    async def _run(self, plan: Plan[T]) -> T:
        try:
            ask = next(plan)
            while True:
                try:
                    answer = await self._ask(ask)
                except httpx2.RequestError as error:
                    ask = plan.throw(no_answer(error))
                else:
                    ask = plan.send(answer)
        except StopIteration as end:
            result: T = end.value
            return result

    async def _ask(self, ask: Ask) -> Answer:
        if ask.pause:
            await asyncio.sleep(ask.pause)
        content = _pieces(ask.body) if callable(ask.body) else ask.body or None
        async with self._http.stream(
            ask.method,
            ask.path,
            headers=ask.headers,
            content=content,
            timeout=wire.timeout(ask),
        ) as response:
            if ask.sink is None or response.status_code not in wire.BODY:
                return wire.answer(response, await response.aread())
            ask.sink.begin(response.status_code)
            async for piece in response.aiter_bytes():
                ask.sink.write(piece)
            return wire.answer(response, b"")

    async def _pieces(self, ask: Ask) -> AsyncGenerator[bytes, None]:
        """Give the bytes of an answer that does not end; nothing where it is no success."""
        with suppress(httpx2.RequestError):
            async with self._http.stream(
                ask.method, ask.path, headers=ask.headers, timeout=wire.timeout(ask)
            ) as response:
                if response.status_code == wire.STREAMS:
                    async for piece in response.aiter_bytes():
                        yield piece


async def _pieces(chunks: Chunks) -> AsyncIterator[bytes]:
    """Read a file on a thread: a slow disk must not stop the other tasks."""
    pieces = chunks()
    while piece := await asyncio.to_thread(next, pieces, b""):
        yield piece
