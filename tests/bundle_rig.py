"""Bundles for tests: real decisions of the test world, logged, proven and sealed with test keys."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache

import msgspec
import orjson
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from lgsp_message.values import Place
from lgsp_verify.bundle.assemble import assemble
from lgsp_verify.bundle.compose import (
    EventPart,
    MessagePart,
    Parts,
    ReceiptPart,
    StampPart,
    compose,
)
from lgsp_verify.checks.case import Given
from lgsp_verify.log import (
    Anchor,
    InclusionProof,
    Kind,
    LogKey,
    Signer,
    Statement,
    TreeHead,
    VerifierKey,
    encode_entry,
    leaf_hash,
    root_of,
)
from lgsp_verify.log.merkle import inclusion_spans
from lgsp_verify.rules import FIRST, Chain, Step, digest_of, hashes_of, name_of
from lgsp_verify.trust import Authority, Period, Trust, Usage

from hub.decision.events import Decision, RulesRef
from hub.decision.pipeline import decide
from hub.decision.rulebook import Rulebook
from hub.decision.rules import Rules
from hub.io.kafka.codec import encode_event, ingress_headers
from hub.io.kafka.ingress_record import Found
from simulator.pki import SamplePki
from tests import support

SHARD = support.PARTITION
LOG = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
LOG_KEY = LogKey(hub=support.HUB, public=LOG.public_key().public_bytes_raw())
CHECKPOINTS = Signer(LOG_KEY.checkpoint_key(SHARD), LOG.sign)
ANCHORS = Signer(LOG_KEY.anchor_key(), LOG.sign)
WITNESS_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
WITNESS = Signer(
    VerifierKey(
        "witness.example/mau", Kind.COSIGNATURE, WITNESS_KEY.public_key().public_bytes_raw()
    ),
    WITNESS_KEY.sign,
)
PEM = Encoding.PEM
MADE_AT = support.NOW + timedelta(minutes=5)


@cache
def pki() -> SamplePki:
    return SamplePki(support.NOW)


@cache
def container_holder():
    return pki().agency("Trục tích hợp")


@dataclass(frozen=True)
class ContainerKey:
    """The sealer: deterministic, so that one bundle is one sequence of bytes."""

    algorithm: str = "ES256"

    def sign(self, data: bytes) -> bytes:
        der = container_holder().key.sign(
            data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        )
        r, s = decode_dss_signature(der)
        return r.to_bytes(32) + s.to_bytes(32)


@cache
def trust() -> Trust:
    roots = tuple(
        Authority(
            name="Mẫu",
            certificate=root.public_bytes(Encoding.DER),
            usages=frozenset(Usage),
            period=Period(),
        )
        for root in pki().roots
    )
    return Trust(
        logs=((LOG_KEY, Period()),), witnesses=((WITNESS.key, Period()),), authorities=roots
    )


def given(**changes) -> Given:
    return replace(Given(trust=trust()), **changes)


def chain() -> tuple[Chain, dict[str, bytes]]:
    """Two versions of the rules of the test world: all of it, then a right taken away."""
    values = support.records()
    changes = {name_of(key): digest_of(value) for key, value in values.items()}
    first = Step(version=1, changes=changes)
    second = Step(version=2, changes={name_of("right/9"): None})
    return Chain(previous=FIRST, steps=[first, second]), values


def rules():
    """The rules of the test world under the hash that `chain` leads to."""
    steps, values = chain()
    book = Rulebook(support.HUB, support.MACS)
    for key, value in values.items():
        book.apply(key, value)
    return book.snapshot(RulesRef(version=2, hash=hashes_of(steps)[2]))


@dataclass
class World:
    """A hub's decisions and the log over them."""

    rules: Rules = field(default_factory=rules)
    admitted: support.Remembered = field(default_factory=support.Remembered)
    entries: list[bytes] = field(default_factory=list)
    about: list[tuple[str, str]] = field(default_factory=list)
    records: dict[tuple[int, int], Found] = field(default_factory=dict)
    """Of `hub.ingress`, by partition and offset."""

    def __post_init__(self):
        # Leaves of other messages before ours: proofs are more than one step long.
        for number in range(5):
            self.log(b'{"event":"refused","source":"x","id":"%d"}' % number, ("x", str(number)))

    def log(self, value: bytes, about: tuple[str, str]) -> int:
        self.entries.append(encode_entry(len(self.entries) * 2, 1_764_000_000_000, value))
        self.about.append(about)
        return len(self.entries) - 1

    def take(self, received, at=support.NOW) -> Decision:
        place = Place(partition=SHARD, offset=100 + len(self.records))
        received = msgspec.structs.replace(received, place=place)
        headers = tuple(ingress_headers(received))
        found = Found(headers=headers, body=received.body, written_at=at)
        self.records[place.partition, place.offset] = found
        decision = decide(received, self.rules, self.admitted, at)
        self.admitted.remember(decision)
        for entry in decision.entries:
            self.log(encode_event(entry.event), (entry.event.source, entry.event.id))
        return decision

    def head(self) -> TreeHead:
        root = root_of([leaf_hash(entry) for entry in self.entries])
        return TreeHead(CHECKPOINTS.key.name, len(self.entries), root)

    def proof(self, leaf: int) -> InclusionProof:
        hashes = [leaf_hash(entry) for entry in self.entries]
        spans = inclusion_spans(leaf, len(hashes))
        path = tuple(root_of(hashes[first:end]) for first, end in spans)
        return InclusionProof(leaf, path, self.head().signed(CHECKPOINTS))

    def event(self, leaf: int) -> EventPart:
        return EventPart(leaf=leaf, entry=self.entries[leaf], proof=str(self.proof(leaf)).encode())


def message_part(received) -> MessagePart:
    source = received.attributes["source"].removeprefix("urn:hub:system:")
    _, values = chain()
    return MessagePart(
        source=source,
        id=received.attributes["id"],
        attributes=dict(received.attributes),
        body=received.body,
        signature=received.signature,
        key=values.get(support.key_name(source, support.key_of(source))),
        rules_version=2,
    )


def stated(source, id_, hashes, head, at="2026-11-22T03:05:00Z") -> Statement:
    """The hub's word that these leaves are all."""
    name = ANCHORS.key.name
    return Statement.about(source, id_, leaves=hashes, head=head, name=name, at=at)


def stamp_part(head, *, data=None, consistency=None) -> StampPart:
    """A time stamp over a note of how all logs stood; `data`: stamp something else."""
    anchor = Anchor(name=ANCHORS.key.name, number=1, at="2026-11-22T03:04:00Z", heads=(head,))
    token = pki().stamper.token(data or anchor.text().encode(), at=MADE_AT)
    return StampPart(note=anchor.signed(ANCHORS).encode(), token=token, consistency=consistency)


def parts_of(world: World, received, *, receipts=(), witnessed=True, **changes) -> Parts:
    """Everything about one message; `receipts` are those received for it."""
    part = message_part(received)
    leaves = [leaf for leaf, about in enumerate(world.about) if about == (part.source, part.id)]
    head = world.head()
    note = head.signed(CHECKPOINTS).note
    if witnessed:
        note = note.signed_also([WITNESS.cosignature(note.text, int(MADE_AT.timestamp()))])
    hashes = [leaf_hash(world.entries[leaf]) for leaf in leaves]
    absence = stated(part.source, part.id, hashes, head)
    _, values = chain()
    parts = Parts(
        hub=support.HUB,
        source=part.source,
        id=part.id,
        made_at=MADE_AT,
        shard=SHARD,
        checkpoint=note.encode(),
        events=tuple(world.event(leaf) for leaf in leaves),
        message=part,
        schema=values["schema/dossier.received:1.0"],
        chain=chain()[0],
        receipts=tuple(_receipt(world, one, leaves) for one in receipts),
        absence=absence.signed(ANCHORS).encode(),
        stamp=stamp_part(head),
    )
    return replace(parts, **changes)


def _receipt(world: World, received, leaves) -> ReceiptPart:
    part = message_part(received)
    own = [leaf for leaf in leaves if _receipt_of(world.entries[leaf]) == part.id]
    return ReceiptPart(message=part, leaves=tuple(own))


def _receipt_of(entry: bytes) -> object:
    return orjson.loads(entry.partition(b"\n")[2])["detail"].get("receipt")


def sealed(parts: Parts) -> bytes:
    holder = container_holder()
    index, files = compose(parts)
    return assemble(index, files, ContainerKey(), [holder.der, *holder.chain_der])


def delivered_world():
    """A message that was admitted, delivered and acknowledged; its receipts."""
    world = World()
    received = support.stamped()
    (delivery,) = world.take(received).deliveries
    receipts = [
        support.receipt(stage, (received.attributes["id"], delivery))
        for stage in ("delivered", "acknowledged")
    ]
    for receipt in receipts:
        world.take(receipt)
    return world, received, receipts
