"""The pool of judges: whatever a document does, its caller gets a verdict, and the next one too."""

import asyncio
import os
import signal
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from hub.io.judge_pool import JudgeLimits, JudgePool
from hub.signing.documents.judge import judge
from hub.signing.documents.question import MOST_BYTES, NO_ANSWERS
from hub.signing.verdicts import Grade, VerdictReason
from tests.hostile_documents import zeros_deflated
from tests.signed_documents import LETTER, Setting

NOW = Setting()
GOOD = LETTER.signed(NOW.modern()).data
QUESTION = NOW.question()


@asynccontextmanager
async def pool(**limits):
    async with JudgePool(JudgeLimits(**limits)) as made:
        yield made


async def reasons(judges, document):
    judged = await judges.judge(document, QUESTION)
    return judged.verdict.reasons


async def test_a_process_says_what_the_judge_says_until_a_document_takes_too_long():
    async with pool(seconds=1) as judges:
        for question in (QUESTION, QUESTION, replace(QUESTION, revocation=NO_ANSWERS)):
            assert await judges.judge(GOOD, question) == judge(GOOD, question)
        assert await reasons(judges, zeros_deflated()) == (VerdictReason.TIME_LIMIT,)
        assert await judges.judge(GOOD, QUESTION) == judge(GOOD, QUESTION)


@pytest.mark.long
async def test_a_document_that_needs_too_much_memory_costs_its_process_and_no_more():
    async with pool(memory_bytes=48 * 1024 * 1024) as judges:
        large = b"%PDF-1.7\n" + bytes(60 * 1024 * 1024)
        assert await reasons(judges, large) == (VerdictReason.MEMORY_LIMIT,)
        judged = await judges.judge(GOOD, QUESTION)
        assert judged.verdict.grade is Grade.VALID


@pytest.mark.long
async def test_a_killed_process_or_a_caller_that_gives_up_costs_one_verdict():
    async with pool(seconds=60) as judges:
        await judges.judge(GOOD, QUESTION)
        (worker,) = judges._places._queue
        os.kill(worker._process.pid, signal.SIGKILL)
        # The system kills like that when memory is short.
        assert await reasons(judges, GOOD) == (VerdictReason.MEMORY_LIMIT,)
        await judges.judge(GOOD, QUESTION)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await judges.judge(zeros_deflated(), QUESTION)
        judged = await judges.judge(GOOD, QUESTION)
        assert judged.verdict.grade is Grade.VALID


async def test_what_is_too_large_is_not_even_sent():
    async with pool(workers=0) as judges:
        assert await reasons(judges, bytes(MOST_BYTES + 1)) == (VerdictReason.TOO_LARGE,)


async def test_an_old_process_is_not_kept():
    async with pool(documents=1) as judges:
        await judges.judge(GOOD, QUESTION)
        assert list(judges._places._queue) == [None]
