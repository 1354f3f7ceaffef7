"""From the records of `hub.rules` to a snapshot.

A record's key is `<kind>/<id>`; its value is one of the structs below as JSON, or empty once the
entity is deleted. The record with the key `version` closes a change set.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum, unique
from typing import Any, Final

import msgspec
from lgsp_message.keys import load_jwk, verifying_key
from lgsp_message.reason import Reason
from lgsp_verify import rules

from hub.decision.connector_record import ConnectorRecord, connector_of
from hub.decision.directory_records import (
    CodeRecord,
    CompetenceRecord,
    GroupRecord,
    OrganisationRecord,
    code_of,
    directory_of,
    organisation_of,
    pairs_of,
)
from hub.decision.documents import Policy
from hub.decision.events import RulesRef
from hub.decision.exchange_record import ExchangeRecord
from hub.decision.quotas import QuotaRecord
from hub.decision.rules import RegisteredKey, Rules, System
from hub.decision.subscriptions import ShareState, SubscriptionRecord, compiled
from hub.schemas.conversion import Conversion, Step
from hub.schemas.validate import CompiledSchema, compile_schema
from hub.signing.macs import MacKeys

VERSION_KEY: Final = "version"
HEARTBEAT_KEY: Final = "heartbeat"


class SystemRecord(msgspec.Struct, frozen=True):
    """`system/<name>`."""

    organisation: str
    name: str = ""
    """For people."""
    state: str = "active"
    representatives: tuple[str, ...] = ()
    represents: tuple[str, ...] = ()
    kafka_in: bool = False
    """It hands in on a topic of its own, `hub.in.<name>`."""


class KeyRecord(msgspec.Struct, frozen=True):
    """`key/<system>/<thumbprint>`."""

    jwk: dict[str, str]
    alg: str
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    revoked: bool = False
    """For ever."""
    suspended: str | None = None
    """A `Suspension`, or None. The key may go on when its cause is over."""
    compromised_at: datetime | None = None
    """Since when somebody else may have signed with it; such a key is revoked too."""
    certificate: str | None = None
    """SHA-256 of the certificate it was registered with, hexadecimal."""


@unique
class Suspension(StrEnum):
    """Why a key is suspended."""

    REPORT = "report"
    """A person has reported it as compromised, and another has not decided yet."""
    ON_HOLD = "on_hold"
    """Its authority holds the certificate."""
    UNCHECKED = "unchecked"
    """No answer about the certificate for longer than the grace period."""
    UNTRUSTED = "untrusted"
    """Its authority is not, or no longer, one the hub trusts."""


class EndpointRecord(msgspec.Struct, frozen=True):
    """`endpoint/<organisation>/<system>`: the types this system takes for this organisation."""

    types: tuple[str, ...]


class RightRecord(msgspec.Struct, frozen=True):
    """`right/<id>`: this system may send these types to these recipient URNs."""

    system: str
    types: tuple[str, ...]
    recipients: tuple[str, ...]
    state: ShareState = ShareState.ACTIVE


APPROVED: Final = "approved"
DEPRECATED: Final = "deprecated"
RETIRED: Final = "retired"
"""States of a published schema: a deprecated one is still taken, a retired one is not."""


class SchemaRecord(msgspec.Struct, frozen=True):
    """`schema/<name>:<major>.<minor>`: a published JSON Schema; its document never changes."""

    document: dict[str, Any]
    state: str = APPROVED


class ConversionRecord(msgspec.Struct, frozen=True):
    """`conversion/<schema version>/<schema version>`: how one is read as the other."""

    steps: tuple[Step, ...]


class DocumentPolicyRecord(msgspec.Struct, frozen=True):
    """`document_policy/<type>`: what is demanded of the documents in messages of this type."""

    policy: Policy


class TypeOwnerRecord(msgspec.Struct, frozen=True):
    """`type_owner/<type>`: the agency that says who may get this type."""

    organisation: str


class VersionRecord(msgspec.Struct, frozen=True):
    """`version`: closes a change set."""

    version: int
    hash: str
    previous: str
    at: datetime
    changes: int


KINDS: Final[Mapping[str, type[msgspec.Struct]]] = {
    "organisation": OrganisationRecord,
    "code": CodeRecord,
    "system": SystemRecord,
    "key": KeyRecord,
    "endpoint": EndpointRecord,
    "group": GroupRecord,
    "right": RightRecord,
    "schema": SchemaRecord,
    "connector": ConnectorRecord,
    "document_policy": DocumentPolicyRecord,
    "subscription": SubscriptionRecord,
    "type_owner": TypeOwnerRecord,
    "exchange": ExchangeRecord,
    "conversion": ConversionRecord,
    "competence": CompetenceRecord,
    "quota": QuotaRecord,
}
"""Kind (the part of the key before the first slash) to the struct of its value."""


def version_hash(previous: str, changes: Iterable[tuple[str, bytes | None]]) -> str:
    """Return the hash of a version, hex: over the previous hash and the change set.

    It commits to the hashes of names and values, so that evidence shows one of them alone.
    """
    told = [(rules.name_of(key), rules.digest_of(value)) for key, value in changes]
    return rules.version_hash(previous, told)


class Rulebook:
    """The entities of the latest whole version, kept decoded; makes snapshots of them."""

    def __init__(self, hub: str, macs: MacKeys) -> None:
        self._hub, self._macs = hub, macs
        self._entities: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}

    def apply(self, key: str, value: bytes | None) -> None:
        """Take one record. Kinds from a newer hub are passed over.

        Raises:
            msgspec.ValidationError: the value is not of its kind.
        """
        kind, _, name = key.partition("/")
        if kind not in KINDS:
            return
        if value:
            self._entities[kind][name] = _read(kind, name, value)
        else:
            self._entities[kind].pop(name, None)

    def snapshot(self, ref: RulesRef) -> Rules:
        """Return the entities as one frozen snapshot."""
        kinds = self._entities
        directory = directory_of(kinds)
        return Rules(
            ref=ref,
            hub=self._hub,
            macs=self._macs,
            directory=directory,
            systems=_systems(kinds["system"], kinds["key"]),
            endpoints=pairs_of(kinds["endpoint"]),
            rights=_rights(kinds["right"]),
            schemas=_schemas(kinds["schema"]),
            connectors={name: connector_of(name, one) for name, one in kinds["connector"].items()},
            conversions=_conversions(kinds["conversion"]),
            documents={type_: one.policy for type_, one in kinds["document_policy"].items()},
            subscriptions=compiled(kinds["subscription"], directory),
            exchanges=dict(kinds["exchange"]),
            answers={one.answer: type_ for type_, one in sorted(kinds["exchange"].items())},
            quotas=dict(kinds["quota"]),
            owners={type_: one.organisation for type_, one in kinds["type_owner"].items()},
        )


def _read(kind: str, name: str, value: bytes) -> Any:
    """Decode a value; what is costly to make (keys, schemas) or many is made once, here."""
    record = msgspec.json.decode(value, type=KINDS[kind])
    match record:
        case OrganisationRecord():
            return organisation_of(name, record)
        case CodeRecord():
            return code_of(record)
        case KeyRecord():
            return _key(record)
        case SchemaRecord():
            return _schema(record)
    return record


def _schema(record: SchemaRecord) -> CompiledSchema | None:
    # Invariant 5: a retired schema is no schema; what names it is refused `unknown_schema`.
    return None if record.state == RETIRED else compile_schema(record.document)


def _schemas(schemas: Mapping[str, CompiledSchema | None]) -> dict[str, CompiledSchema]:
    return {
        f"urn:hub:schema:{name}": schema for name, schema in schemas.items() if schema is not None
    }


def _conversions(
    conversions: Mapping[str, ConversionRecord],
) -> dict[tuple[str, str], Conversion]:
    found = {}
    for id_, record in conversions.items():
        source, _, target = (f"urn:hub:schema:{name}" for name in id_.partition("/"))
        found[source, target] = Conversion(source=source, target=target, steps=record.steps)
    return found


def _key(record: KeyRecord) -> RegisteredKey:
    return RegisteredKey(
        key=verifying_key(load_jwk(record.jwk), record.alg),
        valid_from=record.valid_from,
        valid_to=record.valid_to,
        barred=_barred(record),
    )


def _barred(record: KeyRecord) -> Reason | None:
    # Worked out once for each version of the rules: the router looks at one field.
    if record.compromised_at is not None:
        return Reason.KEY_COMPROMISED
    if record.revoked:
        return Reason.KEY_REVOKED
    return None if record.suspended is None else Reason.KEY_SUSPENDED


def _systems(
    systems: Mapping[str, SystemRecord], keys: Mapping[str, RegisteredKey]
) -> dict[str, System]:
    owned: dict[str, dict[str, RegisteredKey]] = defaultdict(dict)
    for name, key in keys.items():
        owned[name.partition("/")[0]][key.key.thumbprint] = key
    return {
        name: System(
            name=name,
            organisation=record.organisation,
            active=record.state == "active",
            keys=owned.get(name, {}),
            representatives=frozenset(record.representatives),
            represents=frozenset(record.represents),
            kafka_in=record.kafka_in,
        )
        for name, record in systems.items()
    }


def _rights(rights: Mapping[str, RightRecord]) -> dict[tuple[str, str], frozenset[str]]:
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for record in rights.values():
        # Invariant 5: a right that is paused or has ended is none.
        for type_ in record.types if record.state is ShareState.ACTIVE else ():
            found[record.system, type_].update(record.recipients)
    return {key: frozenset(recipients) for key, recipients in found.items()}
