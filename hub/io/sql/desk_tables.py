"""What operators keep about dead letters. No part of the projection: a rebuild leaves it alone."""

from typing import Final

from sqlalchemy import Column, Index, Table, Text

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
