"""What else messages are searched by: trace, verdict, an operator's retry, size.

A migration keeps its own copy of the tables: what it made must not change with later code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017_search_fields"
down_revision = "0017_subscriptions"
branch_labels = None
depends_on = None

_NEWEST = ("decided_at", "source", "id")
_FEW = {
    "ix_messages_trace": (("trace_id", *_NEWEST), "trace_id IS NOT NULL"),
    "ix_messages_verdict": (("verdict", *_NEWEST), "verdict IS NOT NULL"),
    "ix_messages_retried": (_NEWEST, "retried_at IS NOT NULL"),
}


def upgrade() -> None:
    """Add columns and indexes. `hub rebuild` fills the columns of what was recorded before."""
    for name, kind in (
        ("trace_id", sa.Text),
        ("verdict", sa.Text),
        ("retried_at", sa.DateTime(timezone=True)),
    ):
        op.add_column("messages", sa.Column(name, kind))
    op.drop_index("ix_messages_decided", "messages")
    op.create_index("ix_messages_decided", "messages", [*_NEWEST, "size"])
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("ix_messages_size", "messages", ["size"])
    for name, (columns, few) in _FEW.items():
        where = sa.text(few)
        op.create_index(
            name, "messages", list(columns), sqlite_where=where, postgresql_where=where
        )


def downgrade() -> None:
    """Forget them."""
    for name in _FEW:
        op.drop_index(name, "messages")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_messages_size", "messages")
    op.drop_index("ix_messages_decided", "messages")
    op.create_index("ix_messages_decided", "messages", list(_NEWEST))
    for name in ("retried_at", "verdict", "trace_id"):
        op.drop_column("messages", name)
