"""Which adapter a dead letter is of.

A migration keeps its own copy of the tables: what it made must not change with later code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012_dead_letter_adapter"
down_revision = "0011_alerts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column. A connector keeps its adapter for life, so older rows learn theirs."""
    op.add_column("dead_letters", sa.Column("adapter", sa.Text))
    op.execute(
        "UPDATE dead_letters SET adapter = (SELECT connectors.adapter FROM connectors "
        "WHERE connectors.id = dead_letters.connector)"
    )
    op.create_index(
        "ix_dead_letters_adapter", "dead_letters", ["adapter", "ended_at", "at"]
    )


def downgrade() -> None:
    """Forget it: fingerprints still tell causes apart."""
    op.drop_index("ix_dead_letters_adapter", "dead_letters")
    op.drop_column("dead_letters", "adapter")
