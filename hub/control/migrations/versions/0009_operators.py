"""What operators look for: more ways to find messages, counts, saved views, jobs that go by themselves.

Counts and connectors of what was recorded before are filled by `hub rebuild projection`.
A migration keeps its own copy of the tables: what it made must not change with later code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009_operators"
down_revision = "0008_people"
branch_labels = None
depends_on = None

_NEWEST = ["decided_at", "source", "id"]
_ITEM = ("job", "source", "id", "recipient")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make them."""
    op.add_column("deliveries", sa.Column("connector", sa.Text))
    _indexes()
    _counts()
    _views()
    op.add_column("dead_letter_jobs", sa.Column("state", sa.Text))
    op.add_column("dead_letter_jobs", sa.Column("changed_by", sa.Text))
    # What was confirmed and not at its end goes on when somebody says so.
    op.execute(
        "UPDATE dead_letter_jobs SET state = CASE WHEN ended_at IS NOT NULL THEN 'done' "
        "WHEN confirmed_by IS NOT NULL THEN 'paused' ELSE 'previewed' END"
    )
    with op.batch_alter_table("dead_letter_jobs") as table:
        table.alter_column("state", existing_type=sa.Text, nullable=False)
    op.create_table(
        "dead_letter_job_items",
        *(sa.Column(name, sa.Text, primary_key=True) for name in _ITEM),
        sa.Column("code", sa.Text, nullable=False),
        comment="What a job has ordered. What became of each stands in the projection.",
    )


def downgrade() -> None:
    """Drop them. Saved views have to be saved again."""
    for name in ("state", "changed_by"):
        op.drop_column("dead_letter_jobs", name)
    for name in ("dead_letter_job_items", "saved_views", "hour_flows", "minute_counts"):
        op.drop_table(name)
    for name in ("type", "reason", "correlationid", "urgent", "id", "subject"):
        op.drop_index(f"ix_messages_{name}", "messages")
    op.create_index("ix_messages_subject", "messages", ["subject", "decided_at"])
    for name in ("connector", "reason", "repeated"):
        op.drop_index(f"ix_deliveries_{name}", "deliveries")
    op.drop_column("deliveries", "connector")


def _indexes() -> None:
    op.drop_index("ix_messages_subject", "messages")
    op.create_index("ix_messages_subject", "messages", ["subject", *_NEWEST])
    op.create_index("ix_messages_type", "messages", ["type", *_NEWEST])
    op.create_index("ix_messages_id", "messages", ["id"])
    _some("ix_messages_reason", "messages", ["reason", *_NEWEST], "reason IS NOT NULL")
    _some(
        "ix_messages_correlationid",
        "messages",
        ["correlationid", *_NEWEST],
        "correlationid IS NOT NULL",
    )
    _some("ix_messages_urgent", "messages", ["priority", *_NEWEST], "priority = 'urgent'")
    _some(
        "ix_deliveries_connector", "deliveries", ["connector", *_NEWEST], "connector IS NOT NULL"
    )
    _some("ix_deliveries_reason", "deliveries", ["reason", *_NEWEST], "reason IS NOT NULL")
    _some("ix_deliveries_repeated", "deliveries", _NEWEST, "attempts > 1")


def _some(name: str, table: str, columns: list[str], where: str) -> None:
    few = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=few, postgresql_where=few)


def _counts() -> None:
    op.create_table(
        "minute_counts",
        sa.Column("minute", _MOMENT, primary_key=True),
        sa.Column("counted", sa.Text, primary_key=True),
        sa.Column("reason", sa.Text, primary_key=True),
        sa.Column("count", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "hour_flows",
        sa.Column("hour", _MOMENT, primary_key=True),
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("recipient", sa.Text, primary_key=True),
        sa.Column("counted", sa.Text, primary_key=True),
        sa.Column("count", sa.BigInteger, nullable=False),
    )


def _views() -> None:
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("screen", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("shared", sa.Boolean, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.UniqueConstraint("owner", "screen", "name", name="uq_saved_views_owner_screen_name"),
    )
