"""Builders for tests: a small synthetic province, its keys, its messages. Nothing here is secret.

The world of `build_rules()`: system `sender` of organisation `org-sender` may send
`vn.gov.dossier.received.v1` to `receiver` (organisation `org-receiver`, codes `H99.01` and the
older `000.00.01.H99`), to `other` (`org-other`, `H99.02`) and to the group `communes` (both).
`agent` hands in for `sender`; `broker` speaks for `org-sender`. A test changes records, by key.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

import orjson
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from lgsp_message.jws import sign_message
from lgsp_message.keys import PrivateKey, default_algorithm, public_jwk, thumbprint
from lgsp_message.reason import Refused
from lgsp_message.values import Place, Received, Stamp
from msgspec.structs import replace

from hub.answers import Answer
from hub.decision.events import Decision, Delivery, RulesRef
from hub.decision.rulebook import Rulebook
from hub.decision.rules import Rules
from hub.schemas.catalogue import load
from hub.signing.macs import MacKeys, stamp_mac, stamp_time

HUB: Final = "hub-test"
NOW: Final = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
"""The hub's time in tests: 10:00 in Viet Nam."""
TIME: Final = "2026-11-22T02:59:30Z"
"""`time` of a good message: half a minute before `NOW`."""
PARTITION: Final = 5
PLACE: Final = Place(partition=PARTITION, offset=41)
MACS: Final = MacKeys(
    current="k2", keys={"k1": b"old test key, not secret".ljust(32), "k2": bytes(range(32))}
)

DOSSIER: Final = "vn.gov.dossier.received.v1"
DOSSIER_SCHEMA: Final = "urn:hub:schema:dossier.received:1.0"
RECEIPT: Final = "vn.hub.receipt.v1"
RECEIPT_SCHEMA: Final = "urn:hub:schema:receipt:1.0"
WITHDRAWAL: Final = "vn.hub.withdrawal.v1"
WITHDRAWAL_SCHEMA: Final = "urn:hub:schema:withdrawal:1.0"

SENDER: Final = "sender"
RECEIVER: Final = "receiver"
TO_RECEIVER: Final = "urn:hub:org:H99.01"
TO_RECEIVER_OLD_CODE: Final = "urn:hub:org:000.00.01.H99"
TO_OTHER: Final = "urn:hub:org:H99.02"
TO_GROUP: Final = "urn:hub:group:communes"

Record = Mapping[str, Any]


@cache
def key_of(system: str) -> ec.EllipticCurvePrivateKey:
    """Return the ES256 key of a system: made of its name, so the same in every run."""
    return ec.derive_private_key(
        int.from_bytes(hashlib.sha256(b"test key of " + system.encode()).digest()), ec.SECP256R1()
    )


@cache
def key_for(algorithm: str) -> PrivateKey:
    """Return one fixed key for `ES256`, `Ed25519`, `RS256` or `PS256` (2048 bits)."""
    if algorithm == "ES256":
        return key_of("any")
    if algorithm == "Ed25519":
        return ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    return _rsa_key()


def key_record(key: PrivateKey, algorithm: str | None = None, **changes: Any) -> Record:
    """Return the `key/…` record of the public part of `key`."""
    public = key.public_key()
    return {"jwk": public_jwk(public), "alg": algorithm or default_algorithm(key), **changes}


def key_name(system: str, key: PrivateKey) -> str:
    """Return the `hub.rules` key of a system's key record."""
    return f"key/{system}/{thumbprint(public_jwk(key.public_key()))}"


@cache
def _world() -> dict[str, Record]:
    systems: dict[str, Record] = {
        "sender": {
            "organisation": "org-sender",
            "representatives": ["agent"],
            "kafka_in": True,
        },
        "agent": {"organisation": "org-agent"},
        "broker": {"organisation": "org-agent", "represents": ["org-sender"]},
        "receiver": {"organisation": "org-receiver"},
        "other": {"organisation": "org-other", "kafka_in": True},
    }
    takes = {"types": [DOSSIER]}
    to_all = [TO_RECEIVER, TO_OTHER, TO_GROUP]
    schemas = (DOSSIER_SCHEMA, RECEIPT_SCHEMA, WITHDRAWAL_SCHEMA)
    return {
        **{f"system/{name}": record for name, record in systems.items()},
        **{key_name(name, key_of(name)): key_record(key_of(name)) for name in systems},
        "organisation/org-sender": {"name": "Sở Thử nghiệm", "level": "province"},
        "organisation/org-agent": {"name": "Trung tâm Thử nghiệm", "level": "province"},
        "organisation/org-receiver": {"name": "Phường Thử nghiệm Một", "level": "commune"},
        "organisation/org-other": {"name": "Phường Thử nghiệm Hai", "level": "commune"},
        "code/H99": {"organisation": "org-sender", "scheme": "other"},
        "code/H99.01": {"organisation": "org-receiver", "scheme": "qcvn102"},
        "code/000.00.01.H99": {"organisation": "org-receiver", "scheme": "qd20"},
        "code/H99.02": {"organisation": "org-other", "scheme": "qcvn102"},
        "group/communes": {"members": ["org-receiver", "org-other"]},
        "endpoint/org-receiver/receiver": takes,
        "endpoint/org-other/other": takes,
        "right/1": {"system": "sender", "types": [DOSSIER], "recipients": to_all},
        "right/2": {"system": "broker", "types": [DOSSIER], "recipients": to_all},
        **{
            f"schema/{uri.removeprefix('urn:hub:schema:')}": {"document": load(uri).document}
            for uri in schemas
        },
    }


def records(changes: Mapping[str, Record | None] | None = None) -> dict[str, bytes]:
    """Return the `hub.rules` records of the test world; a change of None takes one away."""
    merged = _world() | dict(changes or {})
    return {key: orjson.dumps(record) for key, record in merged.items() if record is not None}


def build_rules(changes: Mapping[str, Record | None] | None = None, *, version: int = 7) -> Rules:
    """Return a snapshot of the test world, made the way a router makes it."""
    book = Rulebook(HUB, MACS)
    for key, value in records(changes).items():
        book.apply(key, value)
    return book.snapshot(RulesRef(version=version, hash="ab" * 32))


def changed(key: str, **changes: Any) -> dict[str, Record]:
    """Return one record of the test world with some members changed, for `build_rules`."""
    return {key: {**_world()[key], **changes}}


def good_attributes(**changes: str | None) -> dict[str, str]:
    """Return the attributes of a good message; a change of None leaves one out."""
    attributes: dict[str, str | None] = {
        "specversion": "1.0",
        "id": "msg-0001",
        "source": "urn:hub:system:sender",
        "type": DOSSIER,
        "dataschema": DOSSIER_SCHEMA,
        "datacontenttype": "application/json",
        "time": TIME,
        "subject": "000.00.01.H99-261122-0001",
        "recipients": TO_RECEIVER,
        **changes,
    }
    return {name: value for name, value in attributes.items() if value is not None}


GOOD_BODY: Final = orjson.dumps(
    {
        "dossier_code": "000.00.01.H99-261122-0001",
        "procedure": {"code": "1.000000.H99", "name": "Đăng ký khai sinh (mẫu)"},
        "state": 2,
        "agency": {"code": "H99.01", "name": "Phường Thử nghiệm Một"},
        "officer": {"name": "Nguyễn Văn Mẫu", "title": "Chuyên viên"},
        "received_at": "2026-11-22T09:59:00+07:00",
        "promised_at": "2026-11-25T17:00:00+07:00",
    }
)
"""Fits `DOSSIER_SCHEMA`."""


def signed(
    body: bytes = GOOD_BODY,
    *,
    key: PrivateKey | None = None,
    algorithm: str | None = None,
    hub: str = HUB,
    **changes: str | None,
) -> Received:
    """Return a signed message that admission has not seen. `changes` are attributes.

    Without `key` the source's own is used.
    """
    attributes = good_attributes(**changes)
    key = key or key_of(attributes.get("source", "").removeprefix("urn:hub:system:"))
    signature = sign_message(
        attributes, body, key=key, algorithm=algorithm or default_algorithm(key), hub=hub
    )
    return Received(attributes=attributes, body=body, signature=signature)


def stamp(
    received: Received,
    *,
    peer: str | None = None,
    at: datetime = NOW,
    place: Place = PLACE,
    macs: MacKeys = MACS,
) -> Received:
    """Return any message, good or bad, with a genuine stamp and a place. Default peer: source."""
    peer = peer or received.attributes.get("source", "").removeprefix("urn:hub:system:")
    objects = tuple(received.attributes.get("objects", "").split())
    mac = stamp_mac(
        macs,
        peer=peer,
        received_at=stamp_time(at),
        objects=" ".join(objects),
        signature=received.signature or "",
        body_hash=hashlib.sha256(received.body).digest(),
    )
    written = Stamp(peer=peer, received_at=at, objects=objects, mac=mac)
    return replace(received, stamp=written, place=place)


def stamped(body: bytes = GOOD_BODY, *, peer: str | None = None, **changes: Any) -> Received:
    """Return a signed message as it stands on `hub.ingress`; parameters as for `signed`."""
    return stamp(signed(body, **changes), peer=peer)


def receipt(stage: str, *items: tuple[str, Delivery], recipient: str = RECEIVER) -> Received:
    """Return a stamped receipt of `recipient` about (message id, its delivery) of `sender`."""
    messages = [
        {"source": "urn:hub:system:sender", "id": id_, "token": delivery.token}
        for id_, delivery in items
    ]
    return statement(RECEIPT, {"stage": stage, "messages": messages}, recipient)


def withdrawal(id_: str, *, own_id: str = "withdrawal-1", source: str = SENDER) -> Received:
    """Return a stamped withdrawal of the message `id_` by `source`."""
    body = {"id": id_, "reason": "Gửi nhầm (mẫu)"}
    return statement(WITHDRAWAL, body, source, id=own_id)


def statement(type_: str, body: Mapping[str, Any], source: str, **changes: str) -> Received:
    """Return a stamped statement about other messages."""
    named = {
        "id": f"st-{hashlib.sha256(orjson.dumps(body)).hexdigest()[:16]}",
        "source": f"urn:hub:system:{source}",
        "type": type_,
        "dataschema": RECEIPT_SCHEMA if type_ == RECEIPT else WITHDRAWAL_SCHEMA,
        "subject": None,
        "recipients": None,
        **changes,
    }
    return stamped(orjson.dumps(body), **named)


def signature_of(received: Received) -> str:
    """Return the signature of a message that has one."""
    assert received.signature is not None
    return received.signature


def restamp(received: Received, **changes: Any) -> Received:
    """Return a stamped message with members of its stamp forged."""
    assert received.stamp is not None
    return replace(received, stamp=replace(received.stamp, **changes))


def refusal_of(step: Callable[[], object]) -> Refused | None:
    """Return how a step refuses, or None where it does not. Other errors pass through."""
    try:
        step()
    except Refused as refusal:
        return refusal
    return None


class Remembered:
    """What was admitted, in a dict: the port `hub.ports.Admitted`."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], Answer] = {}

    def get(self, source: str, key: str) -> Answer | None:
        return self.answers.get((source, key))

    def remember(self, decision: Decision) -> Decision:
        """Keep what a decision wants kept, and return it."""
        for memory in decision.remembered:
            self.answers[memory.source, memory.key] = memory.answer
        return decision


@cache
def _rsa_key() -> rsa.RSAPrivateKey:
    p, q, e = _RSA_P, _RSA_Q, 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    numbers = rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=rsa.rsa_crt_dmp1(d, p),
        dmq1=rsa.rsa_crt_dmq1(d, q),
        iqmp=rsa.rsa_crt_iqmp(p, q),
        public_numbers=rsa.RSAPublicNumbers(e, p * q),
    )
    return numbers.private_key()


_RSA_P: Final = int(
    "e8e0011e34c837a58b1d0d909225583768a8ad623404e9e38aaf6a62b158e002"
    "207bdd75370ba39f59e00e92dd3d992945b1bc589853a50ff61160c8c44c28db"
    "3d1caabbb3144841f927f27eef50c101284d00be28402a27626e1cb1adabeb8e"
    "d46402f92a1b6838bb5f1278e7d11fcac0f19f8a18d36a74bbead19b3ae7f743",
    16,
)
_RSA_Q: Final = int(
    "c2ac5d520b503daa6cf97c2347df5e7f8a216be7b71cfdfba42a1533a6a97a83"
    "1ff4a93d64e48064a1aa65260765db0925575ecb33e28a40e1cf3ec97335f8b2"
    "0d4c6c9c1dbd5d5ce900b32d999fdcef70e5b096afc0ed6ead97991a024e5cef"
    "c8fb37d0a72f244e13e29319970734f7f137321c2192af36a65b37431c840d89",
    16,
)
