"""How far the projection had come when it was emptied.

A migration keeps its own copy of the tables: what it made must not change with later code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007_projection_goals"
down_revision = "0006_used_assertions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; until now nobody knew."""
    op.create_table(
        "projection_goals",
        sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("until_offset", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Forget it: lists are marked no more."""
    op.drop_table("projection_goals")
