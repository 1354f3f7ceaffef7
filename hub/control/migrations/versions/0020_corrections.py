"""Corrected copies by what was ordered; who joined and left consumer groups; roles by provider.

A migration keeps its own copy of the tables: what it made must not change with later code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020_corrections"
down_revision = "0020_certainty"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what says nothing yet."""
    _copies()
    _rebalances()
    op.add_column("people", sa.Column("provider_grants", sa.JSON(none_as_null=True)))
    op.add_column("people", sa.Column("provider_at", sa.DateTime(timezone=True)))


def _copies() -> None:
    op.create_table(
        "corrected_copies",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("own", sa.Text, nullable=False),
        sa.Column("copy", sa.Text, nullable=False),
        sa.Column("attributes", sa.JSON, nullable=False),
        sa.Column("body", sa.LargeBinary),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_corrected_copies"),
        comment="Corrected copies that operators sent in the name of the hub's own system. A body "
        "stands here only while the copy waits for a second person.",
    )
    op.create_index("ix_corrected_copies_first", "corrected_copies", ["source", "id"])
    op.create_index("ix_corrected_copies_copy", "corrected_copies", ["own", "copy"])


def _rebalances() -> None:
    op.create_table(
        "group_changes",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("joined", sa.JSON, nullable=False),
        sa.Column("left", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_group_changes"),
        comment="Who joined and left Kafka's consumer groups: the newest changes.",
    )
    op.create_table(
        "groups_seen",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("groups", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_groups_seen"),
        comment="One row: Kafka's consumer groups as they were at the last look.",
    )


def downgrade() -> None:
    """Forget it."""
    with op.batch_alter_table("people") as changed:
        changed.drop_column("provider_at")
        changed.drop_column("provider_grants")
    for table in ("groups_seen", "group_changes", "corrected_copies"):
        op.drop_table(table)
