"""The entities in SQL: read some, write what changed. One set of functions for all kinds.

Everything here runs on a connection whose transaction the caller owns.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, Final

import msgspec
from sqlalchemy import Row, Table, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.control.certificate_rows import save_certified
from hub.control.draft import Edit, Record, references
from hub.control.schema_rows import save_published
from hub.decision.connector_record import ConnectorRecord
from hub.decision.rulebook import KINDS
from hub.io.sql import control_tables as tables
from hub.io.sql.connector_tables import connector_status as reports
from hub.io.sql.upsert import upsert_statement

TABLES: Final[Mapping[str, Table]] = {
    "organisation": tables.organisations,
    "code": tables.organisation_codes,
    "system": tables.systems,
    "key": tables.keys,
    "endpoint": tables.endpoints,
    "group": tables.groups,
    "right": tables.access_rights,
    "schema": tables.schemas,
    "connector": tables.connectors,
    "document_policy": tables.document_policies,
    "subscription": tables.subscriptions,
    "type_owner": tables.type_owners,
    "exchange": tables.exchanges,
    "conversion": tables.schema_conversions,
    "competence": tables.competences,
    "quota": tables.quotas,
}
"""Kind to its table."""

_PARTS: Final[Mapping[str, tuple[str, str]]] = {
    "key": ("system", "thumbprint"),
    "endpoint": ("organisation", "system"),
    "conversion": ("source", "target"),
    "competence": ("area", "organisation"),
}
"""Kinds whose id has two parts, each with a column of its own."""

_SLICE: Final = 1_000
"""Values in one IN list: PostgreSQL takes 65,535 parameters, SQLite 32,766."""


async def lock(connection: AsyncConnection) -> tuple[int, str]:
    """Wait until no other write is under way; return the newest version and its hash.

    The update takes the row's lock on PostgreSQL and the write lock on SQLite, before anything is
    read, so that what is read stays true until the commit.
    """
    head = tables.rules_head
    await connection.execute(update(head).values(writes=head.c.writes + 1))
    row = (await connection.execute(select(head.c.version, head.c.hash))).one()
    return row.version, row.hash


async def newest(connection: AsyncConnection) -> int:
    """Return the number of the newest version."""
    version: int = (await connection.execute(select(tables.rules_head.c.version))).scalar_one()
    return version


async def load_all(connection: AsyncConnection) -> dict[str, Record]:
    """Return every entity of the rules, by key."""
    found: dict[str, Record] = {}
    for kind in TABLES:
        of_kind = await load_kind(connection, kind)
        found |= {f"{kind}/{id}": record for id, record in of_kind.items()}
    return found


async def load(connection: AsyncConnection, keys: Iterable[str]) -> dict[str, Record]:
    """Return the entities with these keys, those that exist."""
    by_kind: dict[str, list[str]] = {}
    for key in keys:
        kind, _, id = key.partition("/")
        by_kind.setdefault(kind, []).append(id)
    found: dict[str, Record] = {}
    for kind, ids in by_kind.items():
        found |= await load_where(connection, kind, "id", ids)
    return found


async def load_where(
    connection: AsyncConnection, kind: str, column: str, values: Iterable[str]
) -> dict[str, Record]:
    """Return, by key, the entities of one kind with one of `values` in `column`."""
    table = TABLES[kind]
    found: dict[str, Record] = {}
    for part in slices(values):
        rows = await connection.execute(select(table).where(table.c[column].in_(part)))
        found |= {f"{kind}/{row.id}": to_record(kind, row) for row in rows}
    return found


async def load_kind(connection: AsyncConnection, kind: str) -> dict[str, Any]:
    """Return, by id, all entities of one kind."""
    rows = await connection.execute(select(TABLES[kind]))
    return {row.id: to_record(kind, row) for row in rows}


async def referring(connection: AsyncConnection, targets: Iterable[str]) -> list[tuple[str, str]]:
    """Return (entity, what it names) for each stored entity that names one of `targets`."""
    table = tables.entity_references
    found: list[tuple[str, str]] = []
    for part in slices(targets):
        rows = await connection.execute(select(table).where(table.c.target.in_(part)))
        found.extend((row.entity, row.target) for row in rows)
    return found


async def save(connection: AsyncConnection, edits: Mapping[str, Edit]) -> None:
    """Write the changed entities, and which others they name."""
    await save_published(connection, edits)
    for kind, table in TABLES.items():
        rows, removed = [], []
        for key, edit in edits.items():
            if key.startswith(f"{kind}/"):
                id = key.removeprefix(f"{kind}/")
                if edit.record is None:
                    removed.append(id)
                else:
                    rows.append(_row(kind, id, edit.record))
        await upsert(connection, table, rows)
        for part in slices(removed):
            await connection.execute(delete(table).where(table.c.id.in_(part)))
    await _save_proofs(connection, edits)
    await save_certified(connection, edits)
    await _end_approvals(connection, edits)
    await _forget_reports(connection, edits)
    await _save_references(connection, edits)


async def upsert(
    connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert each row, or replace the one with its primary key."""
    if not rows:
        return
    statement = upsert_statement(connection.dialect.name, table)
    await connection.execute(statement, rows)


def to_record(kind: str, row: Row[Any]) -> Record:
    """Return a row as the record that travels on `hub.rules`."""
    record = KINDS[kind]
    fields = {name: getattr(row, name) for name in record.__struct_fields__}
    return msgspec.convert(fields, record)


async def _save_proofs(connection: AsyncConnection, edits: Mapping[str, Edit]) -> None:
    rows = [
        {"id": key.removeprefix("key/"), "proof": edit.proof}
        for key, edit in edits.items()
        if edit.proof is not None
    ]
    await upsert(connection, tables.key_proofs, rows)


async def _end_approvals(connection: AsyncConnection, edits: Mapping[str, Edit]) -> None:
    # A connector that was removed and made anew is another one: what was approved for the first
    # is not approved for the second. Rows of removed connectors go with their foreign key.
    table = tables.connector_networks
    for key, edit in edits.items():
        if isinstance(edit.record, ConnectorRecord):
            await connection.execute(
                delete(table).where(
                    table.c.connector == key.removeprefix("connector/"),
                    table.c.approved_by.is_not(None),
                    table.c.cidr.not_in(edit.record.networks),
                )
            )


async def _forget_reports(connection: AsyncConnection, edits: Mapping[str, Edit]) -> None:
    removed = [
        key.removeprefix("connector/")
        for key, edit in edits.items()
        if edit.record is None and key.startswith("connector/")
    ]
    for part in slices(removed):
        # A connector made anew under the name must not be shown as its predecessor was.
        await connection.execute(delete(reports).where(reports.c.connector.in_(part)))


async def _save_references(connection: AsyncConnection, edits: Mapping[str, Edit]) -> None:
    table = tables.entity_references
    for part in slices(edits):
        await connection.execute(delete(table).where(table.c.entity.in_(part)))
    rows = [
        {"entity": key, "target": target}
        for key, edit in edits.items()
        if edit.record is not None
        for target in sorted(references(key, edit.record))
    ]
    if rows:
        await connection.execute(insert(table), rows)


def _row(kind: str, id: str, record: Record) -> dict[str, Any]:
    # Moments and days have columns of their own; all else goes in as JSON has it.
    row: dict[str, Any] = {"id": id}
    for name in record.__struct_fields__:
        value = getattr(record, name)
        row[name] = value if isinstance(value, datetime | date) else msgspec.to_builtins(value)
    if kind in _PARTS:
        first, second = _PARTS[kind]
        row[first], _, row[second] = id.partition("/")
    return row


def slices(values: Iterable[str]) -> Iterator[list[str]]:
    """Give the values in parts that fit into one statement."""
    remaining = iter(values)
    while part := list(islice(remaining, _SLICE)):
        yield part
