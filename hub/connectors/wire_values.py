"""The values that travel between the runtime and an adapter in a process of its own."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from lgsp_adapter import (
    AdapterError,
    Backpressure,
    Delivery,
    Done,
    Draft,
    Fatal,
    Record,
    Reject,
    Request,
    Result,
    Retryable,
    Signed,
)


class Fault(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An error of the contract."""

    kind: str
    code: str
    detail: str = ""
    peer_code: str | None = None
    after: float | None = None
    untouched: bool = False


class Outcome(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A `Result`."""

    done: Done | None = None
    fault: Fault | None = None


class Read(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A `Record`: one of the three."""

    position: str
    raw: bytes = b""
    draft: Draft | None = None
    signed: Signed | None = None
    reject: Fault | None = None


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """What an adapter's process is told first."""

    name: str
    adapter: str
    system: str
    config: dict[str, Any]
    networks: tuple[str, ...]
    schemes: tuple[str, ...] = ()
    """Of references to secrets that the runtime resolves."""


class Hello(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What it says about its adapter, or why it cannot be used."""

    name: str = ""
    version: str = ""
    kind: str = ""
    types: tuple[str, ...] = ()
    idempotence: str | None = None
    vi: str = ""
    en: str = ""


_KINDS: Final[Mapping[str, type[AdapterError]]] = {
    "retryable": Retryable,
    "backpressure": Backpressure,
    "reject": Reject,
    "fatal": Fatal,
}


Mask = Callable[[str], str]
"""Takes secrets out of a text: only the side that resolved them knows them."""


def plain(text: str) -> str:
    """Return the text: there is no secret on this side."""
    return text


def fault_of(error: AdapterError, mask: Mask = plain) -> Fault:
    """Return an error as it travels."""
    kind = next(name for name, cls in _KINDS.items() if isinstance(error, cls))
    return Fault(
        kind=kind,
        code=error.code,
        detail=mask(error.detail),
        peer_code=None if error.peer_code is None else mask(error.peer_code),
        after=getattr(error, "after", None),
        untouched=getattr(error, "untouched", False),
    )


def error_of(fault: Fault) -> Retryable | Backpressure | Reject | Fatal:
    """Return the error that travelled."""
    if fault.kind == "retryable":
        return Retryable(
            fault.detail,
            after=fault.after,
            peer_code=fault.peer_code,
            untouched=fault.untouched,
        )
    if fault.kind == "backpressure":
        return Backpressure(fault.detail, after=fault.after, peer_code=fault.peer_code)
    if fault.kind == "fatal":
        return Fatal(fault.detail, peer_code=fault.peer_code)
    return Reject(fault.code, fault.detail, peer_code=fault.peer_code)


def outcome_of(result: Result, mask: Mask = plain) -> Outcome:
    """Return a result as it travels."""
    if isinstance(result, Done):
        return Outcome(done=result)
    return Outcome(fault=fault_of(result, mask))


def result_of(outcome: Outcome) -> Result:
    """Return the result that travelled; nonsense is no success."""
    if outcome.done is not None:
        return outcome.done
    if outcome.fault is None:
        return Retryable("the adapter gave no result")
    error = error_of(outcome.fault)
    return Retryable(error.detail) if isinstance(error, Fatal) else error


def read_of(record: Record, mask: Mask = plain) -> Read:
    """Return a record as it travels."""
    said = record.message
    return Read(
        position=record.position,
        raw=record.raw,
        draft=said if isinstance(said, Draft) else None,
        signed=said if isinstance(said, Signed) else None,
        reject=fault_of(said, mask) if isinstance(said, Reject) else None,
    )


def record_of(read: Read) -> Record:
    """Return the record that travelled."""
    said: Draft | Signed | Reject | None = read.draft or read.signed
    if said is None:
        fault = read.reject or Fault(kind="reject", code="adapter_fault")
        said = Reject(fault.code, fault.detail, peer_code=fault.peer_code)
    return Record(position=read.position, message=said, raw=read.raw)


class Opened(msgspec.Struct, frozen=True):
    """One instance to open, and where a source reads on."""

    lane: int
    position: str | None = None


class Batch(msgspec.Struct, frozen=True):
    """What one instance is to write."""

    lane: int
    deliveries: list[Delivery]


class Words(msgspec.Struct, frozen=True):
    """A text for one instance: a key to find, a position to acknowledge."""

    lane: int
    text: str = ""


class Limit(msgspec.Struct, frozen=True):
    """How many records one instance is to read."""

    lane: int
    limit: int


class Asked(msgspec.Struct, frozen=True):
    """A call of the foreign system."""

    lane: int
    request: Request


class Brought(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a service hands in: one of the two."""

    draft: Draft | None = None
    signed: Signed | None = None


class Waiting(msgspec.Struct, frozen=True):
    """Which deliveries a service wants to see."""

    limit: int
    after: str | None = None


class Settled(msgspec.Struct, frozen=True):
    """What became of a delivery."""

    key: str
    outcome: Outcome


class Piece(msgspec.Struct, frozen=True):
    """A part of an object, under way to the store."""

    upload: int
    data: bytes
