"""The newest signed head of each shard of the transparency log.

A migration keeps its own copy of the tables: what it made must not change with later code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015_log"
down_revision = "0015_certificates"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, empty: the recorder begins the log at the first record of hub.audit."""
    op.create_table(
        "log_heads",
        sa.Column("shard", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("shard", name="pk_log_heads"),
        comment="The newest checkpoint that was signed of each shard: written before it is published.",
    )


def downgrade() -> None:
    """Forget the promises. The log's files stay."""
    op.drop_table("log_heads")
