"""Schemas as people and registry clients work with them: subjects, versions, and their life.

draft → review → approved → deprecated → retired; a draft that nobody wants is dropped. A version
keeps its number, its name and its content from the draft on. What is approved is an entity of the
rules and changes through their one door (`Control`); before that it stands in a table of its own.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, true
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.control import schema_rows as rows
from hub.control import store
from hub.control.changes import PublishSchema
from hub.control.people.second_person import Asked, Decision, Kind, SecondPerson
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.schema_rows import Kept, SchemaState
from hub.control.schemas import canonical, check_schema
from hub.control.service import Control
from hub.control.trail import note
from hub.io.sql.engine import sql_errors
from hub.io.sql.schema_tables import schema_numbers as numbers
from hub.schemas.compatibility import Level, Version, breaks
from hub.schemas.event_types import SchemaName, schema_of, type_of

VALUE: Final = "-value"
"""The ending of a subject (TopicNameStrategy): the schema is of a record's value."""

MOST_TOLD: Final = 5
"""Most broken rules in one refusal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """All versions of one name and major number: a subject of the registry."""

    name: str
    major: int

    @property
    def type(self) -> str:
        """Return the event type."""
        return type_of(SchemaName(name=self.name, major=self.major, minor=0))

    @property
    def subject(self) -> str:
        """Return the subject: what a registry client makes of the topic that is the type's name."""
        return f"{self.type}{VALUE}"

    def version(self, minor: int) -> str:
        """Return the whole name of one version."""
        return f"{self.name}:{self.major}.{minor}"


class SchemaVersions:
    """Reads and changes versions. Every method raises `Unavailable` when SQL is away."""

    def __init__(self, control: Control, second: SecondPerson, *, four_eyes: bool = False) -> None:
        self._control, self._second = control, second
        self.four_eyes = four_eyes
        """Whether nothing is published without a second person."""
        second.register(Kind.SCHEMA, self._approved, self._returned)

    async def find(self, condition: ColumnElement[bool]) -> list[Kept]:
        """Return versions by their number's row."""
        with sql_errors("reading schemas"):
            async with self._control.engine.connect() as connection:
                return await rows.find(connection, condition)

    async def all(self) -> list[Kept]:
        """Return every version."""
        return await self.find(true())

    async def by_id(self, id: int) -> Kept | None:
        """Return the version with a number, or None."""
        return next(iter(await self.find(numbers.c.id == id)), None)

    async def by_guid(self, guid: str) -> Kept | None:
        """Return the version with a GUID, or None."""
        return next(iter(await self.find(numbers.c.guid == guid)), None)

    async def of(self, family: Family) -> list[Kept]:
        """Return all versions of a family, the oldest first."""
        with sql_errors("reading schemas"):
            async with self._control.engine.connect() as connection:
                return await rows.of_family(connection, family.name, family.major)

    async def named(self, name: str) -> Kept:
        """Return one version.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`.
        """
        with sql_errors("reading schemas"):
            async with self._control.engine.connect() as connection:
                return await _known(connection, name)

    async def level(self, subject: str) -> tuple[Level, bool]:
        """Return the level that counts for a subject, and whether it is its own."""
        with sql_errors("reading levels"):
            async with self._control.engine.connect() as connection:
                return await _level(connection, subject)

    async def set_level(
        self, subject: str, level: Level | None, *, actor: str, reason: str
    ) -> None:
        """Set the level of a subject (empty: of all others); None: no level of its own."""
        with sql_errors("setting a level"):
            async with self._control.engine.begin() as connection:
                await store.lock(connection)
                before = await rows.level_of(connection, subject)
                await rows.set_level(connection, subject, level)
                entity = f"schema_level/{subject or '*'}"
                # Invariant 11: a level decides what may be published.
                await note(
                    connection,
                    self._control.clock(),
                    actor,
                    reason,
                    [(entity, "set_schema_level")],
                    values={entity: (before, level)},
                )

    async def draft(
        self, family: Family, document: dict[str, Any], *, actor: str, reason: str
    ) -> Kept:
        """Keep a document as the next version's draft; the same document again changes nothing.

        Without `$id` it gets that of the next version.

        Raises:
            ChangeRefused: `UNSAFE_SCHEMA`, `INCOMPATIBLE_SCHEMA`, `ALREADY_PUBLISHED`: its `$id` is
                another version than the next one.
        """
        with sql_errors("drafting a schema"):
            async with self._control.engine.begin() as connection:
                await store.lock(connection)
                there = await rows.of_family(connection, family.name, family.major)
                known = same_content(there, document)
                if known is not None:
                    return known
                name = family.version(there[-1].parsed.minor + 1 if there else 0)
                numbered = {"$id": f"urn:hub:schema:{name}"} | document
                _expect_next(numbered, name, there)
                check_schema(name, numbered, "document")
                await _expect_compatible(connection, family, numbered, there)
                at = self._control.clock()
                await rows.add_draft(connection, name, numbered, actor, at)
                await note(connection, at, actor, reason, [(f"schema/{name}", "draft_schema")])
                return await _known(connection, name)

    async def submit(self, name: str, *, actor: str, reason: str) -> Kept:
        """Ask for a second person's approval of a draft. Safe to repeat.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`, `SCHEMA_STATE`.
        """
        with sql_errors("asking for a review"):
            async with self._control.engine.begin() as connection:
                await store.lock(connection)
                kept = await _known(connection, name)
                _expect_state(kept, SchemaState.DRAFT, SchemaState.REVIEW)
                await self._second.ask_in(
                    connection, Kind.SCHEMA, name, {"guid": kept.guid}, actor=actor, reason=reason
                )
                await rows.set_state(connection, name, SchemaState.REVIEW)
                return await _known(connection, name)

    async def approve(self, name: str, *, actor: str, reason: str) -> Kept:
        """Publish a draft. With four eyes it must have been submitted, by another person.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`, `SCHEMA_STATE`, `SECOND_PERSON`.
        """
        with sql_errors("approving a schema"):
            async with self._control.engine.begin() as connection:
                await store.lock(connection)
                kept = await _known(connection, name)
                if kept.state.published:
                    return kept
                _expect_state(kept, SchemaState.DRAFT, SchemaState.REVIEW)
                await self._approve_in(connection, kept, actor, reason)
                found = await _known(connection, name)
        self._control.written.set()
        return found

    async def drop(self, name: str, *, actor: str, reason: str) -> Kept:
        """Give a draft up; its number stays its own. Safe to repeat.

        Raises:
            ChangeRefused: `UNKNOWN_ENTITY`, `SCHEMA_STATE`: it is published, or under review.
        """
        with sql_errors("dropping a draft"):
            async with self._control.engine.begin() as connection:
                await store.lock(connection)
                kept = await _known(connection, name)
                _expect_state(kept, SchemaState.DRAFT, SchemaState.DROPPED)
                if kept.state is SchemaState.DRAFT:
                    await rows.set_state(connection, name, SchemaState.DROPPED)
                    at, touched = self._control.clock(), [(f"schema/{name}", "drop_schema")]
                    await note(connection, at, actor, reason, touched)
                return await _known(connection, name)

    def expect_reviewed(self, changes: Sequence[Any]) -> None:
        """Return if nothing is published past the second person.

        Raises:
            ChangeRefused: `SECOND_PERSON`.
        """
        for index, change in enumerate(changes):
            if self.four_eyes and isinstance(change, PublishSchema):
                detail = "draft it and submit it: another person publishes it"
                raise ChangeRefused(Refusal.SECOND_PERSON, detail, f"changes/{index}")

    async def _approve_in(
        self, connection: AsyncConnection, kept: Kept, actor: str, reason: str
    ) -> None:
        waiting = await self._second.waiting_in(connection, Kind.SCHEMA, kept.name)
        decide = self._second.decide_in
        for asked in waiting:
            if self.four_eyes or asked.asked_by != actor:
                await decide(connection, asked, Decision.APPROVED, actor=actor, reason=reason)
                return
            await decide(connection, asked, Decision.WITHDRAWN, actor=actor, reason=reason)
        if self.four_eyes:
            detail = "submit it first: another person approves it"
            raise ChangeRefused(Refusal.SECOND_PERSON, detail, "name")
        await self._publish(connection, kept, actor, reason)

    async def _publish(
        self, connection: AsyncConnection, kept: Kept, actor: str, reason: str
    ) -> None:
        # Asked again: another draft may have been published since this one was compared.
        there = await rows.of_family(connection, kept.parsed.name, kept.parsed.major)
        await _expect_compatible(connection, family_of(kept.parsed), kept.document, there)
        change = PublishSchema(
            change="publish_schema", schema_name=kept.name, document=kept.document
        )
        await self._control.write_in(connection, [change], reason, actor)

    async def _approved(
        self, connection: AsyncConnection, asked: Asked, actor: str, reason: str
    ) -> None:
        await self._publish(connection, await _known(connection, asked.target), actor, reason)

    async def _returned(
        self, connection: AsyncConnection, asked: Asked, _actor: str, _reason: str
    ) -> None:
        await rows.set_state(connection, asked.target, SchemaState.DRAFT)


def versions(there: Sequence[Kept]) -> list[Version]:
    """Return what a new version is compared with: what is published and not retired."""
    return [
        Version(name=one.name, document=one.document)
        for one in there
        if one.state in {SchemaState.APPROVED, SchemaState.DEPRECATED}
    ]


def same_content(there: Sequence[Kept], document: dict[str, Any]) -> Kept | None:
    """Return the version with this content; who sends no `$id` means whichever has the rest."""
    for one in reversed(there):
        kept = one.document
        if "$id" not in document:
            kept = {name: value for name, value in kept.items() if name != "$id"}
        if canonical(kept) == canonical(document) and one.state is not SchemaState.DROPPED:
            return one
    return None


def _expect_next(document: dict[str, Any], name: str, there: Sequence[Kept]) -> None:
    told = str(document["$id"]).removeprefix("urn:hub:schema:")
    if told != name and any(one.name == told for one in there):
        detail = f"{told} has another content, for ever; the next version is {name}"
        raise ChangeRefused(Refusal.ALREADY_PUBLISHED, detail, "document/$id")


async def _expect_compatible(
    connection: AsyncConnection, family: Family, document: dict[str, Any], there: Sequence[Kept]
) -> None:
    level, _ = await _level(connection, family.subject)
    # In a thread: a proof may take a second, and the process admits messages meanwhile.
    found = await asyncio.to_thread(breaks, level, document, versions(there))
    if found:
        told = "; ".join(map(str, found[:MOST_TOLD]))
        raise ChangeRefused(Refusal.INCOMPATIBLE_SCHEMA, told, "document")


def _expect_state(kept: Kept, *states: SchemaState) -> None:
    if kept.state not in states:
        raise ChangeRefused(Refusal.SCHEMA_STATE, f"{kept.name} is {kept.state}", "name")


async def _known(connection: AsyncConnection, name: str) -> Kept:
    found = await rows.of_name(connection, name)
    if found is None:
        raise ChangeRefused(Refusal.UNKNOWN_ENTITY, "no such version", "name")
    return found


async def _level(connection: AsyncConnection, subject: str) -> tuple[Level, bool]:
    own = await rows.level_of(connection, subject) if subject else None
    if own is not None:
        return own, True
    return await rows.level_of(connection, "") or rows.DEFAULT_LEVEL, False


def family_of(name: SchemaName) -> Family:
    """Return the family that a version belongs to."""
    return Family(name=name.name, major=name.major)


def family_of_subject(subject: str) -> Family | None:
    """Return the family behind a subject, whether there are versions or not; None: no such name."""
    found = schema_of(subject.removesuffix(VALUE)) if subject.endswith(VALUE) else None
    return None if found is None else Family(name=found[0], major=found[1])
