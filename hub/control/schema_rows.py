"""Numbers, drafts and levels of schemas in SQL.

Everything here runs on a connection whose transaction the caller owns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, unique
from hashlib import sha256
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import ColumnElement, Row, Select, case, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.control.draft import Edit
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.schemas import canonical
from hub.decision.rulebook import SchemaRecord
from hub.io.sql.control_tables import schemas
from hub.io.sql.schema_tables import schema_drafts as drafts
from hub.io.sql.schema_tables import schema_levels as levels
from hub.io.sql.schema_tables import schema_numbers as numbers
from hub.io.sql.upsert import upsert_statement
from hub.schemas.compatibility import Level
from hub.schemas.event_types import SchemaName, parse_schema

DEFAULT_LEVEL: Final = Level.BACKWARD_TRANSITIVE
"""Who reads with the newest version understands every body that was ever sent; messages are kept
for years."""


@unique
class SchemaState(StrEnum):
    """Where a version stands in its life."""

    DRAFT = "draft"
    REVIEW = "review"
    """It waits for a second person."""
    DROPPED = "dropped"
    """It was never published, and will not be."""
    APPROVED = "approved"
    DEPRECATED = "deprecated"
    """Still taken; its senders should change to a newer one."""
    RETIRED = "retired"
    """Messages that name it are refused; it stays readable for those that were sent before."""

    @property
    def published(self) -> bool:
        """Whether messages may name it, or could once."""
        return self in {SchemaState.APPROVED, SchemaState.DEPRECATED, SchemaState.RETIRED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One version of a schema, whatever its state. Name, id, guid and document never change."""

    id: int
    guid: str
    name: str
    """`<name>:<major>.<minor>`."""
    document: dict[str, Any]
    state: SchemaState
    author: str | None
    """Who drafted it; None once it is published: then the trail tells."""
    at: datetime | None

    @property
    def parsed(self) -> SchemaName:
        """Return the parts of its name."""
        return parsed(self.name)


def parsed(name: str) -> SchemaName:
    """Return the parts of a name `<name>:<major>.<minor>`.

    Raises:
        ChangeRefused: `UNKNOWN_ENTITY`: it is no such name.
    """
    found = parse_schema(f"urn:hub:schema:{name}")
    if found is None:
        raise ChangeRefused(Refusal.UNKNOWN_ENTITY, "no name of a schema version", "name")
    return found


async def find(connection: AsyncConnection, condition: ColumnElement[bool]) -> list[Kept]:
    """Return the versions whose number's row fits a condition, by name, the oldest first."""
    rows = (await connection.execute(_query().where(condition))).all()
    return sorted(map(_kept, rows), key=lambda one: (one.parsed.name, *_order(one)))


async def of_name(connection: AsyncConnection, name: str) -> Kept | None:
    """Return one version by its whole name, or None."""
    found = await find(connection, numbers.c.name == name)
    return found[0] if found else None


async def of_family(connection: AsyncConnection, name: str, major: int) -> list[Kept]:
    """Return all versions of one name and major number, the oldest first."""
    return await find(connection, numbers.c.name.startswith(f"{name}:{major}.", autoescape=True))


def _order(one: Kept) -> tuple[int, int]:
    return one.parsed.major, one.parsed.minor


def _query() -> Select[Any]:
    joined = numbers.outerjoin(schemas, schemas.c.id == numbers.c.name).outerjoin(
        drafts, drafts.c.name == numbers.c.name
    )
    return select(
        numbers.c.id,
        numbers.c.guid,
        numbers.c.name,
        case((schemas.c.id.is_(None), drafts.c.state), else_=schemas.c.state).label("state"),
        schemas.c.document.label("published"),
        drafts.c.document.label("drafted"),
        drafts.c.author,
        drafts.c.at,
    ).select_from(joined)


def _kept(row: Row[Any]) -> Kept:
    return Kept(
        id=row.id,
        guid=row.guid,
        name=row.name,
        document=row.drafted if row.published is None else row.published,
        state=SchemaState(row.state),
        author=row.author,
        at=row.at,
    )


async def add_draft(
    connection: AsyncConnection, name: str, document: dict[str, Any], author: str, at: datetime
) -> None:
    """Keep a new draft, with the number it has for ever."""
    await _number(connection, [(name, document)])
    values = {"name": name, "document": document, "author": author, "at": at}
    await connection.execute(insert(drafts).values(**values, state=SchemaState.DRAFT.value))


async def set_state(connection: AsyncConnection, name: str, state: SchemaState) -> None:
    """Let a draft be in another state."""
    change = drafts.update().where(drafts.c.name == name).values(state=state.value)
    await connection.execute(change)


async def save_published(connection: AsyncConnection, edits: Mapping[str, Edit]) -> None:
    """Number newly published schemas; a draft that is published is no draft any more.

    Raises:
        ChangeRefused: `ALREADY_PUBLISHED`: the number belongs to a draft with other content.
    """
    published = {
        key.removeprefix("schema/"): edit.record
        for key, edit in edits.items()
        if isinstance(edit.record, SchemaRecord)
    }
    known = [one for name in published for one in await find(connection, numbers.c.name == name)]
    for one in known:
        if canonical(one.document) != canonical(published[one.name].document):
            detail = f"{one.name} is the number of a draft with other content; take the next one"
            raise ChangeRefused(Refusal.ALREADY_PUBLISHED, detail, f"schema/{one.name}")
    numbered = {one.name for one in known}
    new = [(name, one.document) for name, one in published.items() if name not in numbered]
    await _number(connection, sorted(new))
    for name in published:
        await connection.execute(delete(drafts).where(drafts.c.name == name))


async def _number(connection: AsyncConnection, new: Sequence[tuple[str, dict[str, Any]]]) -> None:
    rows = [{"name": name, "guid": guid_of(document)} for name, document in new]
    if rows:
        await connection.execute(insert(numbers), rows)


def guid_of(document: dict[str, Any]) -> str:
    """Return the UUID (version 5) of a document, over its SHA-256.

    It is made once and kept: `$id` stands in the document, so no two versions share one.
    """
    digest = sha256(canonical(document) or b"").hexdigest()
    return str(uuid5(NAMESPACE_URL, f"urn:sha256:{digest}"))


async def level_of(connection: AsyncConnection, subject: str) -> Level | None:
    """Return the level that was set for a subject, or None."""
    query = select(levels.c.level).where(levels.c.subject == subject)
    found = (await connection.execute(query)).scalar_one_or_none()
    return None if found is None else Level(found)


async def set_level(connection: AsyncConnection, subject: str, level: Level | None) -> None:
    """Set the level of a subject; None: it follows the rest again."""
    if level is None:
        await connection.execute(delete(levels).where(levels.c.subject == subject))
        return
    statement = upsert_statement(connection.dialect.name, levels)
    await connection.execute(statement, [{"subject": subject, "level": level.value}])
