"""What operators do about dead letters: who has taken one, notes, and how a job goes.

A migration keeps its own copy of the tables: what it made must not change with later code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018_dead_letter_desk"
down_revision = "0017_search_fields"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add them. Jobs of before go on as they went: 500 at once, without a limit."""
    jobs = "dead_letter_jobs"
    op.add_column(jobs, sa.Column("batch", sa.Integer, nullable=False, server_default="500"))
    op.add_column(jobs, sa.Column("per_minute", sa.Integer))
    op.add_column(jobs, sa.Column("dry_run", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column(jobs, sa.Column("next_at", _MOMENT))
    op.create_table(
        "dead_letter_desk",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("opened_at", _MOMENT, nullable=False),
        sa.Column("assignee", sa.Text),
        sa.Column("taken_by", sa.Text, nullable=False),
        sa.Column("taken_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("source", "id", "recipient", name="pk_dead_letter_desk"),
        comment="Dead letters that somebody has taken note of. No part of the projection.",
    )
    op.create_table(
        "dead_letter_notes",
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("note", name="pk_dead_letter_notes"),
        comment="What operators tell each other about a dead letter.",
    )
    op.create_index(
        "ix_dead_letter_notes_letter", "dead_letter_notes", ["source", "id", "recipient", "at"]
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_table("dead_letter_notes")
    op.drop_table("dead_letter_desk")
    for name in ("next_at", "dry_run", "per_minute", "batch"):
        op.drop_column("dead_letter_jobs", name)
