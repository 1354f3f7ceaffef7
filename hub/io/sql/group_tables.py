"""Kafka's consumer groups as they were looked at: Kafka itself keeps no history of them."""

from typing import Final

from sqlalchemy import JSON, Column, Integer, String, Table, Text

from hub.io.sql.columns import UtcDateTime
from hub.io.sql.engine import metadata

group_changes: Final = Table(
    "group_changes",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("name", Text, nullable=False),
    Column("state", String(32), nullable=False),
    Column("joined", JSON, nullable=False),
    Column("left", JSON, nullable=False),
    comment="Who joined and left Kafka's consumer groups: the newest changes.",
)

groups_seen: Final = Table(
    "groups_seen",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("since", UtcDateTime, nullable=False),
    Column("groups", JSON, nullable=False),
    comment="One row: Kafka's consumer groups as they were at the last look.",
)
"""`since`: the first look."""
