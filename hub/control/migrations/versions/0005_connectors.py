"""Connectors: their rules, networks, reports and tests; administrators; dead letters.

A migration keeps its own copy of the tables: what it made must not change with later code.
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0005_connectors"
down_revision = "0004_kafka_in"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    _connectors()
    _networks()
    _administrators()
    _reports()
    _jobs()
    _dead_letters()


def downgrade() -> None:
    """Drop the tables. Connectors and administrators have to be entered again."""
    for name in (
        "dead_letters",
        "dead_letter_jobs",
        "connector_tests",
        "connector_status",
        "admin_tokens",
        "connector_networks",
        "connectors",
    ):
        op.drop_table(name)


def _text(name: str, *, nullable: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=True)


def _moment(name: str, *, nullable: bool = True) -> sa.Column[datetime]:
    return sa.Column(name, _MOMENT, nullable=nullable)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _connectors() -> None:
    op.create_table(
        "connectors",
        sa.Column("id", sa.String(63), primary_key=True),
        sa.Column("adapter", sa.String(64), nullable=False),
        sa.Column("system", sa.String(63), nullable=False, index=True),
        sa.Column("config", sa.JSON, nullable=False),
        sa.Column("wanted", sa.String(16), nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("isolation", sa.String(16), nullable=False),
        sa.Column("limits", sa.JSON, nullable=False),
        sa.Column("windows", sa.JSON, nullable=False),
        sa.Column("networks", sa.JSON, nullable=False),
    )


def _networks() -> None:
    op.create_table(
        "connector_networks",
        sa.Column(
            "connector",
            sa.String(63),
            sa.ForeignKey("connectors.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("cidr", sa.String(64), primary_key=True),
        sa.Column("asked_by", sa.String(100), nullable=False),
        _moment("asked_at", nullable=False),
        _text("reason", nullable=False),
        sa.Column("approved_by", sa.String(100)),
        _moment("approved_at"),
        comment="Networks that a connector may call. Only approved ones stand in its record.",
    )


def _administrators() -> None:
    op.create_table(
        "admin_tokens",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
        sa.Column("made_by", sa.String(100), nullable=False),
        _moment("made_at", nullable=False),
        _moment("revoked_at"),
        comment="Administrators besides the first: SHA-256 of each token. Rows are never deleted: "
        "a name in the trail means one person for ever.",
    )


def _reports() -> None:
    op.create_table(
        "connector_status",
        _key("connector"),
        sa.Column("generation", sa.Integer, nullable=False),
        _text("state", nullable=False),
        _text("vi", nullable=False),
        _text("en", nullable=False),
        _moment("last_success_at"),
        _number("delivered"),
        _number("failed"),
        _number("waiting"),
        _number("dead_letters"),
        _number("lag_messages"),
        sa.Column("lag_seconds", sa.Float, nullable=False),
        _moment("at", nullable=False),
        comment="The last word of each connector about itself. Reported again, so never a truth.",
    )
    op.create_table(
        "connector_tests",
        _key("id"),
        _text("connector", nullable=False),
        _text("asked_by", nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False, index=True),
        _moment("answered_at"),
        sa.Column("ok", sa.Boolean),
        _text("vi"),
        _text("en"),
        comment="Tests that operators ask for; the connectors process answers them.",
    )


def _jobs() -> None:
    op.create_table(
        "dead_letter_jobs",
        _key("id"),
        _text("action", nullable=False),
        sa.Column("filter", sa.JSON, nullable=False),
        _text("reason", nullable=False),
        _text("asked_by", nullable=False),
        _moment("asked_at", nullable=False),
        _number("count"),
        _text("confirmed_by"),
        _number("handled"),
        _text("cursor"),
        _moment("ended_at"),
        comment="One action over many dead letters: counted first, done once it is confirmed.",
    )


def _dead_letters() -> None:
    op.create_table(
        "dead_letters",
        _key("source"),
        _key("id"),
        _key("recipient"),
        _text("connector"),
        _text("code", nullable=False),
        _text("peer_code"),
        _text("fingerprint", nullable=False),
        _text("text"),
        sa.Column("attempts", sa.Integer, nullable=False),
        _moment("at", nullable=False),
        _moment("ended_at"),
        _text("ended_by"),
    )
    op.create_index("ix_dead_letters_open", "dead_letters", ["ended_at", "at", "source", "id"])
    for column in ("fingerprint", "recipient", "connector"):
        op.create_index(f"ix_dead_letters_{column}", "dead_letters", [column, "ended_at", "at"])
