"""What the process `documents` has still to do, and how far it has read."""

from typing import Final

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, String, Table, Text, false

from hub.io.sql.columns import UtcDateTime
from hub.io.sql.engine import metadata

document_checks: Final = Table(
    "document_checks",
    metadata,
    Column("source", String(63), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("type", String(128), nullable=False),
    Column("subject", Text),
    Column("onbehalf", Text),
    Column("received_at", UtcDateTime, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("policy", String(16)),
    Column("hashes", JSON, nullable=False),
    Column("verdict_awaited", Boolean, nullable=False),
    Column("held", Boolean, nullable=False),
    Column("review", Boolean, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("choices", JSON, nullable=False, server_default="{}"),
    Column("choosing", Boolean, nullable=False, server_default=false()),
    Index("ix_document_checks_due_at", "due_at"),
    comment="Admitted messages whose documents are to be judged, or that are held for "
    "documents. Made from hub.audit; the router's memory is the truth.",
)

document_positions: Final = Table(
    "document_positions",
    metadata,
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("next_offset", BigInteger, nullable=False),
    comment="The next offset of each partition of hub.audit for the process documents.",
)
