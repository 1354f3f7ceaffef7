"""Judges documents in confined processes: a hostile one costs one of them, for a bounded time.

It gets `indeterminate` with the reason, and the next one a new process.
"""

import asyncio
import signal
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from types import TracebackType
from typing import Final, Self

import msgspec
import structlog

from hub.io.confinement import kill, start_confined
from hub.io.judge_frames import (
    LENGTH,
    OUT_OF_MEMORY,
    READY,
    decode_judged,
    encode_task,
    framed,
    task_of,
)
from hub.ports import Unavailable
from hub.signing.documents.question import MOST_BYTES, Judged, Question
from hub.signing.verdicts import VerdictReason, document_verdict

_START_SECONDS: Final = 60
"""For a process to load what it needs: 1 second, on a machine that is not overloaded."""
_ANSWER_BYTES: Final = 4 * 1024 * 1024
"""Most of an answer: 32 verdicts with the certificates that are wanted have some 100 kB."""
_log = structlog.get_logger("judge_pool")


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeLimits:
    """What judging may cost."""

    workers: int = 1
    """Processes, so documents at once."""
    seconds: int = 10
    """Longest for one document. Ordinary ones take 0.05 s."""
    memory_bytes: int = 512 * 1024 * 1024
    """Of one process, beyond what it needs itself: a document of 64 MiB is held a few times."""
    documents: int = 500
    """After so many a process is replaced, so that nothing grows for ever."""


class _Lost(Exception):
    """The process is gone, or speaks no longer as agreed."""

    def __init__(self, reason: VerdictReason) -> None:
        super().__init__(reason)
        self.reason = reason


class _Worker:
    """One process, and what it was sent already."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._known: set[bytes] = set()
        self.judged = 0

    async def ready(self) -> None:
        if await self._read() != READY:
            raise _Lost(VerdictReason.JUDGE_FAILED)

    async def ask(self, document: bytes, question: Question) -> Judged:
        self.judged += 1
        await self._write(encode_task(task_of(document, question, self._known)))
        try:
            return decode_judged(await self._read())
        except msgspec.MsgspecError as error:
            raise _Lost(VerdictReason.JUDGE_FAILED) from error

    async def end(self) -> int:
        """Kill it and wait for it; return how it ended."""
        return await kill(self._process)

    async def _write(self, data: bytes) -> None:
        assert self._process.stdin is not None  # noqa: S101  (made with pipes)
        try:
            self._process.stdin.write(framed(data))
            await self._process.stdin.drain()
        except OSError as error:
            raise _Lost(await self._why()) from error

    async def _read(self) -> bytes:
        assert self._process.stdout is not None  # noqa: S101
        try:
            size = int.from_bytes(await self._process.stdout.readexactly(LENGTH))
            if size > _ANSWER_BYTES:
                raise _Lost(VerdictReason.JUDGE_FAILED)
            return await self._process.stdout.readexactly(size)
        except asyncio.IncompleteReadError as error:
            raise _Lost(await self._why()) from error

    async def _why(self) -> VerdictReason:
        """Say why a process that nobody here killed is gone."""
        return _ENDS.get(await self._process.wait(), VerdictReason.JUDGE_FAILED)


_ENDS: Final[Mapping[int, VerdictReason]] = {
    -signal.SIGXCPU: VerdictReason.TIME_LIMIT,
    -signal.SIGKILL: VerdictReason.MEMORY_LIMIT,  # The system's own, when memory is short.
    OUT_OF_MEMORY: VerdictReason.MEMORY_LIMIT,
}


class JudgePool:
    """A `DocumentJudge` of several processes. Started when first needed; close it at the end."""

    def __init__(self, limits: JudgeLimits) -> None:
        self._limits = limits
        self._places: asyncio.Queue[_Worker | None] = asyncio.Queue()
        for _ in range(limits.workers):
            self._places.put_nowait(None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def judge(self, document: bytes, question: Question) -> Judged:
        """Return the verdict on a document.

        Raises:
            Unavailable: no process can be started.
        """
        if len(document) > MOST_BYTES:
            return _unjudged(document, question, VerdictReason.TOO_LARGE)
        worker = await self._places.get()
        try:
            worker = worker or await self._start()
            judged = await self._within(worker.ask(document, question))
        except _Lost as lost:
            await self._end(worker, lost.reason)
            worker = None
            return _unjudged(document, question, lost.reason)
        except BaseException:
            # Cancelled in the middle: what this process says next would be about this document.
            await self._end(worker, None)
            worker = None
            raise
        else:
            if self._is_worn(worker, judged):
                await worker.end()
                worker = None
            return judged
        finally:
            self._places.put_nowait(worker)

    async def close(self) -> None:
        """End all processes, when no document is under way any more."""
        for _ in range(self._limits.workers):
            worker = await self._places.get()
            if worker is not None:
                await worker.end()

    async def _within(self, asked: Awaitable[Judged]) -> Judged:
        try:
            async with asyncio.timeout(self._limits.seconds):
                return await asked
        except TimeoutError as error:
            raise _Lost(VerdictReason.TIME_LIMIT) from error

    async def _start(self) -> _Worker:
        limits = self._limits
        try:
            process = await start_confined(
                "hub.io.judge_worker", limits.seconds, limits.memory_bytes
            )
        except OSError as error:
            raise Unavailable("no process to judge documents can be started") from error
        worker = _Worker(process)
        try:
            async with asyncio.timeout(_START_SECONDS):
                await worker.ready()
        except (TimeoutError, _Lost) as error:
            await worker.end()
            raise Unavailable("a process to judge documents does not start") from error
        return worker

    async def _end(self, worker: _Worker | None, reason: VerdictReason | None) -> None:
        if worker is not None:
            ended = await worker.end()
            told = None if reason is None else reason.value
            _log.warning("judge_replaced", reason=told, ended=ended)

    def _is_worn(self, worker: _Worker, judged: Judged) -> bool:
        """Say whether a process should not go on: old, or once out of memory."""
        short = VerdictReason.MEMORY_LIMIT in judged.verdict.reasons
        return short or worker.judged >= self._limits.documents


def _unjudged(document: bytes, question: Question, reason: VerdictReason) -> Judged:
    verdict = document_verdict(
        sha256=sha256(document).hexdigest(),
        media_type=question.media_type,
        reasons=[reason],
        judged_at=question.received_at,
        trust=question.trust.version,
    )
    return Judged(verdict=verdict)
