"""What stands on `hub.retry` of a connector: its position, what waits, an operator's commands.

`docs/connectors.md` describes each. Values are MessagePack maps: a field may be added, and an older
reader passes over it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, unique
from hashlib import sha256
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from hub.io.kafka.codec import Headers
from hub.io.kafka.topics import RETRY
from hub.io.kafka.transaction import Output
from hub.signing.macs import MacKeys, command_is_genuine, command_mac

PREFIX: Final = b"connector:"
"""No system's name has a colon, so no key of the router's begins so."""

COMMAND_HEADER: Final = "hub_command"
"""The hub's MAC of a command: who else can write the topic cannot drop a dead letter."""

UNREAD_DIGITS: Final = 32
"""Hex digits that name a record of a source: 128 bits tell all positions apart."""


@unique
class Kind(StrEnum):
    """What a record of a connector is."""

    POSITION = "position"
    ENTRY = "entry"
    UNREAD = "unread"
    COMMAND = "command"


@unique
class EntryState(StrEnum):
    """Where a delivery that is parked stands."""

    ATTEMPTED = "attempted"
    RETRYING = "retrying"
    BEHIND = "behind"
    DEAD_LETTER = "dead_letter"


@unique
class Action(StrEnum):
    """What an operator wants."""

    RETRY = "retry"
    DROP = "drop"
    CHECK = "check"
    RESNAPSHOT = "resnapshot"
    """A source reads from its beginning again."""
    FLUSH = "flush"
    """What waits for its next try is tried now."""
    LOG_LEVEL = "log_level"
    """The adapter's log has another level for a while: `argument` is `LEVEL UNTIL`."""


class Position(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far a connector has come. Written in every transaction of it."""

    owner: str = ""
    """The transactional id of the process that wrote it."""
    mark: str = ""
    """Names the transaction: whoever does not know whether it was committed looks for it."""
    offset: int = 0
    """The first inbox offset that is not settled."""
    settled: bytes = b""
    """Bit i: offset + i is settled already."""
    urgent_offset: int = 0
    urgent_settled: bytes = b""
    """The same of the inbox for urgent messages."""
    read: str | None = None
    """Of a source: where its adapter stands, in its own words."""
    system: str = ""
    """Whose inbox the offset is of."""
    adapter: str = ""
    """Whose words `read` are."""
    v: int = 1


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One delivery, whole, as the inbox had it."""

    state: EntryState
    offset: int
    urgent: bool = False
    """Whether the offset is one of the inbox for urgent messages."""
    audit_partition: int
    attributes: dict[str, str]
    body: bytes
    signature: str
    token: str
    address: str
    traceparent: str | None = None
    arrived_at: datetime
    tries: int = 0
    due: datetime | None = None
    first_at: datetime | None = None
    last_at: datetime | None = None
    code: str | None = None
    detail: str = ""
    peer_code: str | None = None
    fingerprint: str | None = None
    v: int = 1

    @property
    def source(self) -> str:
        """The bare name of the sending system."""
        return self.attributes["source"].rpartition(":")[2]

    @property
    def id(self) -> str:
        """The message's id."""
        return self.attributes["id"]


class Unread(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A record of a source that did not become a message."""

    position: str
    code: str
    detail: str
    peer_code: str | None = None
    fingerprint: str
    at: datetime
    raw: bytes = b""
    attributes: dict[str, str] = {}
    """Of a message that admission refused: as it was to be handed in, with `body`."""
    body: bytes = b""
    signature: str | None = None
    """Of a message that the other side's own system signed; ours is made anew at each try."""
    v: int = 1


def without_content(entry: Entry) -> Entry:
    """Return what a process holds of a delivery that waits for long: its record has the rest."""
    return replace(entry, body=b"", signature="", token="")


def with_content(entry: Entry, record: Entry) -> Entry:
    """Return an entry with the content of its record."""
    return replace(entry, body=record.body, signature=record.signature, token=record.token)


def without_bytes(unread: Unread) -> Unread:
    """Return what a process holds of what a source could not hand in."""
    return replace(unread, raw=b"", body=b"", signature=None)


class Command(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An operator's word to a connector."""

    id: str
    connector: str
    action: Action
    source: str = ""
    message: str = ""
    argument: str = ""
    by: str = ""
    reason: str = ""
    at: datetime
    v: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """The parts of a record's key."""

    connector: str
    kind: Kind
    name: str
    """What follows the kind: `<source>\\n<id>`, the hex digits, the command's id; else empty."""


_KINDS: Final = frozenset(kind.value for kind in Kind)
Value = Position | Entry | Unread | Command
_encode = msgspec.msgpack.Encoder().encode
_DECODERS: Final[Mapping[Kind, msgspec.msgpack.Decoder[Any]]] = {
    Kind.POSITION: msgspec.msgpack.Decoder(Position),
    Kind.ENTRY: msgspec.msgpack.Decoder(Entry),
    Kind.UNREAD: msgspec.msgpack.Decoder(Unread),
    Kind.COMMAND: msgspec.msgpack.Decoder(Command),
}


def is_connectors(key: bytes | None) -> bool:
    """Say whether a record of `hub.retry` is a connector's and not the router's."""
    return key is not None and key.startswith(PREFIX)


def parse_key(key: bytes | None) -> Key | None:
    """Return the parts of a connector's key; None for one that is not a connector's."""
    if key is None or not is_connectors(key):
        return None
    connector, _, rest = key.removeprefix(PREFIX).decode(errors="replace").partition("\n")
    kind, _, name = rest.partition("\n")
    return Key(connector=connector, kind=Kind(kind), name=name) if kind in _KINDS else None


def decode(kind: Kind, value: bytes) -> Any:
    """Return the value of a record.

    Raises:
        msgspec.MsgspecError: it is not of this kind.
    """
    return _DECODERS[kind].decode(value)


def unread_name(position: str) -> str:
    """Return the name of a source's record: its position may hold anything."""
    return sha256(position.encode()).hexdigest()[:UNREAD_DIGITS]


def entry_name(source: str, id: str) -> str:
    """Return the name of a delivery."""
    return f"{source}\n{id}"


def record_key(connector: str, kind: Kind, name: str = "") -> bytes:
    """Return the key of a record of a connector."""
    key = b"%s%s\n%s" % (PREFIX, connector.encode(), kind.encode())
    return key + b"\n" + name.encode() if name else key


def record(
    connector: str,
    kind: Kind,
    name: str,
    value: Value | None,
    partition: int,
    headers: Headers | None = None,
) -> Output:
    """Return a record of a connector; without a value it settles the one before."""
    return Output(
        topic=RETRY,
        partition=partition,
        key=record_key(connector, kind, name),
        value=None if value is None else _encode(value),
        headers=headers or [],
    )


def command_record(command: Command, macs: MacKeys, partition: int) -> Output:
    """Return the record of a command, under the hub's MAC."""
    mac = command_mac(macs, _encode(command))
    header = (COMMAND_HEADER, mac.encode())
    return record(command.connector, Kind.COMMAND, command.id, command, partition, [header])


def read_command(headers: Headers, value: bytes, macs: MacKeys) -> Command | None:
    """Return the command of a record; None where the hub did not give it."""
    mac = dict(headers).get(COMMAND_HEADER, b"").decode(errors="replace")
    try:
        return decode(Kind.COMMAND, value) if command_is_genuine(macs, mac, value) else None
    except msgspec.MsgspecError:
        return None
