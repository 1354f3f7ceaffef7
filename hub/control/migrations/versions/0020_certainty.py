"""How sure a list is of a code: the shipped seed is from memory in part.

A migration keeps its own copy of the tables: what it made must not change with later code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020_certainty"
down_revision = "0019_directory"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column that says nothing yet."""
    op.add_column("organisation_codes", sa.Column("certainty", sa.String(16)))


def downgrade() -> None:
    """Forget it."""
    with op.batch_alter_table("organisation_codes") as changed:
        changed.drop_column("certainty")
