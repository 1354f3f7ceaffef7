"""From what was gathered about a message to the files of its bundle and their index. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from lgsp_verify.bundle.index import (
    CertificateFiles,
    Claim,
    EventFiles,
    Index,
    MessageFiles,
    ReceiptFiles,
    StampFiles,
)
from lgsp_verify.rules import Chain


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePart:
    """A message as it was handed in. None: no longer kept."""

    source: str
    id: str
    attributes: Mapping[str, str] | None = None
    body: bytes | None = None
    signature: str | None = None
    key: bytes | None = None
    """The value of `key/<system>/<thumbprint>` in the rules that decided."""
    rules_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPart:
    """A receipt, and the leaves of what it effected."""

    message: MessagePart
    leaves: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPart:
    """One leaf of the log, with its proof."""

    leaf: int
    proof: bytes
    entry: bytes | None = None
    """None: it names others, and whoever gets the bundle sees its hash only."""
    hash: bytes | None = None
    value: bytes | None = None
    """The event, where the entry holds its hash only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificatePart:
    """A key's certificate and what its authority said of it."""

    system: str
    thumbprint: str
    chain: bytes
    """PEM."""
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StampPart:
    """A time stamp over the note of all shards' checkpoints."""

    note: bytes
    token: bytes
    consistency: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything that is known about one message."""

    hub: str
    source: str
    id: str
    made_at: datetime
    shard: int
    checkpoint: bytes
    events: tuple[EventPart, ...]
    message: MessagePart | None = None
    schema: bytes | None = None
    chain: Chain | None = None
    receipts: tuple[ReceiptPart, ...] = ()
    certificates: tuple[CertificatePart, ...] = ()
    stamp: StampPart | None = None
    absence: bytes | None = None
    consistency: tuple[bytes, ...] = ()
    claim: Claim | None = None


@dataclass(slots=True)
class _Files:
    """Collects files; a part that is not there gets no name."""

    found: dict[str, bytes] = field(default_factory=dict)

    def put(self, name: str, content: bytes | None) -> str | None:
        if content is None:
            return None
        self.found[name] = content
        return name

    def must(self, name: str, content: bytes) -> str:
        self.found[name] = content
        return name


def compose(parts: Parts) -> tuple[Index, dict[str, bytes]]:
    """Return the index and the files."""
    files = _Files()
    rules = None if parts.chain is None else msgspec.json.encode(parts.chain)
    index = Index(
        hub=parts.hub,
        source=parts.source,
        id=parts.id,
        made_at=parts.made_at,
        shard=parts.shard,
        checkpoint=files.must("log/checkpoint.txt", parts.checkpoint),
        events=tuple(_event(files, event) for event in parts.events),
        message=None if parts.message is None else _message(files, parts.message),
        schema=files.put("rules/schema.json", parts.schema),
        rules=files.put("rules/chain.json", rules),
        receipts=tuple(_receipt(files, *one) for one in enumerate(parts.receipts, 1)),
        certificates=tuple(_certificate(files, *one) for one in enumerate(parts.certificates, 1)),
        stamp=None if parts.stamp is None else _stamp(files, parts.stamp),
        absence=files.put("log/absence.txt", parts.absence),
        consistency=tuple(
            files.must(f"log/consistency/{number}.txt", proof)
            for number, proof in enumerate(parts.consistency, 1)
        ),
        claim=parts.claim,
    )
    return index, files.found


def _event(files: _Files, event: EventPart) -> EventFiles:
    folder = f"log/events/{event.leaf}"
    return EventFiles(
        leaf=event.leaf,
        proof=files.must(f"{folder}/proof.txt", event.proof),
        entry=files.put(f"{folder}/entry", event.entry),
        hash=None if event.hash is None else event.hash.hex(),
        value=files.put(f"{folder}/event.json", event.value),
    )


def _message(files: _Files, message: MessagePart, folder: str = "message") -> MessageFiles:
    told = message.attributes
    attributes = None if told is None else msgspec.json.encode(told, order="sorted")
    signature = None if message.signature is None else message.signature.encode()
    return MessageFiles(
        source=message.source,
        id=message.id,
        signature=files.put(f"{folder}/signature.jws", signature),
        body=files.put(f"{folder}/body.json", message.body),
        attributes=files.put(f"{folder}/attributes.json", attributes),
        key=files.put(f"{folder}/key.json", message.key),
        rules_version=message.rules_version,
    )


def _receipt(files: _Files, number: int, receipt: ReceiptPart) -> ReceiptFiles:
    told = _message(files, receipt.message, f"receipts/{number}")
    return ReceiptFiles(**msgspec.structs.asdict(told), leaves=receipt.leaves)


def _certificate(files: _Files, number: int, one: CertificatePart) -> CertificateFiles:
    folder = f"certificates/{number}"
    return CertificateFiles(
        system=one.system,
        thumbprint=one.thumbprint,
        chain=files.must(f"{folder}/chain.pem", one.chain),
        crls=_answers(files, folder, "crl", one.crls),
        ocsps=_answers(files, folder, "ocsp", one.ocsps),
    )


def _answers(files: _Files, folder: str, kind: str, found: tuple[bytes, ...]) -> tuple[str, ...]:
    return tuple(
        files.must(f"{folder}/{kind}-{number}.der", answer)
        for number, answer in enumerate(found, 1)
    )


def _stamp(files: _Files, stamp: StampPart) -> StampFiles:
    return StampFiles(
        note=files.must("time/note.txt", stamp.note),
        token=files.must("time/token.tst", stamp.token),
        consistency=files.put("time/consistency.txt", stamp.consistency),
    )
