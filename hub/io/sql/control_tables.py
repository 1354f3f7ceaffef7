"""The control plane's tables.

Every entity has its `id`: the part after the kind in its key on `hub.rules` (`endpoint/<id>`), so
that one set of functions stores, finds and pages all kinds. The other columns are the fields of
the kind's record (`hub.decision.rulebook`), and for ids of two parts those parts.
"""

from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from hub.io.sql.columns import UtcDateTime
from hub.io.sql.engine import metadata

organisations: Final = Table(
    "organisations",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("level", String(16), nullable=False),
    Column("parent", String(64), index=True),
    Column("state", String(16), nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("successors", JSON, nullable=False, server_default="[]"),
    Column("contacts", JSON, nullable=False, server_default="[]"),
)

organisation_codes: Final = Table(
    "organisation_codes",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("organisation", String(64), nullable=False, index=True),
    Column("scheme", String(16), nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("earlier", JSON, nullable=False, server_default="[]"),
)

systems: Final = Table(
    "systems",
    metadata,
    Column("id", String(63), primary_key=True),
    Column("organisation", String(64), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("representatives", JSON, nullable=False),
    Column("represents", JSON, nullable=False),
    Column("kafka_in", Boolean, nullable=False),
)

keys: Final = Table(
    "keys",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("system", String(63), nullable=False, index=True),
    Column("thumbprint", String(43), nullable=False),
    Column("jwk", JSON, nullable=False),
    Column("alg", String(16), nullable=False),
    Column("valid_from", UtcDateTime),
    Column("valid_to", UtcDateTime),
    Column("revoked", Boolean, nullable=False),
    Column("suspended", String(16)),
    Column("compromised_at", UtcDateTime),
    Column("certificate", String(64)),
    # A thumbprint belongs to one system, for ever: rows of this table are never deleted.
    UniqueConstraint("thumbprint"),
)

key_proofs: Final = Table(
    "key_proofs",
    metadata,
    Column("id", ForeignKey("keys.id"), primary_key=True),
    Column("proof", Text, nullable=False),
    comment="The proof of possession each key was registered with.",
)

endpoints: Final = Table(
    "endpoints",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("organisation", String(64), nullable=False, index=True),
    Column("system", String(63), nullable=False, index=True),
    Column("types", JSON, nullable=False),
)

access_rights: Final = Table(
    "access_rights",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("system", String(63), nullable=False, index=True),
    Column("types", JSON, nullable=False),
    Column("recipients", JSON, nullable=False),
    Column("state", String(16), nullable=False, server_default="active"),
)

groups: Final = Table(
    "groups",
    metadata,
    Column("id", String(63), primary_key=True),
    Column("members", JSON, nullable=False),
    Column("under", String(64)),
    Column("level", String(16)),
)

competences: Final = Table(
    "competences",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("area", String(10), nullable=False, index=True),
    Column("organisation", String(64), nullable=False),
    Column("types", JSON, nullable=False),
    comment="Which organisation deals with which types in an area.",
)

schemas: Final = Table(
    "schemas",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("document", JSON, nullable=False),
    Column("state", String(16), nullable=False),
)

subscriptions: Final = Table(
    "subscriptions",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("system", String(63), nullable=False, index=True),
    Column("type", String(100), nullable=False),
    Column("state", String(16), nullable=False),
    Column("sources", JSON, nullable=False),
    Column("areas", JSON, nullable=False),
    Column("versions", JSON, nullable=False),
    Column("conditions", JSON, nullable=False),
    Column("copies", Boolean, nullable=False),
    Column("since", UtcDateTime),
)

type_owners: Final = Table(
    "type_owners",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("organisation", String(64), nullable=False),
    comment="Event type to the agency that says who may get it.",
)

exchanges: Final = Table(
    "exchanges",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("answer", String(100), nullable=False),
    Column("several", Boolean, nullable=False),
    Column("officer", String(64), nullable=False),
    Column("per_hour", Integer, nullable=False),
    comment="Types that are requests, and how they are answered.",
)

quotas: Final = Table(
    "quotas",
    metadata,
    Column("id", String(63), primary_key=True),
    Column("messages_per_minute", Integer, nullable=False),
    Column("bytes_per_minute", BigInteger, nullable=False),
    Column("urgent_per_minute", Integer, nullable=False),
    comment="What a system may hand in within a minute. No row: what every system may.",
)

onboardings: Final = Table(
    "onboardings",
    metadata,
    Column("system", String(63), primary_key=True),
    Column("organisation", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("sends", JSON, nullable=False),
    Column("recipients", JSON, nullable=False),
    Column("takes", JSON, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("proposal", String(36)),
    comment="Systems that shall be connected: what they will send and take.",
)

subscription_backlogs: Final = Table(
    "subscription_backlogs",
    metadata,
    Column("subscription", String(128), primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),
    Column("positions", JSON, nullable=False),
    Column("given", Integer, nullable=False),
    Column("done_at", UtcDateTime),
    comment="What subscriptions are given from the past: how far the orders are written.",
)

schema_conversions: Final = Table(
    "schema_conversions",
    metadata,
    Column("id", String(201), primary_key=True),
    Column("source", String(100), nullable=False),
    Column("target", String(100), nullable=False),
    Column("steps", JSON, nullable=False),
    comment="How a body of one schema version is read as another's.",
)

document_policies: Final = Table(
    "document_policies",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("policy", String(16), nullable=False),
    comment="Event type to what is demanded of its documents. No row: nothing.",
)

connectors: Final = Table(
    "connectors",
    metadata,
    Column("id", String(63), primary_key=True),
    Column("adapter", String(64), nullable=False),
    Column("system", String(63), nullable=False, index=True),
    Column("config", JSON, nullable=False),
    Column("wanted", String(16), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("isolation", String(16), nullable=False),
    Column("limits", JSON, nullable=False),
    Column("windows", JSON, nullable=False),
    Column("networks", JSON, nullable=False),
)

connector_networks: Final = Table(
    "connector_networks",
    metadata,
    Column("connector", ForeignKey("connectors.id", ondelete="CASCADE"), primary_key=True),
    Column("cidr", String(64), primary_key=True),
    Column("asked_by", String(100), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False),
    Column("approved_by", String(100)),
    Column("approved_at", UtcDateTime),
    comment="Networks that a connector may call. Only approved ones stand in its record.",
)

admin_tokens: Final = Table(
    "admin_tokens",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("made_by", String(100), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    comment="Administrators besides the first: SHA-256 of each token. Rows are never deleted: a "
    "name in the trail means one person for ever.",
)

entity_references: Final = Table(
    "entity_references",
    metadata,
    Column("entity", String(200), primary_key=True),
    Column("target", String(200), primary_key=True),
    Index("ix_entity_references_target", "target"),
    comment="Which entity names which, group members among them: what is named is not removed.",
)

rules_head: Final = Table(
    "rules_head",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("writes", Integer, nullable=False),
    comment="One row: the newest version. Every write updates it first, so writes are one by one.",
)

rules_versions: Final = Table(
    "rules_versions",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("hash", String(64), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("changes", Integer, nullable=False),
    Column("published_at", UtcDateTime),
)

outbox: Final = Table(
    "outbox",
    metadata,
    Column("version", ForeignKey("rules_versions.version"), primary_key=True),
    Column("entity", String(200), primary_key=True),
    Column("value", LargeBinary),
    Index("ix_outbox_entity", "entity", "version"),
    comment="The change set of each version, byte for byte. Rows stay: compaction of hub.rules "
    "forgets, recomputing a decision must not.",
)

trail: Final = Table(
    "trail",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(100), nullable=False),
    Column("reason", Text, nullable=False),
    Column("version", Integer),
    Column("changes", Integer, nullable=False),
    Column("result", String(16), nullable=False, server_default="done"),
    Column("address", String(64)),
    Index("ix_trail_actor", "actor", "id"),
    Index("ix_trail_version", "version"),
    comment="Invariant 11: every write by a person. No statement of the hub changes or deletes it.",
)

trail_entities: Final = Table(
    "trail_entities",
    metadata,
    Column("entry", ForeignKey("trail.id"), primary_key=True),
    Column("entity", String(200), primary_key=True),
    Column("action", String(32), nullable=False),
    # What rules changed stands in the outbox; here is what else a person changed.
    Column("before", JSON(none_as_null=True)),
    Column("after", JSON(none_as_null=True)),
    Index("ix_trail_entities_entity", "entity"),
)

leases: Final = Table(
    "leases",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("until", UtcDateTime, nullable=False),
    comment="Who does what only one process may do at a time.",
)
