"""How much each system may hand in.

A migration keeps its own copy of the tables: what it made must not change with later code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020_quotas"
down_revision = "0019_directory"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make an empty table: every system has the quota of all."""
    op.create_table(
        "quotas",
        sa.Column("id", sa.String(63), nullable=False),
        sa.Column("messages_per_minute", sa.Integer, nullable=False),
        sa.Column("bytes_per_minute", sa.BigInteger, nullable=False),
        sa.Column("urgent_per_minute", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_quotas"),
        comment="What a system may hand in within a minute. No row: what every system may.",
    )


def downgrade() -> None:
    """Forget the quotas."""
    op.drop_table("quotas")
