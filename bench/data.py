"""The benchmark's province and messages: 200 systems, signed ES256 events of about 2.1 kB."""

import base64
import json
import secrets
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lgsp_message.jws import sign_message
from lgsp_message.keys import public_jwk, thumbprint
from lgsp_message.values import Received

from hub.decision.admission import claims, stamped
from hub.decision.events import RulesRef
from hub.decision.rulebook import Rulebook
from hub.decision.rules import Rules
from hub.io.kafka.codec import Headers, ingress_headers
from hub.io.kafka.topics import partition_of
from hub.schemas.catalogue import load
from hub.signing.macs import MacKeys

HUB: Final = "hub-bench"
SYSTEMS: Final = 200
PARTITIONS: Final = 24
TYPE: Final = "vn.gov.dossier.submitted.v1"
SCHEMA: Final = "urn:hub:schema:dossier.submitted:1.0"
BODY_BYTES: Final = 2100
"""The size of a body: a dossier event with applicant, files and fees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Province:
    """The systems, their keys and the rules: the same for everybody who is measured."""

    names: Sequence[str]
    keys: Sequence[ec.EllipticCurvePrivateKey]
    macs: MacKeys
    records: dict[str, bytes]
    """The records of `hub.rules`."""

    def rules(self) -> Rules:
        """Return the snapshot that a router decides by."""
        return snapshot(self.records, self.macs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """One record of `hub.ingress`."""

    partition: int
    key: bytes
    value: bytes
    headers: Headers


def snapshot(records: dict[str, bytes], macs: MacKeys) -> Rules:
    """Build the rules from their records, as a router does."""
    book = Rulebook(HUB, macs)
    for key, value in records.items():
        book.apply(key, value)
    return book.snapshot(RulesRef(version=1, hash="00" * 32))


def make_province() -> Province:
    """Make systems that may all send to each other."""
    names = [f"bench-{number:03d}" for number in range(SYSTEMS)]
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in names]
    macs = MacKeys(current="k1", keys={"k1": secrets.token_bytes(32)})
    records: dict[str, Any] = {f"schema/{SCHEMA[15:]}": {"document": load(SCHEMA).document}}
    for number, (name, key) in enumerate(zip(names, keys, strict=True)):
        jwk = public_jwk(key.public_key())
        records[f"organisation/org-{name}"] = {"name": f"Xã Mẫu {number}", "level": "commune"}
        records[f"code/H99.{number:03d}"] = {"organisation": f"org-{name}", "scheme": "qd20"}
        records[f"system/{name}"] = {"organisation": f"org-{name}"}
        records[f"key/{name}/{thumbprint(jwk)}"] = {"jwk": jwk, "alg": "ES256"}
        records[f"endpoint/org-{name}/{name}"] = {"types": [TYPE]}
        records[f"right/{name}"] = {"system": name, "types": [TYPE], "recipients": ["urn:hub:all"]}
    return Province(
        names=names,
        keys=keys,
        macs=macs,
        records={key: orjson.dumps(value) for key, value in records.items()},
    )


def body() -> bytes:
    """Return a valid dossier of about `BODY_BYTES`."""
    folder = files("hub.schemas") / "examples" / "dossier.submitted"
    examples = [item.read_bytes() for item in folder.iterdir() if item.name.startswith("valid")]
    value = orjson.loads(max(examples, key=len))
    missing = BODY_BYTES - len(orjson.dumps(value)) - 40
    if missing > 0:
        value.setdefault("extensions", {})["note"] = "Ghi chú mẫu. " * (missing // 17)
    return orjson.dumps(value)


def signed(
    province: Province, number: int, recipient: int, content: bytes, hub: str = HUB
) -> Received:
    """Return one message of system `number`, not yet admitted."""
    attributes = {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),
        "source": f"urn:hub:system:{province.names[number]}",
        "type": TYPE,
        "subject": f"H99.{number:03d}-261122-{recipient:04d}",
        "time": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "dataschema": SCHEMA,
        "datacontenttype": "application/json",
        "recipients": f"urn:hub:org:H99.{recipient:03d}",
    }
    key = province.keys[number]
    signature = sign_message(attributes, content, key=key, algorithm="ES256", hub=hub)
    return Received(attributes=attributes, body=content, signature=signature)


def messages(province: Province, count: int) -> Iterator[Received]:
    """Yield messages of all systems in turn, each to another one."""
    content = body()
    for number in range(count):
        yield signed(province, number % SYSTEMS, (number * 7 + 3) % SYSTEMS, content)


def admitted(province: Province, message: Received, rules: Rules) -> Wire:
    """Return a message as admission writes it to `hub.ingress`."""
    source = message.attributes["source"].rpartition(":")[2]
    claim = claims(message, source, rules)
    record = stamped(message, source, claim, frozenset(), province.macs, datetime.now(UTC))
    return Wire(
        partition=partition_of(source, PARTITIONS),
        key=message.attributes["subject"].encode(),
        value=message.body,
        headers=ingress_headers(record),
    )


def save(province: Province, folder: Path) -> None:
    """Write what the router's and the contender's processes read."""
    rules = {key: value.decode() for key, value in province.records.items()}
    mac = base64.b64encode(province.macs.keys["k1"]).decode()
    (folder / "router.json").write_text(json.dumps({"mac": mac, "records": rules}))
    der = {
        f"{name} {thumbprint(public_jwk(key.public_key()))}": base64.b64encode(
            key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        ).decode()
        for name, key in zip(province.names, province.keys, strict=True)
    }
    contender = {
        "hub": HUB,
        "mac_key": "k1",
        "mac": mac,
        "keys": der,
        "codes": {f"H99.{n:03d}": f"org-{name}" for n, name in enumerate(province.names)},
        "endpoints": {f"org-{name} {TYPE}": name for name in province.names},
        "rights": [f"{name} {TYPE}" for name in province.names],
        "schema": load(SCHEMA).document,
    }
    (folder / "contender.json").write_text(json.dumps(contender))
