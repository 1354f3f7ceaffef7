"""The synchronous client: the same calls without `await`."""

import ssl
import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self, TypeVar, Unpack

import httpx2

from lgsp_client import wire
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
from lgsp_client.plan import Answer, Ask, Backoff, Plan, World, no_answer
from lgsp_client.session import Session
from lgsp_client.sync_inbox import SyncInbox
from lgsp_client.transfers import download, upload

T = TypeVar("T")


class SyncHubClient:
    """One system's connection to a hub, for code without asyncio. Use it as `with`.

    The calls are those of `HubClient`, with the same arguments, answers and errors.
    """

    def __init__(
        self,
        url: str,
        identity: Identity,
        *,
        backoff: Backoff = wire.BACKOFF,
        tls: ssl.SSLContext | None = None,
        transport: httpx2.BaseTransport | None = None,
        allow_plain_http: bool = False,
        world: World = wire.WORLD,
    ) -> None:
        """Prepare a connection; see `HubClient`."""
        self._core = Core(Session(identity, world, backoff))
        self._http = httpx2.Client(
            base_url=wire.checked_url(url, allow_plain_http=allow_plain_http),
            headers={"user-agent": wire.USER_AGENT},
            verify=tls if tls is not None else True,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def compose(self, type: str, body: Any, **options: Unpack[Options]) -> Outgoing:
        """Build and sign a message without sending it."""
        return self._core.compose(type, body, options)

    def submit(
        self,
        type: str,
        body: Any,
        *,
        wait: int | None = None,
        **options: Unpack[Options],
    ) -> Submitted:
        """Build, check, sign and send a message; return once the hub has it durably."""
        return self._run(self._core.submit(type, body, wait, options))

    def send(self, message: Outgoing, *, wait: int | None = None) -> Submitted:
        """Send a composed message as it is; as often as one likes."""
        return self._run(self._core.send(message, wait))

    def send_many(self, messages: Iterable[Outgoing]) -> list[Outcome]:
        """Send composed messages in batches; outcomes in the order of `messages`."""
        return self._run(self._core.send_many(messages))

    def check(self, type: str, body: Any, **options: Unpack[Options]) -> Checked:
        """Ask what the hub would decide: every error at once; nothing is stored."""
        return self._run(self._core.check(self._core.compose(type, body, options)))

    def ask(self, question: Question, *, verify: Trust) -> tuple[Arrived, ...]:
        """Send a request and return its proven answers, as many as came before the deadline."""
        return self._run(ask(self._core, question, verify))

    def answer(
        self, asked: Arrived, type: str, body: Mapping[str, Any], *, wait: int | None = None
    ) -> Submitted:
        """Answer a request that arrived; it expires with the request."""
        return self._run(self._core.send(answer(self._core, asked, type, body), wait))

    def status(self, source: str, id: str) -> Mapping[str, Any]:
        """Ask what became of a message, per recipient, with every step."""
        return self._run(self._core.status(source, id))

    def evidence(self, source: str, id: str, **options: Unpack[EvidenceOptions]) -> bytes:
        """Return the evidence about a message that one sent or got: a file for `lgsp-verify`."""
        return self._run(self._core.evidence(source, id, options))

    def proof(self, source: str, id: str, *, anchored: bool = False) -> Mapping[str, Any]:
        """Ask for what proves each event of a message, and that there was no other.

        `anchored`: until the hub's newest anchor, which is cosigned and stamped, instead of until
        now. `lgsp_verify.log` checks the answer; docs/transparency-log.md says what it holds.
        """
        return self._run(self._core.proof(source, id, anchored=anchored))

    def withdraw(self, id: str, reason: str, *, wait: int | None = None) -> Submitted:
        """Take back one's own message. `reason` is shown to the recipients: no personal data."""
        return self._run(self._core.withdraw(id, reason, wait))

    def upload(
        self,
        content: Path | BinaryIO,
        *,
        name: str | None = None,
        media_type: str | None = None,
    ) -> ObjectRef:
        """Upload a file or a stream; return the reference for the body."""
        with local_file(content, name, media_type) as file:
            return self._run(upload(self._core.session, file))

    def download(self, hash: str, to: Path) -> Path:  # noqa: A002  (what the hub calls it)
        """Fetch an object to the file `to`, which appears whole and proven, or not at all."""
        with closing(PartFile(hash, to)) as part:
            self._run(download(self._core.session, hash, part))
            return part.finish()

    def fetch_directory(self, kept: KeptDirectory) -> bool:
        """Bring the kept directory up to date; see `HubClient`."""
        return kept.take(*self._run(fetch(self._core.session, kept.has())))

    def seek(self, time: datetime) -> str:
        """Return the cursor of a moment in one's own inbox, to receive again from there."""
        return self._run(self._core.seek(rfc3339(time)))

    @contextmanager
    def receive(
        self,
        *,
        verify: Trust,
        cursors: CursorStore | None = None,
        **options: Unpack[ReceiveOptions],
    ) -> Iterator[SyncInbox]:
        """Open one's own inbox, as `with`; then iterate over it with `for`."""
        core = InboxCore(self._core, verify, options)
        inbox = SyncInbox(self._run, self._pieces, core, cursors or MemoryCursor())
        try:
            yield inbox
        except BaseException:
            inbox.abandon()
            raise
        inbox.close()

    def _run(self, plan: Plan[T]) -> T:
        try:
            ask = next(plan)
            while True:
                try:
                    answer = self._ask(ask)
                except httpx2.RequestError as error:
                    ask = plan.throw(no_answer(error))
                else:
                    ask = plan.send(answer)
        except StopIteration as end:
            result: T = end.value
            return result

    def _ask(self, ask: Ask) -> Answer:
        if ask.pause:
            time.sleep(ask.pause)
        with self._http.stream(
            ask.method,
            ask.path,
            headers=ask.headers,
            content=ask.body() if callable(ask.body) else ask.body or None,
            timeout=wire.timeout(ask),
        ) as response:
            if ask.sink is None or response.status_code not in wire.BODY:
                return wire.answer(response, response.read())
            ask.sink.begin(response.status_code)
            for piece in response.iter_bytes():
                ask.sink.write(piece)
            return wire.answer(response, b"")

    def _pieces(self, ask: Ask) -> Generator[bytes, None, None]:
        """Give the bytes of an answer that does not end; see `HubClient`."""
        with (
            suppress(httpx2.RequestError),
            self._http.stream(
                ask.method, ask.path, headers=ask.headers, timeout=wire.timeout(ask)
            ) as response,
        ):
            if response.status_code == wire.STREAMS:
                yield from response.iter_bytes()
