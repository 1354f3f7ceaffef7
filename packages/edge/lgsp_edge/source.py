"""Runs one source: read, sign, spool with the position, and only then tell the other side."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from lgsp_adapter import Backpressure, Context, Draft, Record, Reject, Retryable, Signed, Source
from lgsp_adapter.calls import call, end
from lgsp_adapter.policy.backoff import Backoff
from lgsp_adapter.policy.breaker import Breaker, BreakerRules
from lgsp_adapter.policy.rate import Rate
from lgsp_message.secrecy import is_marked_secret

from lgsp_edge import dead, outbox
from lgsp_edge.errors import SpoolFull
from lgsp_edge.outbox import Letter, Put
from lgsp_edge.signing import Signer, content_of, encode
from lgsp_edge.spool import Spool, Tx
from lgsp_edge.waiting import wait_for

FULL_SECONDS: Final = 5.0
"""How often it is looked whether a full spool has room again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The policies of one connector. Seconds."""

    backoff: Backoff = field(default_factory=Backoff)
    breaker: BreakerRules = field(default_factory=BreakerRules)
    rate: Rate = field(default_factory=Rate)
    batch: int = 20
    timeout: float = 30.0
    idle: float = 1.0
    """Pause of a source that has nothing now."""
    reject: bool = False
    """State `rejected` at once for what the other side refuses, in place of asking the operator."""


class SourceRunner:
    """One source at work. `run` until `stop`; a `Fatal` of the adapter ends it."""

    def __init__(
        self,
        name: str,
        make: Callable[[], Source[Any]],
        ctx: Context,
        spool: Spool,
        signer: Signer,
        *,
        limits: Limits,
        wake: Callable[[], None],
    ) -> None:
        self.name, self._make, self._ctx = name, make, ctx
        self._spool, self._signer, self._limits, self._wake = spool, signer, limits, wake
        self._rate = limits.rate
        self._breaker = Breaker(rules=limits.breaker)
        self._changed = asyncio.Event()
        self._stopping = self._paused = False
        self._tries = 0
        self.words: str | None = None
        """Why nothing moves; None while all is well."""

    def stop(self) -> None:
        """Finish what was read, read nothing new."""
        self._stopping = True
        self._changed.set()

    def pause(self, *, paused: bool) -> None:
        """Read nothing, or go on."""
        if paused is not self._paused:
            self._paused = paused
            self._changed.set()

    async def run(self) -> None:
        """Work until stopped.

        Raises:
            Fatal: the adapter cannot work; nothing is lost.
        """
        while not self._stopping:
            if self._paused:
                await self._rest(None)
                continue
            try:
                await self._serve()
            except (Retryable, Backpressure) as error:
                await self._rest(self._pause_after(error))

    def _pause_after(self, error: Retryable | Backpressure) -> float:
        self._tries += 1
        now = asyncio.get_running_loop().time()
        if isinstance(error, Retryable):
            self._breaker = self._breaker.failed(self._breaker.era, now)
        self.words = self._ctx.mask(str(error))
        # A source has no dead letter for an outage: it is asked for ever, ever less often.
        patient = replace(self._limits.backoff, attempts=None)
        pause = patient.pause(self._tries, random.random(), error.after) or 0.0  # noqa: S311  (spreads load)
        return max(pause, self._breaker.until - now)

    async def _serve(self) -> None:
        source = self._make()
        now = asyncio.get_running_loop().time()
        self._breaker = self._breaker.begun(now) if self._breaker.allows(now) else self._breaker
        position = await self._spool.run(lambda tx: tx.place(self._place))
        try:
            await call(source.open(self._ctx, position), self._limits.timeout)
            while not self._stopping and not self._paused:
                await self._turn(source)
        finally:
            await end(source, self._limits.timeout)

    async def _turn(self, source: Source[Any]) -> None:
        now = asyncio.get_running_loop().time()
        if (wait := self._rate.wait(now)) > 0:
            await self._rest(wait)
            return
        records = await call(source.read(self._limits.batch), self._limits.timeout)
        self._breaker, self._tries = self._breaker.succeeded(self._breaker.era), 0
        self.words = None
        if not records:
            await self._rest(self._limits.idle)
            return
        self._rate = self._rate.taken(now, len(records))
        if not await self._spooled(records):
            return
        self._spool.point("spooled")
        self._wake()
        # Invariant 1: the other side hears "done" only now that the records are on the disk here.
        await call(source.ack(records[-1].position), self._limits.timeout)
        self._spool.point("acknowledged")

    async def _spooled(self, records: Sequence[Record]) -> bool:
        """Write all records and their position in one transaction; wait while it is full."""
        prepared = [self._prepared(record) for record in records]
        while not self._stopping:
            try:
                await self._spool.run(lambda tx: self._write(tx, prepared, records[-1].position))
            except SpoolFull as full:
                # Not acknowledged, so not lost: the other side keeps it.
                self.words = f"bộ đệm đầy / {full}"
                await self._rest(FULL_SECONDS)
            else:
                self.words = None
                return True
        return False

    def _prepared(self, record: Record) -> tuple[Letter | Reject, bytes]:
        if isinstance(record.message, Reject):
            return record.message, record.raw
        try:
            return letter(self._signer, record.message), record.raw
        except Reject as reject:
            return reject, record.raw or record.message.body

    def _write(
        self, tx: Tx, prepared: Sequence[tuple[Letter | Reject, bytes]], position: str
    ) -> None:
        for each, raw in prepared:
            if isinstance(each, Reject):
                self._bury(tx, each, raw)
            elif outbox.put(tx, each) is Put.REUSED:
                self._bury(tx, Reject(Put.REUSED.value), encode(each.message))
        tx.set_place(self._place, position)

    def _bury(self, tx: Tx, reject: Reject, raw: bytes) -> None:
        detail = self._ctx.mask(reject.detail)
        cause = dead.Cause(code=reject.code, detail=detail, peer_code=reject.peer_code)
        # Invariant 9: of a secret document only the fact remains.
        kept = b"" if is_marked_secret(raw) else raw
        dead.bury(tx, "unread", self.name, cause, kept)

    @property
    def _place(self) -> str:
        return f"source/{self.name}"

    async def _rest(self, seconds: float | None) -> None:
        """Wait, or until somebody wants something."""
        await wait_for(self._changed, seconds)
        self._changed.clear()


def letter(signer: Signer, message: Draft | Signed) -> Letter:
    """Return a message ready for the outbox.

    Raises:
        Reject: see `Signer.signed`.
    """
    outgoing = signer.signed(message)
    return Letter(message=outgoing, content=content_of(message, outgoing))
