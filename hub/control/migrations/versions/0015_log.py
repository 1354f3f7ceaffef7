"""The newest signed head of each shard of the transparency log, and its anchors.

A migration keeps its own copy of the tables: what it made must not change with later code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015_log"
down_revision = "0015_certificates"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, empty: the recorder begins the log at the first record of hub.audit."""
    op.create_table(
        "log_heads",
        sa.Column("shard", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("shard", name="pk_log_heads"),
        comment="The newest checkpoint that was signed of each shard: written before it is published.",
    )
    op.create_table(
        "log_anchors",
        sa.Column("number", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sizes", sa.Text, nullable=False),
        sa.Column("content", sa.Text),
        sa.Column("cosigned", sa.Integer, nullable=False),
        sa.Column("stamped_at", sa.DateTime(timezone=True)),
        sa.Column("stamp_until", sa.DateTime(timezone=True)),
        sa.Column("renewal", sa.BigInteger),
        sa.PrimaryKeyConstraint("number", name="pk_log_anchors"),
        comment="Anchors by number. sizes: leaves by shard, JSON; content: until its file is written; "
        "stamp_until: when the certificate of its newest time stamp ends; renewal: the newest one.",
    )
    op.create_index(
        "ix_log_anchors_unstamped",
        "log_anchors",
        ["number"],
        sqlite_where=sa.text("stamped_at IS NULL"),
        postgresql_where=sa.text("stamped_at IS NULL"),
    )
    op.create_index("ix_log_anchors_stamp_until", "log_anchors", ["stamp_until"])


def downgrade() -> None:
    """Forget promises and anchors. The log's files stay."""
    op.drop_table("log_anchors")
    op.drop_table("log_heads")
