"""How far the views had come when they were emptied, and when each matter was last heard of.

A migration keeps its own copy of the tables: what it made must not change with later code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013_views_kept"
down_revision = "0012_dead_letter_adapter"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_LAST_FACT = (
    "UPDATE view_matters SET last_at = (SELECT max(f.at) FROM view_facts f "
    "WHERE f.kind = view_matters.kind AND f.key = view_matters.key)"
)
_TASKS = (
    "UPDATE view_matters SET last_at = coalesce(closed_at, opened_at) WHERE last_at IS NULL"
)
"""A task's facts stand under its dossier; its own moments are near enough to go by."""


def upgrade() -> None:
    """Add the table, and to matters the moment by which they are kept."""
    op.create_table(
        "view_goals",
        sa.Column("partition", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("until_offset", sa.BigInteger, nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("partition", name="pk_view_goals"),
        comment="How far the views had come when they were emptied: before, they are rebuilding.",
    )
    op.add_column("view_matters", sa.Column("last_at", _MOMENT))
    op.execute(_LAST_FACT)
    op.execute(_TASKS)
    op.create_index("ix_view_matters_last", "view_matters", ["last_at"])


def downgrade() -> None:
    """Forget both: views are kept for ever again."""
    op.drop_index("ix_view_matters_last", "view_matters")
    op.drop_column("view_matters", "last_at")
    op.drop_table("view_goals")
