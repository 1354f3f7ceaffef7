"""What the console tells more of: addresses in the trail, screens on a wall, how connectors run.

A migration keeps its own copy of the tables: what it made must not change with later code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017_console"
down_revision = "0016_document_policies"
branch_labels = None
depends_on = None

_MADE = (
    ("trail", sa.Column("address", sa.String(64))),
    ("sessions", sa.Column("address", sa.String(64))),
    ("sessions", sa.Column("wall", sa.Boolean, nullable=False, server_default=sa.false())),
    ("connector_status", sa.Column("breaker", sa.String(16))),
    ("connector_status", sa.Column("running", sa.String(64))),
    ("connector_status", sa.Column("checkpoint", sa.Text)),
    ("connector_status", sa.Column("read_at", sa.DateTime(timezone=True))),
    ("connector_status", sa.Column("next_read_at", sa.DateTime(timezone=True))),
    ("alert_channels", sa.Column("person", sa.String(64))),
)


def upgrade() -> None:
    """Add the columns, empty: what was not kept before is not known."""
    for table, column in _MADE:
        op.add_column(table, column)


def downgrade() -> None:
    """Forget them. Screens on a wall sign in anew: without the mark they could change things."""
    op.execute(sa.text("DELETE FROM sessions WHERE wall"))
    op.execute(sa.text("DELETE FROM alert_channels WHERE person IS NOT NULL"))
    for table, column in reversed(_MADE):
        op.drop_column(table, column.name)
