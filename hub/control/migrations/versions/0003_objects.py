"""The tables of objects.

A migration keeps its own copy of the tables: what it made must not change with later code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003_objects"
down_revision = "0002_projection"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "stored_objects",
        _key("hash"),
        _text("path"),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("touched_at", _MOMENT, nullable=False, index=True),
        comment="Where the bytes of an object stand; touched by each upload and by each reference.",
    )
    op.create_table(
        "object_access",
        _key("hash"),
        _key("system"),
        _key("how"),
        sa.Column("granted_at", _MOMENT, nullable=False),
        comment="Who may read an object, and why: `uploaded` it, or it was `delivered` to it.",
    )
    op.create_index("ix_object_access_system", "object_access", ["system"])
    op.create_table(
        "uploads",
        _key("id"),
        _text("system"),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("received", sa.BigInteger, nullable=False),
        sa.Column("started_at", _MOMENT, nullable=False, index=True),
        comment="Uploads in several parts that are not complete yet.",
    )
    op.create_table(
        "upload_parts",
        _key("upload"),
        sa.Column("start", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        _text("path"),
        comment="The parts that have arrived, each where the one before it ended.",
    )


def downgrade() -> None:
    """Drop the tables. The bytes stay in the object store, but nobody may read them any more."""
    for name in ("upload_parts", "uploads", "object_access", "stored_objects"):
        op.drop_table(name)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=True)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)
