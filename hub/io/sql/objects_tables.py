"""The tables of objects."""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Table, Text

from hub.io.sql.columns import UtcDateTime
from hub.io.sql.engine import metadata

stored_objects: Final = Table(
    "stored_objects",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("path", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("touched_at", UtcDateTime, nullable=False, index=True),
    comment="Where the bytes of an object stand; touched by each upload and by each reference.",
)

object_access: Final = Table(
    "object_access",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("system", Text, primary_key=True),
    Column("how", Text, primary_key=True),
    Column("granted_at", UtcDateTime, nullable=False),
    Index("ix_object_access_system", "system"),
    comment="Who may read an object, and why: `uploaded` it, or it was `delivered` to it.",
)

uploads: Final = Table(
    "uploads",
    metadata,
    Column("id", Text, primary_key=True),
    Column("system", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("started_at", UtcDateTime, nullable=False, index=True),
    comment="Uploads in several parts that are not complete yet.",
)

upload_parts: Final = Table(
    "upload_parts",
    metadata,
    Column("upload", Text, primary_key=True),
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("path", Text, nullable=False),
    comment="The parts that have arrived, each where the one before it ended.",
)
