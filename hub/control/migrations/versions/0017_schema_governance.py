"""States of schemas, their numbers for registry clients, drafts, compatibility levels.

A migration keeps its own copy of the tables: what it made must not change with later code.
"""

import json
from hashlib import sha256
from uuid import NAMESPACE_URL, uuid5

import sqlalchemy as sa
from alembic import op

revision = "0017_schema_governance"
down_revision = "0017_console"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; number what is published already, by name."""
    op.add_column(
        "schemas",
        sa.Column("state", sa.String(16), nullable=False, server_default="approved"),
    )
    numbers = op.create_table(
        "schema_numbers",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("guid", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_schema_numbers"),
        sa.UniqueConstraint("name", name="uq_schema_numbers_name"),
        sa.UniqueConstraint("guid", name="uq_schema_numbers_guid"),
        comment="What registry clients know a schema by. Rows are never deleted: a number and a "
        "name stand for one content for ever, whether it was approved or dropped.",
    )
    op.create_table(
        "schema_drafts",
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("document", sa.JSON, nullable=False),
        sa.Column("author", sa.String(100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_schema_drafts"),
        comment="Versions that are not published yet: draft, review or dropped. Their document "
        "does not change either; a better one is the next version.",
    )
    op.create_table(
        "schema_levels",
        sa.Column("subject", sa.String(140), nullable=False),
        sa.Column("level", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_schema_levels"),
        comment="Compatibility level by subject; the empty subject: all others.",
    )
    op.create_table(
        "schema_conversions",
        sa.Column("id", sa.String(201), nullable=False),
        sa.Column("source", sa.String(100), nullable=False),
        sa.Column("target", sa.String(100), nullable=False),
        sa.Column("steps", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_schema_conversions"),
        comment="How a body of one schema version is read as another's.",
    )
    _number(numbers)


def _number(numbers: sa.Table) -> None:
    schemas = sa.table("schemas", sa.column("id", sa.String), sa.column("document", sa.JSON))
    connection = op.get_bind()
    rows = connection.execute(sa.select(schemas).order_by(schemas.c.id)).all()
    if rows:
        values = [{"name": row.id, "guid": _guid(row.document)} for row in rows]
        connection.execute(sa.insert(numbers), values)


def _guid(document: dict[str, object]) -> str:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return str(uuid5(NAMESPACE_URL, f"urn:sha256:{sha256(text.encode()).hexdigest()}"))


def downgrade() -> None:
    """Forget numbers, drafts and levels."""
    op.drop_table("schema_conversions")
    op.drop_table("schema_levels")
    op.drop_table("schema_drafts")
    op.drop_table("schema_numbers")
    op.drop_column("schemas", "state")
