"""What connectors report, the tests that operators ask of them, and jobs over dead letters."""

from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    Table,
    Text,
)

from hub.io.sql.columns import UtcDateTime
from hub.io.sql.engine import metadata

connector_status: Final = Table(
    "connector_status",
    metadata,
    Column("connector", Text, primary_key=True),
    Column("generation", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("words", Text),
    Column("last_success_at", UtcDateTime),
    Column("counts", JSON, nullable=False),
    Column("lag_messages", BigInteger),
    Column("lag_seconds", Float),
    Column("at", UtcDateTime, nullable=False),
    comment="The last word of each connector about itself. Reported again, so never a truth.",
)

connector_tests: Final = Table(
    "connector_tests",
    metadata,
    Column("id", Text, primary_key=True),
    Column("connector", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("answered_at", UtcDateTime),
    Column("ok", Boolean),
    Column("vi", Text),
    Column("en", Text),
    comment="Tests that operators ask for; the connectors process answers them.",
)
Index("ix_connector_tests_open", connector_tests.c.answered_at, connector_tests.c.asked_at)

dead_letter_jobs: Final = Table(
    "dead_letter_jobs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("action", Text, nullable=False),
    Column("filter", JSON, nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("confirmed_by", Text),
    Column("handled", BigInteger, nullable=False),
    Column("cursor", Text),
    Column("ended_at", UtcDateTime),
    comment="One action over many dead letters: counted first, done once it is confirmed.",
)
