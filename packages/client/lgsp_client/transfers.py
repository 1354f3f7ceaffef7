"""Objects up and down, as plans: what breaks off goes on where it ended."""

from typing import Any, Final
from urllib.parse import quote

import orjson

from lgsp_client.answers import ObjectRef
from lgsp_client.errors import HubProtocolError, HubRefused
from lgsp_client.objects import LocalFile, PartFile
from lgsp_client.plan import Answer, Ask, Plan, persistently, read_object
from lgsp_client.session import Session

PART_BYTES: Final = 8 * 1024 * 1024
"""Larger files go up in parts of this size: a broken line costs one part, not the whole file."""

TRANSFER_SECONDS: Final = 120.0
"""Longest silence in a transfer: the hub hashes and syncs a large object before it answers."""

_CONFLICT: Final = 409
_NOT_FOUND: Final = 404
_BEYOND_THE_END: Final = 416


def upload(session: Session, file: LocalFile) -> Plan[ObjectRef]:
    """Send an object, unless the hub has it from us already.

    Raises:
        HubProtocolError: the hub has other bytes than were sent.
    """
    if (yield from _has(session, file.ref.hash)):
        return file.ref
    if file.ref.size > PART_BYTES:
        stored = yield from _in_parts(session, file)
    else:
        stored = yield from _whole(session, file)
    # Invariant 4: the bytes that the hub has are the bytes that were hashed here.
    if stored != file.ref.hash:
        raise HubProtocolError("the hub has other bytes than were sent: send again")
    return file.ref


def download(session: Session, hash_: str, part: PartFile) -> Plan[None]:
    """Fetch an object into `part`; after a break only what is missing."""

    def attempt(pause: float) -> Plan[Answer]:
        missing = {"range": f"bytes={part.size}-"} if part.size else {}
        ask = Ask(
            method="GET",
            path=_path(hash_),
            headers=missing,
            sink=part,
            timeout=TRANSFER_SECONDS,
        )
        return session.attempt(ask, pause)

    try:
        yield from persistently(attempt, session.backoff, session.world.chance)
    except HubRefused as refused:
        # The line broke behind the last byte: nothing was missing. The hash will tell.
        if refused.status != _BEYOND_THE_END:
            raise


def _has(session: Session, hash_: str) -> Plan[bool]:
    try:
        yield from session.call(Ask(method="HEAD", path=_path(hash_)))
    except HubRefused as refused:
        if refused.status != _NOT_FOUND:
            raise
        return False
    return True


def _whole(session: Session, file: LocalFile) -> Plan[Any]:
    ask = Ask(
        method="POST",
        path="/v1/objects",
        headers={
            "content-type": "application/octet-stream",
            "content-length": str(file.ref.size),
        },
        body=file.chunks,
        timeout=TRANSFER_SECONDS,
    )
    answer = yield from session.call(ask)
    return read_object(answer).get("hash")


def _in_parts(session: Session, file: LocalFile) -> Plan[Any]:
    begin = Ask(
        method="POST",
        path="/v1/objects/uploads",
        headers={"content-type": "application/json"},
        body=orjson.dumps({"size": file.ref.size}),
    )
    progress = read_object((yield from session.call(begin)))
    url, received = str(progress.get("url")), 0
    while received < file.ref.size:
        came = yield from _part(session, file, url, received)
        if came <= received:
            raise HubProtocolError("the upload does not advance")
        received = came
    return (yield from _complete(session, file, url))


def _part(session: Session, file: LocalFile, url: str, start: int) -> Plan[int]:
    """Send one part; return how many bytes the hub has now."""
    size = min(PART_BYTES, file.ref.size - start)
    ask = Ask(
        method="PATCH",
        path=url,
        headers={
            "content-type": "application/octet-stream",
            "content-length": str(size),
            "upload-offset": str(start),
        },
        body=lambda: file.chunks(start, size),
        timeout=TRANSFER_SECONDS,
    )
    try:
        answer = yield from session.call(ask)
    except HubRefused as refused:
        if refused.status != _CONFLICT:
            raise
        # An earlier try of this part had arrived; only its answer was lost.
        answer = yield from session.call(Ask(method="GET", path=url))
    received = read_object(answer).get("received")
    return received if isinstance(received, int) else 0


def _complete(session: Session, file: LocalFile, url: str) -> Plan[Any]:
    ask = Ask(method="POST", path=f"{url}:complete", timeout=TRANSFER_SECONDS)
    try:
        answer = yield from session.call(ask)
    except HubRefused as refused:
        # An earlier try had completed it; only its answer was lost.
        if refused.status == _NOT_FOUND and (yield from _has(session, file.ref.hash)):
            return file.ref.hash
        raise
    return read_object(answer).get("hash")


def _path(hash_: str) -> str:
    return f"/v1/objects/{quote(hash_, safe=':')}"
