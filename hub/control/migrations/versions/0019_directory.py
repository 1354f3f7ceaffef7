"""Succession, earlier holders of codes, competence by area; messages that wait for a choice.

A migration keeps its own copy of the tables: what it made must not change with later code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019_directory"
down_revision = "0018_dead_letter_desk"
branch_labels = None
depends_on = None

_NEW = {
    "organisations": (
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_to", sa.Date),
        sa.Column("successors", sa.JSON, nullable=False, server_default="[]"),
        sa.Column("contacts", sa.JSON, nullable=False, server_default="[]"),
    ),
    "organisation_codes": (sa.Column("earlier", sa.JSON, nullable=False, server_default="[]"),),
    "groups": (sa.Column("under", sa.String(64)), sa.Column("level", sa.String(16))),
    "document_checks": (
        sa.Column("choices", sa.JSON, nullable=False, server_default="{}"),
        sa.Column("choosing", sa.Boolean, nullable=False, server_default=sa.false()),
    ),
}


def upgrade() -> None:
    """Add columns that say nothing yet, and an empty table."""
    for table, columns in _NEW.items():
        for column in columns:
            op.add_column(table, column)
    op.create_index("ix_organisations_parent", "organisations", ["parent"])
    op.create_table(
        "competences",
        sa.Column("id", sa.String(128), nullable=False),
        sa.Column("area", sa.String(10), nullable=False),
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("types", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_competences"),
        comment="Which organisation deals with which types in an area.",
    )
    op.create_index("ix_competences_area", "competences", ["area"])


def downgrade() -> None:
    """Forget what the new columns say."""
    op.drop_table("competences")
    op.drop_index("ix_organisations_parent", "organisations")
    for table, columns in _NEW.items():
        with op.batch_alter_table(table) as changed:
            for column in columns:
                changed.drop_column(column.name)
