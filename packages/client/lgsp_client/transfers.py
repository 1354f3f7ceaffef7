"""Objects up and down, as plans: what breaks off goes on where it ended."""

from collections.abc import Iterator
from typing import Any, Final, Protocol
from urllib.parse import quote

import orjson

from lgsp_client.answers import ObjectRef
from lgsp_client.errors import HubProtocolError, HubRefused
from lgsp_client.plan import Answer, Ask, Plan, Sink, persistently, read_object
from lgsp_client.session import Session

PART_BYTES: Final = 8 * 1024 * 1024
"""Larger files go up in parts of this size: a broken line costs one part, not the whole file."""

TRANSFER_SECONDS: Final = 120.0
"""Longest silence in a transfer: the hub hashes and syncs a large object before it answers."""

_CONFLICT: Final = 409
_NOT_FOUND: Final = 404
_BEYOND_THE_END: Final = 416


class Content(Protocol):
    """What goes up: it can be read again for each attempt, from any place."""

    @property
    def ref(self) -> ObjectRef:
        """Its hash and size."""
        ...

    def chunks(self, start: int = 0, size: int | None = None) -> Iterator[bytes]:
        """Read `size` bytes from `start`; by default all."""
        ...


class Goal(Sink, Protocol):
    """What comes down: it knows how much has come, and takes the rest."""

    @property
    def size(self) -> int:
        """Bytes that have come so far."""
        ...


class Ticket:
    """Where an upload in parts goes on. One that outlives the process overrides `keep`."""

    def __init__(self, url: str | None = None, *, part_bytes: int = PART_BYTES) -> None:
        self.url = url
        self.part_bytes = part_bytes
        """What is larger goes up in parts of this size; the hub counts whole parts only."""

    def keep(self, url: str | None) -> None:
        """Note where the upload stands; None once it is of no more use."""
        self.url = url


def upload(session: Session, file: Content, ticket: Ticket | None = None) -> Plan[ObjectRef]:
    """Send an object, unless the hub has it from us already.

    With a `ticket` of an earlier try, only what the hub has not yet is sent.

    Raises:
        HubProtocolError: the hub has other bytes than were sent.
    """
    ticket = ticket or Ticket()
    if (yield from _has(session, file.ref.hash)):
        return file.ref
    if file.ref.size > ticket.part_bytes:
        stored = yield from _in_parts(session, file, ticket)
    else:
        stored = yield from _whole(session, file)
    # Invariant 4: the bytes that the hub has are the bytes that were hashed here.
    if stored != file.ref.hash:
        raise HubProtocolError("the hub has other bytes than were sent: send again")
    return file.ref


def download(session: Session, hash_: str, part: Goal) -> Plan[None]:
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


def _whole(session: Session, file: Content) -> Plan[Any]:
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


def _in_parts(session: Session, file: Content, ticket: Ticket) -> Plan[Any]:
    url, received = yield from _begun(session, file, ticket)
    while received < file.ref.size:
        came = yield from _part(session, file, url, received, ticket.part_bytes)
        if came <= received:
            raise HubProtocolError("the upload does not advance")
        received = came
    stored = yield from _complete(session, file, url)
    ticket.keep(None)
    return stored


def _begun(session: Session, file: Content, ticket: Ticket) -> Plan[tuple[str, int]]:
    """Go on with the ticket's upload, or begin one; return its address and what the hub has."""
    if ticket.url is not None:
        try:
            return ticket.url, (yield from _received(session, ticket.url))
        except HubRefused as refused:
            # The hub forgets an upload that stood still for a day.
            if refused.status != _NOT_FOUND:
                raise
    begin = Ask(
        method="POST",
        path="/v1/objects/uploads",
        headers={"content-type": "application/json"},
        body=orjson.dumps({"size": file.ref.size}),
    )
    url = str(read_object((yield from session.call(begin))).get("url"))
    ticket.keep(url)
    return url, 0


def _received(session: Session, url: str) -> Plan[int]:
    received = read_object((yield from session.call(Ask(method="GET", path=url)))).get("received")
    return received if isinstance(received, int) else 0


def _part(session: Session, file: Content, url: str, start: int, longest: int) -> Plan[int]:
    """Send one part; return how many bytes the hub has now."""
    size = min(longest, file.ref.size - start)
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
        return (yield from _received(session, url))
    received = read_object(answer).get("received")
    return received if isinstance(received, int) else 0


def _complete(session: Session, file: Content, url: str) -> Plan[Any]:
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
