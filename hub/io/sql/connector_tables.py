"""What connectors report, the tests that operators ask of them, and jobs over dead letters."""

from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    Integer,
    String,
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
    Column("vi", Text, nullable=False),
    Column("en", Text, nullable=False),
    Column("last_success_at", UtcDateTime),
    Column("delivered", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("waiting", BigInteger, nullable=False),
    Column("dead_letters", BigInteger, nullable=False),
    Column("lag_messages", BigInteger, nullable=False),
    Column("lag_seconds", Float, nullable=False),
    Column("breaker", String(16)),
    Column("running", String(64)),
    Column("checkpoint", Text),
    Column("read_at", UtcDateTime),
    Column("next_read_at", UtcDateTime),
    Column("at", UtcDateTime, nullable=False),
    comment="The last word of each connector about itself. Reported again, so never a truth.",
)

connector_tests: Final = Table(
    "connector_tests",
    metadata,
    Column("id", Text, primary_key=True),
    Column("connector", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False, index=True),
    Column("answered_at", UtcDateTime),
    Column("ok", Boolean),
    Column("vi", Text),
    Column("en", Text),
    comment="Tests that operators ask for; the connectors process answers them.",
)

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
    Column("state", Text, nullable=False),
    Column("changed_by", Text),
    Column("batch", Integer, nullable=False),
    Column("per_minute", Integer),
    Column("dry_run", Boolean, nullable=False),
    Column("next_at", UtcDateTime),
    comment="One action over many dead letters: counted first, done once it is confirmed.",
)

dead_letter_job_items: Final = Table(
    "dead_letter_job_items",
    metadata,
    Column("job", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("recipient", Text, primary_key=True),
    Column("code", Text, nullable=False),
    comment="What a job has ordered. What became of each stands in the projection.",
)
