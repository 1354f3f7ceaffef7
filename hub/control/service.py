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
from hub.control.certified import CertifiedBy, Certifier, NoAuthorities
from hub.control.changes import ChangeSet
from hub.control.commands import apply
from hub.control.connector_changes import DeleteConnector
from hub.control.deletions import (
    Holdings,
    UnknownHoldings,
    expect_nothing_held,
    expect_stopped,
)
from hub.control.draft import Draft, Edit
from hub.control.key_changes import RegisterKey
from hub.control.refusals import ChangeRefused, Refusal
from hub.control.restore import past_of, touched
from hub.control.subscriptions import PUT, check_loops
from hub.control.targets import organisations_of, targets
from hub.control.trail import address_now
from hub.decision.rulebook import version_hash
from hub.decision.subscriptions import SubscriptionRecord
from hub.io.sql import backlogs
from hub.io.sql import control_tables as tables
from hub.io.sql.engine import sql_errors
from hub.signing.certificates import CertificateUnreadable


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
        holdings: Holdings | None = None,
        certifier: Certifier | None = None,
        *,
        four_eyes: frozenset[str] = frozenset(),
    ) -> None:
        self.engine, self.clock = engine, clock
        self.hub = hub
        self.adapters: Adapters = adapters or InstalledAdapters()
        """What connectors may be made of."""
        self._holdings: Holdings = holdings or UnknownHoldings()
        self.certifier: Certifier = certifier or NoAuthorities()
        """Who judges certificates of keys."""
        self._four_eyes = four_eyes
        """Kinds of changes that one person alone does not make."""
        self.written = asyncio.Event()
        """Set after each commit: the outbox worker of this process need not wait for its poll."""

    async def write(self, request: ChangeSet, *, actor: str) -> Written:
        """Make the changes one version of the rules, with its outbox rows and its trail entry.

        Returns once committed; routers follow as soon as the outbox worker has published it.

        Raises:
            ChangeRefused: nothing was done.
            Unavailable: SQL is away; whether it was done is unknown, and repeating is safe.
        """
        self._expect_alone(request.changes)
        await self._expect_deletable(request.changes)
        certified = await self._certified(request.changes)
        with sql_errors("writing rules"):
            async with self.engine.begin() as connection:
                written = await self.write_in(
                    connection, request.changes, request.reason, actor, certified
                )
        self.written.set()
        return written

    async def check(self, request: ChangeSet) -> None:
        """Return if `write` would make these changes now. Nothing is changed.

        Raises:
            ChangeRefused: it would not.
            Unavailable: SQL is away.
        """
        await self._expect_deletable(request.changes)
        certified = await self._certified(request.changes)
        with sql_errors("looking at changes"):
            async with self.engine.connect() as connection:
                await self.edits(connection, request.changes, certified)

    async def write_in(
        self,
        connection: AsyncConnection,
        changes: Sequence[Any],
        reason: str,
        actor: str,
        certified: CertifiedBy | None = None,
    ) -> Written:
        """Do what `write` does in the caller's transaction; set `written` after its commit.

        Raises:
            ChangeRefused: roll back.
        """
        # One transaction: entities, version, outbox and trail are there together or not.
        version, last_hash = await store.lock(connection)
        edits = await self.edits(connection, changes, certified)
        written = await _save(connection, edits, version, last_hash, self.clock())
        # Invariant 11: who, when, what and why, in the same transaction as the change.
        await _save_trail(connection, reason, actor, edits, written)
        return written

    def _expect_alone(self, changes: Sequence[Any]) -> None:
        for index, change in enumerate(changes):
            if change.change in self._four_eyes:
                detail = f"{change.change} needs a second person here: POST /v1/admin/proposals"
                raise ChangeRefused(Refusal.SECOND_PERSON, detail, f"changes/{index}")

    async def _certified(self, changes: Sequence[Any]) -> CertifiedBy:
        """Judge the certificates of new keys; without the lock: their authorities are asked."""
        texts = {
            change.certificate: f"changes/{index}"
            for index, change in enumerate(changes)
            if isinstance(change, RegisterKey) and change.certificate is not None
        }
        found = {}
        for text, place in texts.items():
            try:
                found[text] = await self.certifier.certify(text)
            except CertificateUnreadable as error:
                raise ChangeRefused(Refusal.CERTIFICATE_REFUSED, str(error), place) from error
        return found

    async def _expect_deletable(self, changes: Sequence[Any]) -> None:
        """Look whether connectors are deleted that hold something; without the lock: it takes long.

        What has stopped holds no more later on. That it has is looked at before the count, and
        again in the transaction.
        """
        named = [change for change in changes if isinstance(change, DeleteConnector)]
        if not named:
            return
        with sql_errors("reading connectors"):
            async with self.engine.connect() as connection:
                stored = await store.load(connection, targets(named).keys)
                await expect_stopped(connection, changes, stored, self.clock())
        await expect_nothing_held(changes, self._holdings)

    async def edits(
        self,
        connection: AsyncConnection,
        changes: Sequence[Any],
        certified: CertifiedBy | None = None,
    ) -> Mapping[str, Edit]:
        """Return what the changes would make of the entities, all checks passed. Writes nothing.

        Raises:
            ChangeRefused: they cannot be made.
        """
        needed = await asyncio.to_thread(targets, changes)
        past = await past_of(connection, changes)
        again, organisations, areas = touched(past)
        stored = await store.load(connection, needed.keys | again)
        await expect_stopped(connection, changes, stored, self.clock())
        stored |= await store.load_where(connection, "key", "thumbprint", needed.thumbprints)
        stored |= await store.load_where(
            connection, "endpoint", "organisation", needed.organisations | organisations
        )
        stored |= await store.load_where(connection, "competence", "area", needed.areas | areas)
        if certified:
            stored |= await store.load_where(
                connection, "code", "organisation", organisations_of(changes, stored)
            )
        draft = Draft(
            stored,
            hub=self.hub,
            now=self.clock(),
            adapters=self.adapters,
            certified=certified,
            version=await store.newest(connection),
            past=past,
        )
        # In a thread: thousands of key proofs must not stop the process that admits messages.
        edits, missing = await asyncio.to_thread(_apply_all, changes, draft)
        draft.learn(await store.load(connection, missing))
        await _learn_kin(connection, draft, edits)
        removed = checks.gone(edits)
        users = await store.referring(connection, removed)
        await asyncio.to_thread(_check_all, draft, edits, users, removed)
        return edits


async def _learn_kin(connection: AsyncConnection, draft: Draft, edits: Mapping[str, Edit]) -> None:
    """Read who is above the changed organisations, and in their place, to the ends."""
    if not any(key.startswith("organisation/") for key in edits):
        return
    seen: set[str] = set()
    while missing := await asyncio.to_thread(draft.kin, seen):
        seen |= missing
        draft.learn(await store.load(connection, missing))


def _apply_all(changes: Sequence[Any], draft: Draft) -> tuple[Mapping[str, Edit], list[str]]:
    """Return what the changes make, and the keys of what they name and nobody has read yet."""
    for index, change in enumerate(changes):
        apply(change, draft, f"changes/{index}")
    edits = draft.edits()
    return edits, [key for key in checks.named(edits) if not draft.exists(key)]


def _check_all(
    draft: Draft, edits: Mapping[str, Edit], users: list[tuple[str, str]], removed: frozenset[str]
) -> None:
    checks.check_references(draft, edits)
    checks.check_unused(edits, users, removed)
    checks.check_endpoints(draft)
    check_loops(draft, edits)
    checks.check_competences(draft)
    checks.check_kin(draft, edits)


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
    values, hash_ = await asyncio.to_thread(_encoded, edits, last_hash)
    written = Written(
        version=version + 1,
        hash=hash_,
        changed=len(edits),
        at=now,
    )
    await _begin_backlogs(connection, edits, written.version)
    await _save_version(connection, written, last_hash, values)
    return written


async def _begin_backlogs(
    connection: AsyncConnection, edits: Mapping[str, Edit], version: int
) -> None:
    """Let subscriptions that ask for the past be given it, once the version is in force."""
    for key, edit in edits.items():
        record = edit.record
        if isinstance(record, SubscriptionRecord) and record.since and edit.action == PUT:
            await backlogs.begin(connection, key.partition("/")[2], record.since, version)


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
    await store.insert_rows(
        connection,
        tables.outbox,
        ({"version": written.version, "entity": key, "value": v} for key, v in values.items()),
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
            address=address_now(),
        )
    )
    (number,) = entry.inserted_primary_key or (0,)
    await store.insert_rows(
        connection,
        tables.trail_entities,
        (
            {"entry": number, "entity": key, "action": edit.action, "after": edit.noted}
            for key, edit in edits.items()
        ),
    )


def _encoded(edits: Mapping[str, Edit], last_hash: str) -> tuple[dict[str, bytes | None], str]:
    encode = msgspec.json.encode
    values = {
        key: None if edit.record is None else encode(edit.record) for key, edit in edits.items()
    }
    return values, version_hash(last_hash, values.items())
