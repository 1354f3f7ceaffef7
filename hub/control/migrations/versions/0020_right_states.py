"""Access rights have a state, as subscriptions do; versions of the rules find their deeds.

A migration keeps its own copy of the tables: what it made must not change with later code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020_right_states"
down_revision = "0020_quotas"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let every right that is there be active."""
    op.add_column(
        "access_rights",
        sa.Column("state", sa.String(16), nullable=False, server_default="active"),
    )
    op.create_index("ix_trail_version", "trail", ["version"])


def downgrade() -> None:
    """Forget the states. A release that knows none takes a paused right as given: end those first.
    """
    op.drop_index("ix_trail_version", "trail")
    with op.batch_alter_table("access_rights") as changed:
        changed.drop_column("state")
