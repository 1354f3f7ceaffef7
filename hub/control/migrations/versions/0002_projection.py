"""The search projection's tables.

A migration keeps its own copy of the tables: what it made must not change with later code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002_projection"
down_revision = "0001_control"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables; the recorder fills them from `hub.audit`."""
    _messages()
    _deliveries()
    _steps()
    op.create_table(
        "projection_positions",
        sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("next_offset", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Drop the projection. Nothing is lost: it can be rebuilt."""
    for name in ("projection_positions", "steps", "deliveries", "messages"):
        op.drop_table(name)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=True)


def _text(name: str, *, nullable: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _messages() -> None:
    op.create_table(
        "messages",
        _key("source"),
        _key("id"),
        _text("outcome", nullable=False),
        sa.Column("decided_at", _MOMENT, nullable=False),
        _text("reason"),
        _text("place"),
        _text("type"),
        _text("subject"),
        sa.Column("time", _MOMENT),
        _text("dataschema"),
        _text("onbehalf"),
        _text("correlationid"),
        sa.Column("expirytime", _MOMENT),
        _text("priority"),
        _text("peer"),
        sa.Column("received_at", _MOMENT),
        sa.Column("size", sa.Integer),
        _text("body_sha256"),
        _text("content_sha256"),
        sa.Column("ingress_partition", sa.Integer),
        sa.Column("ingress_offset", sa.BigInteger),
        sa.Column("rules_version", sa.BigInteger),
        _text("rules_hash"),
        sa.Column("withdrawn_at", _MOMENT),
    )
    op.create_index("ix_messages_decided", "messages", ["decided_at", "source", "id"])
    op.create_index("ix_messages_source", "messages", ["source", "decided_at", "id"])
    op.create_index("ix_messages_subject", "messages", ["subject", "decided_at"])
    op.create_index("ix_messages_outcome", "messages", ["outcome", "decided_at", "source", "id"])


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        _key("source"),
        _key("id"),
        _key("recipient"),
        _text("state", nullable=False),
        sa.Column("decided_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        _text("reason"),
        sa.Column("withdrawn_at", _MOMENT),
    )
    order = ["decided_at", "source", "id"]
    op.create_index("ix_deliveries_recipient", "deliveries", ["recipient", *order])
    op.create_index("ix_deliveries_recipient_state", "deliveries", ["recipient", "state", *order])
    op.create_index("ix_deliveries_state", "deliveries", ["state", *order])


def _steps() -> None:
    op.create_table(
        "steps",
        sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("offset", sa.BigInteger, primary_key=True, autoincrement=False),
        _text("source", nullable=False),
        _text("id", nullable=False),
        _text("event", nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        _text("recipient"),
        _text("reason"),
        _text("place"),
        sa.Column("rules_version", sa.BigInteger),
        _text("detail", nullable=False),
        sa.Column("late", sa.Boolean, nullable=False),
    )
    op.create_index("ix_steps_message", "steps", ["source", "id"])
