"""Client assertions count once per hub.

A migration keeps its own copy of the tables: what it made must not change with later code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006_used_assertions"
down_revision = "0005_connectors"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "used_assertions",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_used_assertions"),
        comment="SHA-256 of system and jti, until the assertion has expired; seconds since 1970.",
    )
    op.create_index("ix_used_assertions_until", "used_assertions", ["until"])


def downgrade() -> None:
    """Forget what was used: each process still remembers its own."""
    op.drop_table("used_assertions")
