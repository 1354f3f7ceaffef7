"""A process that judges documents, one after another, and that may be killed at any moment.

It is started by `hub.io.judge_pool` and speaks to it through its standard input and output. It
holds no secret, writes no file, and is ended by the system when it takes too much.
"""

import resource
import sys
from typing import BinaryIO, Final

from hub.io.confined import allow_cpu, bound_memory
from hub.io.judge_frames import (
    LENGTH,
    OUT_OF_MEMORY,
    READY,
    Task,
    decode_task,
    encode_judged,
    framed,
    name_of,
    question_of,
)
from hub.signing.documents.judge import judge
from hub.signing.documents.question import Judged

_FILES: Final = 32
"""Open files: the pipes, and what an event loop needs."""


def serve(tasks: BinaryIO, answers: BinaryIO, seconds: int, memory_bytes: int) -> None:
    """Judge until the input ends: then the pool is gone."""
    bound_memory(memory_bytes)
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, _FILES))
    parts: dict[bytes, bytes] = {}
    _say(answers, READY)
    while (data := _frame(tasks)) is not None:
        allow_cpu(seconds)
        _say(answers, encode_judged(_judged(decode_task(data), parts)))


def _judged(task: Task, parts: dict[bytes, bytes]) -> Judged:
    parts.update((name_of(part), part) for part in task.parts)
    return judge(task.document, question_of(task, parts.__getitem__))


def _frame(tasks: BinaryIO) -> bytes | None:
    head = tasks.read(LENGTH)
    if len(head) < LENGTH:
        return None
    size = int.from_bytes(head)
    data = tasks.read(size)
    return data if len(data) == size else None


def _say(answers: BinaryIO, data: bytes) -> None:
    answers.write(framed(data))
    answers.flush()


if __name__ == "__main__":
    try:
        serve(sys.stdin.buffer, sys.stdout.buffer, int(sys.argv[1]), int(sys.argv[2]))
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)
