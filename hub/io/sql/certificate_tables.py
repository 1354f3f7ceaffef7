"""Certificates of systems' keys, what authorities said of them, and keys that were compromised."""

from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from hub.io.sql.columns import UtcDateTime
from hub.io.sql.engine import metadata

certificates: Final = Table(
    "certificates",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("key", ForeignKey("keys.id"), nullable=False, index=True),
    Column("system", String(63), nullable=False, index=True),
    Column("subject", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("serial", String(64), nullable=False),
    Column("code", String(64), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("authority", String(63), nullable=False),
    Column("pem", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("good_at", UtcDateTime, nullable=False),
    Column("checked_at", UtcDateTime, nullable=False),
    Column("next_check_at", UtcDateTime, nullable=False, index=True),
    Column("revoked_at", UtcDateTime),
    Column("revocation_reason", String(32)),
    comment="By the SHA-256 of the certificate. `pem`: the holder's, then those above it, the root "
    "last. Rows are never deleted: evidence of old messages needs them.",
)

revocation_answers: Final = Table(
    "revocation_answers",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("url", Text, nullable=False),
    Column("this_update", UtcDateTime, nullable=False),
    Column("next_update", UtcDateTime),
    Column("fetched_at", UtcDateTime, nullable=False),
    Column("der", LargeBinary, nullable=False),
    comment="CRLs and OCSP answers, byte for byte, by their SHA-256: evidence needs those of then.",
)

certificate_checks: Final = Table(
    "certificate_checks",
    metadata,
    Column("certificate", ForeignKey("certificates.id"), primary_key=True),
    Column("at", UtcDateTime, primary_key=True),
    Column("status", String(16), nullable=False),
    Column("answers", JSON, nullable=False),
    comment="What was found when a certificate was checked, and by which answers (their SHA-256).",
)

key_compromises: Final = Table(
    "key_compromises",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("system", String(63), nullable=False),
    Column("thumbprint", String(43), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("reported_by", String(100), nullable=False),
    Column("reported_at", UtcDateTime, nullable=False),
    Column("decided_by", String(100)),
    Column("decided_at", UtcDateTime),
    Column("rules_version", BigInteger().with_variant(Integer, "sqlite"), nullable=False),
    Index("ix_key_compromises_system", "system", "since"),
    comment="Keys reported as compromised. `since`: the stated moment; `rules_version`: the first "
    "that refuses the key. What was admitted between them is in question.",
)
