"""What the hub has promised about its log, and where its anchors stand: apart from the files."""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

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

log_anchors: Final = Table(
    "log_anchors",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("sizes", Text, nullable=False),
    Column("content", Text),
    Column("cosigned", Integer, nullable=False),
    Column("stamped_at", UtcDateTime),
    Column("stamp_until", UtcDateTime),
    Column("renewal", BigInteger),
    comment="Anchors by number. sizes: leaves by shard, JSON; content: until its file is written; "
    "stamp_until: when the certificate of its newest time stamp ends; renewal: the newest one.",
)
# Few rows at a time: what waits for its stamp, and what must be stamped anew before long.
Index(
    "ix_log_anchors_unstamped",
    log_anchors.c.number,
    sqlite_where=log_anchors.c.stamped_at.is_(None),
    postgresql_where=log_anchors.c.stamped_at.is_(None),
)
Index("ix_log_anchors_stamp_until", log_anchors.c.stamp_until)
