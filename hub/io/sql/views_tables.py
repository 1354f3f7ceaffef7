"""The tables of the views: counts, open deliveries, facts and matters, and how far they go.

Everything here is made from `hub.audit` and can be made again; nothing else writes it.
"""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, String, Table, Text

from hub.io.sql.columns import UtcDateTime
from hub.io.sql.engine import metadata

view_positions: Final = Table(
    "view_positions",
    metadata,
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("next_offset", BigInteger, nullable=False),
    comment="The next offset of each partition of hub.audit. Moves in the rows' transaction.",
)

view_goals: Final = Table(
    "view_goals",
    metadata,
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("until_offset", BigInteger, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    comment="How far the views had come when they were emptied: before, they are rebuilding.",
)

view_counts: Final = Table(
    "view_counts",
    metadata,
    Column("hour", UtcDateTime, primary_key=True),
    Column("measure", String(16), primary_key=True),
    Column("system", String(64), primary_key=True),
    Column("type", String(128), primary_key=True),
    Column("label", String(64), primary_key=True),
    # Part of the key: what one partition adds is added in its order, by its own last offset.
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("n", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("told", Boolean, nullable=False),
    comment="Counts by hour. offset: the last audit event in it. told: stands on hub.indicators.",
)
Index("ix_view_counts_measure", view_counts.c.measure, view_counts.c.hour)
Index("ix_view_counts_told", view_counts.c.told)

view_open: Final = Table(
    "view_open",
    metadata,
    Column("source", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("recipient", Text, primary_key=True),
    Column("type", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    comment="Deliveries that nobody has finished yet.",
)
Index("ix_view_open_since", view_open.c.since)

view_facts: Final = Table(
    "view_facts",
    metadata,
    # The place in hub.audit is the fact's name: recording it twice is recording it once.
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("offset", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("key", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("source", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("recipients", Integer, nullable=False),
    Column("data", Text, nullable=False),
)
Index("ix_view_facts_key", view_facts.c.kind, view_facts.c.key)

view_matters: Final = Table(
    "view_matters",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("org", String(64)),
    Column("procedure", String(100)),
    Column("online", Boolean),
    Column("opened_at", UtcDateTime),
    Column("first_due_at", UtcDateTime),
    Column("due_at", UtcDateTime),
    Column("moved", Boolean, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("outcome", String(32)),
    Column("returned_at", UtcDateTime),
    Column("amount_due", BigInteger),
    Column("amount_paid", BigInteger, nullable=False),
    Column("amount_refunded", BigInteger, nullable=False),
    Column("score", Integer),
    Column("last_at", UtcDateTime),
    Column("facts", Integer, nullable=False),
    Column("offsets", Text, nullable=False),
    comment="Dossiers, tasks, petitions, letters, payments, ratings: made from view_facts.",
)
Index("ix_view_matters_due", view_matters.c.kind, view_matters.c.closed_at, view_matters.c.due_at)
Index("ix_view_matters_opened", view_matters.c.kind, view_matters.c.opened_at)
Index("ix_view_matters_last", view_matters.c.last_at)

view_status: Final = Table(
    "view_status",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("lag_messages", BigInteger, nullable=False),
    Column("lag_seconds", Integer, nullable=False),
    comment="One row: how far behind the views are, and when the process last said so.",
)

calendar_days: Final = Table(
    "calendar_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("works", Boolean, nullable=False),
    Column("note", Text, nullable=False),
    comment="Days that a decree or the province set: compensation days are worked, others are off.",
)

procedure_limits: Final = Table(
    "procedure_limits",
    metadata,
    Column("procedure", String(100), primary_key=True),
    Column("name", Text, nullable=False),
    Column("working_days", Integer),
    Column("warn_days", Integer, nullable=False),
    comment="Time limits by procedure: where a dossier has no promised day, and when to warn.",
)

view_head: Final = Table(
    "view_head",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("writes", BigInteger, nullable=False),
    comment="One row. Every batch updates it first, so batches are one by one.",
)
