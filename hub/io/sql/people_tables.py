"""The tables of people: accounts, sessions, failed sign-ins, what waits for a second person."""

from typing import Final

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from hub.io.sql.columns import UtcDateTime
from hub.io.sql.engine import metadata

people: Final = Table(
    "people",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("display", Text, nullable=False),
    Column("grants", JSON, nullable=False),
    Column("password", Text),
    Column("must_change", Boolean, nullable=False),
    Column("reset_by", String(100)),
    Column("reset_at", UtcDateTime),
    Column("issuer", Text),
    Column("subject", Text),
    Column("language", String(8), nullable=False),
    Column("time_zone", String(64), nullable=False),
    Column("made_by", String(100), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
    # What the groups of the identity provider gave when he came last: for what the hub tells him
    # while he is not signed in. No door opens by it.
    Column("provider_grants", JSON(none_as_null=True)),
    Column("provider_at", UtcDateTime),
    UniqueConstraint("issuer", "subject"),
    comment="Everybody who may sign in or hold a token. Rows are never deleted: a name in the "
    "trail means one person for ever. The password is an Argon2id hash.",
)

sessions: Final = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("name", ForeignKey("people.name"), nullable=False, index=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False, index=True),
    Column("grants", JSON, nullable=False),
    Column("address", String(64)),
    # A screen that everybody sees: it changes nothing.
    Column("wall", Boolean, nullable=False, server_default=false()),
    comment="Who is signed in: SHA-256 of each cookie, and the roles that the identity provider "
    "gave at sign-in.",
)

sign_in_failures: Final = Table(
    "sign_in_failures",
    metadata,
    Column("name_digest", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("until", UtcDateTime, nullable=False),
    comment="Wrong passwords by SHA-256 of the name that was typed, known or not: an answer must "
    "not tell which names exist, and what was typed may be a password.",
)

requests: Final = Table(
    "second_person_requests",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("target", String(200), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked_by", String(100), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("decision", String(16)),
    Column("decided_by", String(100)),
    Column("decided_at", UtcDateTime),
    Column("decision_reason", Text),
    Index("ix_second_person_requests_target", "kind", "target"),
    comment="Risky actions that somebody asked for: done once another person approves.",
)

provider_groups: Final = Table(
    "provider_groups",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("grants", JSON, nullable=False),
    Column("set_by", String(100), nullable=False),
    Column("set_at", UtcDateTime, nullable=False),
    comment="Which roles a group of the identity provider gives. What stands here goes before the "
    "hub's settings; an empty list gives nothing.",
)

flags: Final = Table(
    "hub_flags",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", JSON, nullable=False),
    Column("set_by", String(100), nullable=False),
    Column("set_at", UtcDateTime, nullable=False),
    comment="What people turn on and off while the hub runs, as read-only mode.",
)
