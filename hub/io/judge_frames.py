"""What the pool and its workers say to each other: frames of msgpack over pipes.

Trust roots and CRLs are the same for thousands of documents and may have megabytes: each travels
once to a worker, and by its hash afterwards.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from hashlib import sha256
from typing import Final

import msgspec

from hub.signing.documents.question import Judged, Question, RevocationAnswers, Trust

LENGTH: Final = 8
"""Bytes of a frame's length, big-endian."""
READY: Final = b"ready"
"""A worker's first frame: it has loaded what it needs."""
OUT_OF_MEMORY: Final = 75
"""Exit status of a worker that could not even say so."""


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One document to judge."""

    document: bytes
    content: bytes | None
    media_type: str
    sender_codes: list[str]
    received_at: datetime
    trust: str
    documents: list[bytes]
    """Hashes of roots; the same for those below."""
    timestamps: list[bytes]
    intermediates: list[bytes]
    crls: list[bytes]
    ocsps: list[bytes]
    parts: list[bytes]
    """What the worker does not know yet."""


def task_of(document: bytes, question: Question, known: set[bytes]) -> Task:
    """Return the task; `known`, the hashes of what the worker has, grows by what it is sent."""
    parts: list[bytes] = []

    def named(values: Iterable[bytes]) -> list[bytes]:
        return [_name(value, known, parts) for value in values]

    trust, revocation = question.trust, question.revocation
    return Task(
        document=document,
        content=question.content,
        media_type=question.media_type,
        sender_codes=sorted(question.sender_codes),
        received_at=question.received_at,
        trust=trust.version,
        documents=named(trust.documents),
        timestamps=named(trust.timestamps),
        intermediates=named(trust.intermediates),
        crls=named(revocation.crls),
        ocsps=named(revocation.ocsps),
        parts=parts,
    )


def question_of(task: Task, held: Callable[[bytes], bytes]) -> Question:
    """Return the question in a task; `held` gives the part of a hash.

    Raises:
        KeyError: a part that the worker was never sent.
    """

    def all_of(names: list[bytes]) -> tuple[bytes, ...]:
        return tuple(held(name) for name in names)

    return Question(
        media_type=task.media_type,
        sender_codes=frozenset(task.sender_codes),
        received_at=task.received_at,
        trust=Trust(
            version=task.trust,
            documents=all_of(task.documents),
            timestamps=all_of(task.timestamps),
            intermediates=all_of(task.intermediates),
        ),
        revocation=RevocationAnswers(crls=all_of(task.crls), ocsps=all_of(task.ocsps)),
        content=task.content,
    )


def name_of(part: bytes) -> bytes:
    """Return the hash by which a part is called."""
    return sha256(part).digest()


def framed(data: bytes) -> bytes:
    """Return a frame."""
    return len(data).to_bytes(LENGTH) + data


encode_task: Final = msgspec.msgpack.Encoder().encode
decode_task: Final = msgspec.msgpack.Decoder(Task).decode
encode_judged: Final = msgspec.msgpack.Encoder().encode
decode_judged: Final = msgspec.msgpack.Decoder(Judged).decode


def _name(part: bytes, known: set[bytes], parts: list[bytes]) -> bytes:
    name = name_of(part)
    if name not in known:
        known.add(name)
        parts.append(part)
    return name
