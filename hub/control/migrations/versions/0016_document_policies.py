"""What is demanded of documents, by type, and what is still to be judged.

A migration keeps its own copy of the tables: what it made must not change with later code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016_document_policies"
down_revision = "0015_log"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, empty: no type demands anything until somebody says so."""
    op.create_table(
        "document_policies",
        sa.Column("id", sa.String(100), nullable=False),
        sa.Column("policy", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_document_policies"),
        comment="Event type to what is demanded of its documents. No row: nothing.",
    )
    op.create_table(
        "document_checks",
        sa.Column("source", sa.String(63), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("type", sa.String(128), nullable=False),
        sa.Column("subject", sa.Text),
        sa.Column("onbehalf", sa.Text),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("policy", sa.String(16)),
        sa.Column("hashes", sa.JSON, nullable=False),
        sa.Column("verdict_awaited", sa.Boolean, nullable=False),
        sa.Column("held", sa.Boolean, nullable=False),
        sa.Column("review", sa.Boolean, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", "id", name="pk_document_checks"),
        comment="Admitted messages whose documents are to be judged, or that are held for "
        "documents. Made from hub.audit; the router's memory is the truth.",
    )
    op.create_index("ix_document_checks_due_at", "document_checks", ["due_at"])
    op.create_table(
        "document_positions",
        sa.Column("partition", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("next_offset", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("partition", name="pk_document_positions"),
        comment="The next offset of each partition of hub.audit for the process documents.",
    )


def downgrade() -> None:
    """Forget policies, and what was still to be judged."""
    op.drop_table("document_positions")
    op.drop_table("document_checks")
    op.drop_table("document_policies")
