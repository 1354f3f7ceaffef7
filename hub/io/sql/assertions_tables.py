"""The table of client assertions that have been used."""

from typing import Final

from sqlalchemy import BigInteger, Column, Table, Text

from hub.io.sql.engine import metadata

used_assertions: Final = Table(
    "used_assertions",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("until", BigInteger, nullable=False, index=True),
    comment="SHA-256 of system and jti, until the assertion has expired; seconds since 1970.",
)
