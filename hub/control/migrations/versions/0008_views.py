"""Counts, open deliveries, facts and matters of the views.

A migration keeps its own copy of the tables: what it made must not change with later code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008_views"
down_revision = "0009_operators"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, empty: the views process fills them from the beginning of the audit."""
    _progress()
    _counts()
    _open()
    _facts()
    _matters()
    _calendar()


def _progress() -> None:
    op.create_table(
        "view_positions",
        sa.Column("partition", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("next_offset", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("partition", name="pk_view_positions"),
        comment="The next offset of each partition of hub.audit. Moves in the rows' transaction.",
    )
    op.create_table(
        "view_head",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("writes", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_view_head"),
        comment="One row. Every batch updates it first, so batches are one by one.",
    )


def _calendar() -> None:
    op.create_table(
        "view_status",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("lag_messages", sa.BigInteger, nullable=False),
        sa.Column("lag_seconds", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_view_status"),
        comment="One row: how far behind the views are, and when the process last said so.",
    )
    op.create_table(
        "calendar_days",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("works", sa.Boolean, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_calendar_days"),
        comment="Days that a decree or the province set: compensation days are worked, others are off.",
    )
    op.create_table(
        "procedure_limits",
        sa.Column("procedure", sa.String(100), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("working_days", sa.Integer),
        sa.Column("warn_days", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("procedure", name="pk_procedure_limits"),
        comment="Time limits by procedure: where a dossier has no promised day, and when to warn.",
    )


def _counts() -> None:
    op.create_table(
        "view_counts",
        sa.Column("hour", _MOMENT, nullable=False),
        sa.Column("measure", sa.String(16), nullable=False),
        sa.Column("system", sa.String(64), nullable=False),
        sa.Column("type", sa.String(128), nullable=False),
        sa.Column("label", sa.String(64), nullable=False),
        sa.Column("partition", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("told", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint(
            "hour", "measure", "system", "type", "label", "partition", name="pk_view_counts"
        ),
        comment="Counts by hour. offset: the last audit event in it. told: stands on hub.indicators.",
    )
    op.create_index("ix_view_counts_measure", "view_counts", ["measure", "hour"])
    op.create_index("ix_view_counts_told", "view_counts", ["told"])


def _open() -> None:
    op.create_table(
        "view_open",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("source", "id", "recipient", name="pk_view_open"),
        comment="Deliveries that nobody has finished yet.",
    )
    op.create_index("ix_view_open_since", "view_open", ["since"])


def _facts() -> None:
    op.create_table(
        "view_facts",
        sa.Column("partition", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("offset", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("recipients", sa.Integer, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("partition", "offset", name="pk_view_facts"),
    )
    op.create_index("ix_view_facts_key", "view_facts", ["kind", "key"])


def _matters() -> None:
    op.create_table(
        "view_matters",
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("org", sa.String(64)),
        sa.Column("procedure", sa.String(100)),
        sa.Column("online", sa.Boolean),
        sa.Column("opened_at", _MOMENT),
        sa.Column("first_due_at", _MOMENT),
        sa.Column("due_at", _MOMENT),
        sa.Column("moved", sa.Boolean, nullable=False),
        sa.Column("closed_at", _MOMENT),
        sa.Column("outcome", sa.String(32)),
        sa.Column("returned_at", _MOMENT),
        sa.Column("amount_due", sa.BigInteger),
        sa.Column("amount_paid", sa.BigInteger, nullable=False),
        sa.Column("amount_refunded", sa.BigInteger, nullable=False),
        sa.Column("score", sa.Integer),
        sa.Column("facts", sa.Integer, nullable=False),
        sa.Column("offsets", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name="pk_view_matters"),
        comment="Dossiers, tasks, petitions, letters, payments, ratings: made from view_facts.",
    )
    op.create_index("ix_view_matters_due", "view_matters", ["kind", "closed_at", "due_at"])
    op.create_index("ix_view_matters_opened", "view_matters", ["kind", "opened_at"])


def downgrade() -> None:
    """Forget them: nothing is lost that the audit does not hold."""
    for name in ("procedure_limits", "calendar_days"):
        op.drop_table(name)
    for name in ("status", "matters", "facts", "open", "counts", "head", "positions"):
        op.drop_table(f"view_{name}")
