"""The search projection: tables that the recorder fills from `hub.audit` and can fill again.

Nothing here is a source of truth. Each table's fields are explained in `hub.decision.rows`.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    Table,
    Text,
    literal_column,
)

from hub.io.sql.columns import UtcDateTime
from hub.io.sql.engine import metadata

messages: Final = Table(
    "messages",
    metadata,
    Column("source", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("outcome", Text, nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    Column("reason", Text),
    Column("place", Text),
    Column("type", Text),
    Column("subject", Text),
    Column("time", UtcDateTime),
    Column("dataschema", Text),
    Column("onbehalf", Text),
    Column("correlationid", Text),
    Column("expirytime", UtcDateTime),
    Column("priority", Text),
    Column("peer", Text),
    Column("received_at", UtcDateTime),
    Column("size", Integer),
    Column("body_sha256", Text),
    Column("content_sha256", Text),
    Column("key_id", Text),
    Column("ingress_partition", Integer),
    Column("ingress_offset", BigInteger),
    Column("rules_version", BigInteger),
    Column("rules_hash", Text),
    Column("withdrawn_at", UtcDateTime),
    Column("trace_id", Text),
    Column("verdict", Text),
    Column("retried_at", UtcDateTime),
)
# Lists are read newest first and paged by (decided_at, source, id): each index ends in that order.
_newest: Final = (messages.c.decided_at, messages.c.source, messages.c.id)
# The size stands in the list's own index: a search for a size that few have reads this index alone.
Index("ix_messages_decided", *_newest, messages.c.size)
Index("ix_messages_source", messages.c.source, messages.c.decided_at, messages.c.id)
Index("ix_messages_subject", messages.c.subject, *_newest)
Index("ix_messages_outcome", messages.c.outcome, *_newest)
Index("ix_messages_type", messages.c.type, *_newest)
# What few messages have costs only those few an index entry.
_FEW: Final = {
    "ix_messages_reason": (messages.c.reason, messages.c.reason.is_not(None)),
    "ix_messages_correlationid": (messages.c.correlationid, messages.c.correlationid.is_not(None)),
    "ix_messages_urgent": (messages.c.priority, messages.c.priority == literal_column("'urgent'")),
    "ix_messages_trace": (messages.c.trace_id, messages.c.trace_id.is_not(None)),
    "ix_messages_verdict": (messages.c.verdict, messages.c.verdict.is_not(None)),
}
for _name, (_column, _few) in _FEW.items():
    Index(_name, _column, *_newest, sqlite_where=_few, postgresql_where=_few)
Index("ix_messages_id", messages.c.id)
# PostgreSQL knows how many have a size, and takes this one where they are few. SQLite does not
# know, and would sort half the table for a size that most have.
Index("ix_messages_size", messages.c.size).ddl_if(dialect="postgresql")
_retried: Final = messages.c.retried_at.is_not(None)
Index("ix_messages_retried", *_newest, sqlite_where=_retried, postgresql_where=_retried)

deliveries: Final = Table(
    "deliveries",
    metadata,
    Column("source", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("recipient", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("reason", Text),
    Column("withdrawn_at", UtcDateTime),
    Column("connector", Text),
)
_in_order: Final = (deliveries.c.decided_at, deliveries.c.source, deliveries.c.id)
Index("ix_deliveries_recipient", deliveries.c.recipient, *_in_order)
Index("ix_deliveries_recipient_state", deliveries.c.recipient, deliveries.c.state, *_in_order)
Index("ix_deliveries_state", deliveries.c.state, *_in_order)
_SOME: Final = {
    "ix_deliveries_connector": (
        (deliveries.c.connector, *_in_order),
        deliveries.c.connector.is_not(None),
    ),
    "ix_deliveries_reason": ((deliveries.c.reason, *_in_order), deliveries.c.reason.is_not(None)),
    "ix_deliveries_repeated": (_in_order, deliveries.c.attempts > literal_column("1")),
}
for _name, (_columns, _few) in _SOME.items():
    Index(_name, *_columns, sqlite_where=_few, postgresql_where=_few)

dead_letters: Final = Table(
    "dead_letters",
    metadata,
    Column("source", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("recipient", Text, primary_key=True),
    Column("connector", Text),
    Column("code", Text, nullable=False),
    Column("peer_code", Text),
    Column("fingerprint", Text, nullable=False),
    Column("text", Text),
    Column("attempts", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("ended_by", Text),
    Column("adapter", Text),
)
# Lists show what is open, newest first; groups are by fingerprint.
_open: Final = (dead_letters.c.ended_at, dead_letters.c.at)
Index("ix_dead_letters_open", *_open, dead_letters.c.source, dead_letters.c.id)
Index("ix_dead_letters_fingerprint", dead_letters.c.fingerprint, *_open)
Index("ix_dead_letters_recipient", dead_letters.c.recipient, *_open)
Index("ix_dead_letters_connector", dead_letters.c.connector, *_open)
Index("ix_dead_letters_adapter", dead_letters.c.adapter, *_open)

steps: Final = Table(
    "steps",
    metadata,
    # The place in hub.audit is the event's name: recording it twice is recording it once.
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("offset", BigInteger, primary_key=True, autoincrement=False),
    Column("source", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("recipient", Text),
    Column("reason", Text),
    Column("place", Text),
    Column("rules_version", BigInteger),
    Column("detail", Text, nullable=False),
    Column("late", Boolean, nullable=False),
)
Index("ix_steps_message", steps.c.source, steps.c.id)

positions: Final = Table(
    "projection_positions",
    metadata,
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("next_offset", BigInteger, nullable=False),
)
"""The next offset of each partition of `hub.audit`. Moves in the transaction of the rows."""

goals: Final = Table(
    "projection_goals",
    metadata,
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("until_offset", BigInteger, nullable=False),
)
"""How far the projection had come when it was last emptied: before it is there again, it is
incomplete. Needs no clearing up: a rebuild that dies leaves it true."""

minute_counts: Final = Table(
    "minute_counts",
    metadata,
    Column("minute", UtcDateTime, primary_key=True),
    Column("counted", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
)
"""What happened in the whole hub. Grows by some rows a minute, whatever the traffic."""

hour_flows: Final = Table(
    "hour_flows",
    metadata,
    Column("hour", UtcDateTime, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("recipient", Text, primary_key=True),
    Column("counted", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
)
"""What happened between two systems. Grows by the pairs that speak with each other, each hour."""
