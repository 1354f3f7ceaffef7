"""Views that operators have saved."""

from typing import Final

from sqlalchemy import Boolean, Column, Table, Text, UniqueConstraint

from hub.io.sql.columns import UtcDateTime
from hub.io.sql.engine import metadata

saved_views: Final = Table(
    "saved_views",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("screen", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("owner", "screen", "name"),
)
