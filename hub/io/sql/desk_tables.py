"""What operators keep about what they repair. No part of the projection: no rebuild takes it."""

from typing import Final

from sqlalchemy import JSON, Column, Index, LargeBinary, String, Table, Text

from hub.io.sql.columns import UtcDateTime
from hub.io.sql.engine import metadata

desk: Final = Table(
    "dead_letter_desk",
    metadata,
    Column("source", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("recipient", Text, primary_key=True),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("assignee", Text),
    Column("taken_by", Text, nullable=False),
    Column("taken_at", UtcDateTime, nullable=False),
    comment="Dead letters that somebody has taken note of. No part of the projection.",
)
"""`opened_at`: of the dead letter that was taken; a later one of the same delivery is new again."""

notes: Final = Table(
    "dead_letter_notes",
    metadata,
    Column("note", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    comment="What operators tell each other about a dead letter.",
)
Index("ix_dead_letter_notes_letter", notes.c.source, notes.c.id, notes.c.recipient, notes.c.at)

copies: Final = Table(
    "corrected_copies",
    metadata,
    # SHA-256 over what was ordered: the same order is the same copy.
    Column("digest", String(64), primary_key=True),
    Column("source", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("own", Text, nullable=False),
    Column("copy", Text, nullable=False),
    Column("attributes", JSON, nullable=False),
    Column("body", LargeBinary),
    Column("at", UtcDateTime, nullable=False),
    comment="Corrected copies that operators sent in the name of the hub's own system. A body "
    "stands here only while the copy waits for a second person.",
)
Index("ix_corrected_copies_first", copies.c.source, copies.c.id)
Index("ix_corrected_copies_copy", copies.c.own, copies.c.copy)
