r"""What the hub logs: one entry for each committed record of an audit partition, and its names.

An entry is one line that says where the record stood, then the record's exact bytes:

    lgsp-audit/v1 <offset> <milliseconds>\n<bytes>

The offset is part of the leaf because Kafka's offsets have gaps (marks of transactions) and leaf
indexes have none. A record that does not fit the two bytes of an entry's length is logged by its
hash, so that nothing can ever be unloggable; its bytes stand beside the log:

    lgsp-audit-hash/v1 <offset> <milliseconds> <length> <sha256, hexadecimal>\n
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from lgsp_verify.log.errors import Malformed, NotProven
from lgsp_verify.log.notes import Kind, VerifierKey
from lgsp_verify.log.tiles import MAX_ENTRY_BYTES

_WHOLE: Final = "lgsp-audit/v1"
_BY_HASH: Final = "lgsp-audit-hash/v1"
_NUMBER: Final = r"(0|[1-9][0-9]{0,18})"
_WHOLE_LINE: Final = re.compile(rf"{_WHOLE} {_NUMBER} {_NUMBER}\n".encode())
_HASH_LINE: Final = re.compile(
    rf"{_BY_HASH} {_NUMBER} {_NUMBER} {_NUMBER} ([0-9a-f]{{64}})\n".encode()
)
_MAX_LINE: Final = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """A record of `hub.audit` as the log holds it."""

    offset: int
    """Of the record in its partition."""
    at_ms: int
    """Kafka's time of the record, in milliseconds since 1970."""
    value: bytes | None
    """The record's bytes: an audit event. None: only the hash is logged."""
    length: int
    sha256: bytes

    def with_value(self, value: bytes) -> "LogEntry":
        """Return the entry with bytes that were kept beside the log.

        Raises:
            NotProven: they are not those that were logged.
        """
        if len(value) != self.length or sha256(value).digest() != self.sha256:
            raise NotProven("these are not the bytes that were logged")
        return LogEntry(
            offset=self.offset,
            at_ms=self.at_ms,
            value=value,
            length=self.length,
            sha256=self.sha256,
        )


def encode_entry(offset: int, at_ms: int, value: bytes) -> bytes:
    """Return the entry of a record: its bytes, or their hash where they do not fit."""
    entry = f"{_WHOLE} {offset} {at_ms}\n".encode() + value
    if len(entry) <= MAX_ENTRY_BYTES:
        return entry
    return f"{_BY_HASH} {offset} {at_ms} {len(value)} {sha256(value).hexdigest()}\n".encode()


def is_by_hash(entry: bytes) -> bool:
    """Say whether an entry that `encode_entry` made holds the hash only."""
    return entry.startswith(_BY_HASH.encode())


def parse_entry(entry: bytes) -> LogEntry:
    """Return what an entry says.

    Raises:
        Malformed.
    """
    if match := _WHOLE_LINE.match(entry[:_MAX_LINE]):
        value = entry[match.end() :]
        return LogEntry(
            offset=int(match[1]),
            at_ms=int(match[2]),
            value=value,
            length=len(value),
            sha256=sha256(value).digest(),
        )
    match = _HASH_LINE.fullmatch(entry)
    if match is None:
        raise Malformed("not an entry of the hub's log")
    return LogEntry(
        offset=int(match[1]),
        at_ms=int(match[2]),
        value=None,
        length=int(match[3]),
        sha256=bytes.fromhex(match[4].decode()),
    )


def entry_offset(beginning: bytes) -> int:
    """Return the offset that an entry names, from its first bytes.

    Raises:
        Malformed.
    """
    fields = beginning.split(b" ", 2)
    if fields[0] not in {_WHOLE.encode(), _BY_HASH.encode()} or len(fields) < 3:  # noqa: PLR2004
        raise Malformed("not an entry of the hub's log")
    if not fields[1].isdigit():
        raise Malformed("not an entry of the hub's log")
    return int(fields[1])


def origin(hub: str, shard: int) -> str:
    """Return the name of the log of one audit partition: a checkpoint's first line."""
    return f"{hub}/log/{shard}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKey:
    """The hub's Ed25519 key, under the names with which it signs about its log."""

    hub: str
    public: bytes

    def checkpoint_key(self, shard: int) -> VerifierKey:
        """Return the key of one shard's checkpoints: named like the log, as C2SP advises."""
        return VerifierKey(origin(self.hub, shard), Kind.NOTE, self.public)

    def anchor_key(self) -> VerifierKey:
        """Return the key of what the hub says about all shards."""
        return VerifierKey(f"{self.hub}/log", Kind.NOTE, self.public)
