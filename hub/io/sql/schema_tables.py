"""The tables of schema governance: numbers for ever, drafts, and what new versions owe to old ones.

Published schemas are entities of the rules (`control_tables.schemas`).
"""

from typing import Final

from sqlalchemy import JSON, Column, Integer, String, Table

from hub.io.sql.columns import UtcDateTime
from hub.io.sql.engine import metadata

schema_numbers: Final = Table(
    "schema_numbers",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("name", String(128), nullable=False, unique=True),
    Column("guid", String(36), nullable=False, unique=True),
    comment="What registry clients know a schema by. Rows are never deleted: a number and a name "
    "stand for one content for ever, whether it was approved or dropped.",
)

schema_drafts: Final = Table(
    "schema_drafts",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("document", JSON, nullable=False),
    Column("author", String(100), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("state", String(16), nullable=False),
    comment="Versions that are not published yet: draft, review or dropped. Their document does "
    "not change either; a better one is the next version.",
)

schema_levels: Final = Table(
    "schema_levels",
    metadata,
    Column("subject", String(140), primary_key=True),
    Column("level", String(32), nullable=False),
    comment="Compatibility level by subject; the empty subject: all others.",
)
