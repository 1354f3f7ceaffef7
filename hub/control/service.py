"""The one door to the rules: take a change set, make it the next version, all of it or nothing."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.control import checks, store
from hub.control.adapters import Adapters, InstalledAdapters
from hub.control.changes import ChangeSet
from hub.control.commands import apply
from hub.control.draft import Draft, Edit
from hub.control.targets import targets
from hub.decision.rulebook import version_hash
from hub.io.sql import control_tables as tables
from hub.io.sql.engine import sql_errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a write has done."""

    version: int
    """The newest version after it; a write that changed nothing made none."""
    hash: str
    changed: int
    """How many entities differ now."""
    at: datetime


class Control:
    """The control plane of one hub over one SQL store."""

    def __init__(
        self,
        engine: AsyncEngine,
        hub: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        adapters: Adapters | None = None,
    ) -> None:
        self.engine, self.clock = engine, clock
        self.hub = hub
        self.adapters: Adapters = adapters or InstalledAdapters()
        """What connectors may be made of."""
        self.written = asyncio.Event()
        """Set after each commit: the outbox worker of this process need not wait for its poll."""

    async def write(self, request: ChangeSet, *, actor: str) -> Written:
        """Make the changes one version of the rules, with its outbox rows and its trail entry.

        Returns once committed; routers follow as soon as the outbox worker has published it.

        Raises:
            ChangeRefused: nothing was done.
            Unavailable: SQL is away; whether it was done is unknown, and repeating is safe.
        """
        with sql_errors("writing rules"):
            async with self.engine.begin() as connection:
                written = await self.write_in(connection, request.changes, request.reason, actor)
        self.written.set()
        return written

    async def write_in(
        self, connection: AsyncConnection, changes: Sequence[Any], reason: str, actor: str
    ) -> Written:
        """Do what `write` does in the caller's transaction; set `written` after its commit.

        Raises:
            ChangeRefused: roll back.
        """
        # One transaction: entities, version, outbox and trail are there together or not.
        version, last_hash = await store.lock(connection)
        edits = await self._edits(connection, changes)
        written = await _save(connection, edits, version, last_hash, self.clock())
        # Invariant 11: who, when, what and why, in the same transaction as the change.
        await _save_trail(connection, reason, actor, edits, written)
        return written

    async def _edits(
        self, connection: AsyncConnection, changes: Sequence[Any]
    ) -> Mapping[str, Edit]:
        needed = targets(changes)
        stored = await store.load(connection, needed.keys)
        stored |= await store.load_where(connection, "key", "thumbprint", needed.thumbprints)
        stored |= await store.load_where(
            connection, "endpoint", "organisation", needed.organisations
        )
        draft = Draft(stored, hub=self.hub, now=self.clock(), adapters=self.adapters)
        # In a thread: thousands of key proofs must not stop the process that admits messages.
        edits = await asyncio.to_thread(_apply_all, changes, draft)
        missing = [key for key in checks.named(edits) if not draft.exists(key)]
        draft.learn(await store.load(connection, missing))
        removed = checks.gone(edits)
        users = await store.referring(connection, removed)
        await asyncio.to_thread(_check_all, draft, edits, users, removed)
        return edits


def _apply_all(changes: Sequence[Any], draft: Draft) -> Mapping[str, Edit]:
    for index, change in enumerate(changes):
        apply(change, draft, f"changes/{index}")
    return draft.edits()


def _check_all(
    draft: Draft, edits: Mapping[str, Edit], users: list[tuple[str, str]], removed: frozenset[str]
) -> None:
    checks.check_references(draft, edits)
    checks.check_unused(edits, users, removed)
    checks.check_endpoints(draft)


async def _save(
    connection: AsyncConnection,
    edits: Mapping[str, Edit],
    version: int,
    last_hash: str,
    now: datetime,
) -> Written:
    if not edits:
        return Written(version=version, hash=last_hash, changed=0, at=now)
    await store.save(connection, edits)
    values = {key: _value(edit) for key, edit in edits.items()}
    written = Written(
        version=version + 1,
        hash=version_hash(last_hash, values.items()),
        changed=len(edits),
        at=now,
    )
    await _save_version(connection, written, last_hash, values)
    return written


async def _save_version(
    connection: AsyncConnection, written: Written, previous: str, values: Mapping[str, bytes | None]
) -> None:
    await connection.execute(
        insert(tables.rules_versions).values(
            version=written.version,
            hash=written.hash,
            previous=previous,
            at=written.at,
            changes=written.changed,
        )
    )
    await connection.execute(
        insert(tables.outbox),
        [{"version": written.version, "entity": key, "value": v} for key, v in values.items()],
    )
    await connection.execute(
        update(tables.rules_head).values(version=written.version, hash=written.hash)
    )


async def _save_trail(
    connection: AsyncConnection,
    reason: str,
    actor: str,
    edits: Mapping[str, Edit],
    written: Written,
) -> None:
    entry = await connection.execute(
        insert(tables.trail).values(
            at=written.at,
            actor=actor,
            reason=reason,
            version=written.version if edits else None,
            changes=written.changed,
        )
    )
    (number,) = entry.inserted_primary_key or (0,)
    if edits:
        rows = [
            {"entry": number, "entity": key, "action": edit.action} for key, edit in edits.items()
        ]
        await connection.execute(insert(tables.trail_entities), rows)


def _value(edit: Edit) -> bytes | None:
    return None if edit.record is None else msgspec.json.encode(edit.record)
