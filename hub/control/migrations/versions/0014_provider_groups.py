"""Which roles a group of the identity provider gives, set while the hub runs.

A migration keeps its own copy of the tables: what it made must not change with later code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014_provider_groups"
down_revision = "0013_views_kept"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, empty: until somebody sets a group, the hub's settings count."""
    op.create_table(
        "provider_groups",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("grants", sa.JSON, nullable=False),
        sa.Column("set_by", sa.String(100), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_provider_groups"),
        comment="Which roles a group of the identity provider gives. What stands here goes before the "
        "hub's settings; an empty list gives nothing.",
    )


def downgrade() -> None:
    """Forget them: the hub's settings count alone again."""
    op.drop_table("provider_groups")
