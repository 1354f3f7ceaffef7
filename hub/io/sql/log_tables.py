"""What the hub has promised about its log: kept apart from the log's own files."""

from typing import Final

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table

from hub.io.sql.columns import UtcDateTime
from hub.io.sql.engine import metadata

log_heads: Final = Table(
    "log_heads",
    metadata,
    Column("shard", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("signed_at", UtcDateTime, nullable=False),
    comment="The newest checkpoint that was signed of each shard: written before it is published.",
)
