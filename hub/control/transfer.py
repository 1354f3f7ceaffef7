"""The configuration as a file, and what such a file would change in this hub.

A file holds changes of the one door to the rules (`hub.control.changes`): it is taken in as any
other change set. What needs more than a wish is not in it: keys (a proof of possession), networks
of connectors (a second person), published schemas (their own procedure). Secrets never are:
configurations name them by reference.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Any, Final

import msgspec
from pydantic import BaseModel, TypeAdapter
from sqlalchemy import func, select

from hub.control import changes as ask
from hub.control import directory_changes as directory
from hub.control import store
from hub.control.changes import Change, ChangeSet
from hub.control.connector_changes import PutConnector
from hub.control.quota_changes import PutQuota
from hub.control.refusals import ChangeRefused
from hub.control.right_changes import PauseRight, PutRight
from hub.control.service import Control
from hub.control.targets import targets
from hub.control.versions import Versions
from hub.io.sql import control_tables as tables
from hub.io.sql.engine import sql_errors

FORMAT: Final = "lgsp-hub-config/1"

_RETIRED: Final = "retired"
_SUSPENDED: Final = "suspended"
_PAUSED: Final = "paused"
_ENDED: Final = "ended"
_MADE_BY: Final[Mapping[str, type[BaseModel]]] = {
    "organisation": directory.PutOrganisation,
    "code": directory.PutCode,
    "group": directory.PutGroup,
    "competence": directory.PutCompetence,
    "system": ask.PutSystem,
    "endpoint": ask.PutEndpoint,
    "right": PutRight,
    "quota": PutQuota,
    "document_policy": ask.PutDocumentPolicy,
    "connector": PutConnector,
}
"""Kind to the change that makes one: in the order in which a person reads a directory."""
_ID: Final = {
    "organisation": "id",
    "code": "code",
    "group": "name",
    "system": "system",
    "right": "id",
    "quota": "system",
    "document_policy": "type",
    "connector": "name",
}
_PAIRS: Final = {"endpoint": ("organisation", "system"), "competence": ("area", "organisation")}
"""Kinds whose id has two parts."""
_TAKEN: Final[tuple[type[BaseModel], ...]] = (
    *_MADE_BY.values(),
    ask.SuspendSystem,
    PauseRight,
)
_changes: Final[TypeAdapter[Change]] = TypeAdapter(Change)


@unique
class Outcome(StrEnum):
    """What a change of a file would do here."""

    SAME = "same"
    NEW = "new"
    CHANGED = "changed"
    CONFLICT = "conflict"
    """It was changed here too since the file was made, or the file is of another hub."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One change of a file, and what is here."""

    entity: str
    outcome: Outcome
    before: Mapping[str, Any] | None
    """As a change; None: there is none here."""
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a file would do here."""

    version: int
    """Of the rules that it was held against."""
    lines: tuple[Line, ...]
    refusal: ChangeRefused | None
    """Why the hub would not take it as it is; None: it would."""


class Transfer:
    """Makes files, and looks at them. Every method raises `Unavailable` when SQL is away."""

    def __init__(self, control: Control) -> None:
        self._control = control

    async def export(self, kinds: Iterable[str]) -> dict[str, Any]:
        """Return the configuration of these kinds, as of one version."""
        with sql_errors("reading the configuration"):
            async with self._control.engine.connect() as connection:
                head = tables.rules_head.c
                row = (await connection.execute(select(head.version, head.hash))).one()
                found = [
                    change
                    for kind in kinds
                    for one in await connection.execute(
                        select(store.TABLES[kind]).order_by(store.TABLES[kind].c.id)
                    )
                    for change in _asked(kind, one.id, store.to_record(kind, one))
                ]
        changes = [one.model_dump(mode="json") for one in found]
        head_fields = {"format": FORMAT, "hub": self._control.hub, "version": row.version}
        return {**head_fields, "hash": row.hash, "changes": changes}

    async def report(self, version: int, hash_: str, changes: tuple[Change, ...]) -> Report:
        """Return what a file of this version would do. Nothing is changed."""
        named = [(_key(one), one) for one in changes]
        with sql_errors("looking at a configuration"):
            async with self._control.engine.connect() as connection:
                stored = await store.load(connection, {key for key, _ in named})
                newest = await self._newest(connection, {key for key, _ in named})
        head, _ = await Versions(self._control.engine).head()
        base = version if await self._is_ours(version, hash_) else None
        lines = tuple(_line(key, one, stored.get(key), newest.get(key), base) for key, one in named)
        return Report(version=head, lines=lines, refusal=await self._refusal(changes, lines))

    async def _is_ours(self, version: int, hash_: str) -> bool:
        found = await Versions(self._control.engine).get(version)
        return found is not None and found.record.hash == hash_

    async def _newest(self, connection: Any, keys: set[str]) -> dict[str, int]:
        """Return in which version each entity was changed last."""
        o, found = tables.outbox.c, dict[str, int]()
        for part in store.slices(keys):
            query = select(o.entity, func.max(o.version).label("version")).group_by(o.entity)
            rows = await connection.execute(query.where(o.entity.in_(part)))
            found |= {row.entity: row.version for row in rows}
        return found

    async def _refusal(
        self, changes: tuple[Change, ...], lines: Iterable[Line]
    ) -> ChangeRefused | None:
        if all(line.outcome is Outcome.SAME for line in lines):
            return None
        try:
            await self._control.check(ChangeSet(reason="preview", changes=changes))
        except ChangeRefused as refused:
            return refused
        return None


def expect_taken(changes: Iterable[Change]) -> None:
    """Return if a file may hold these changes.

    Raises:
        ValueError: one makes a key, publishes, removes or orders something.
    """
    for index, one in enumerate(changes):
        if not isinstance(one, _TAKEN):
            detail = f"changes/{index}: {one.change} is not taken from a file"
            raise ValueError(detail)  # noqa: TRY004  (what a file says, not what a caller does)


def _asked(kind: str, id: str, record: Any) -> Iterator[Any]:
    """Return the changes that make an entity as it is; none for what is gone for good."""
    fields: dict[str, Any] = msgspec.to_builtins(record)
    if fields.get("state") in (_RETIRED, _ENDED):
        return
    model = _MADE_BY[kind]
    if kind in _ID:
        fields[_ID[kind]] = id
    if kind in _PAIRS:
        fields |= zip(_PAIRS[kind], id.split("/"), strict=True)
    if kind == "connector":
        fields["windows"] = [
            {**one, "start": one["start"][:5], "end": one["end"][:5]} for one in fields["windows"]
        ]
    known = {name: value for name, value in fields.items() if name in model.model_fields}
    for earlier in fields.get("earlier", ()):  # Who had a code before has it again, in its days.
        yield _changes.validate_python({"change": f"put_{kind}", **known, **earlier})
    yield _changes.validate_python({"change": f"put_{kind}", **known})
    if fields.get("state") == _SUSPENDED:
        yield ask.SuspendSystem(change="suspend_system", system=id)
    if kind == "right" and fields["state"] == _PAUSED:
        yield PauseRight(change="pause_right", id=id)


def _key(change: Any) -> str:
    kind = change.change.partition("_")[2]
    if kind in _PAIRS:
        return f"{kind}/" + "/".join(getattr(change, name) for name in _PAIRS[kind])
    return min(targets([change]).keys)


def _line(key: str, wanted: Any, record: Any, newest: int | None, base: int | None) -> Line:
    kind, _, id = key.partition("/")
    made = [] if record is None else list(_asked(kind, id, record))
    alike = [one for one in made if one.change == wanted.change]
    here = wanted if wanted in alike else next(reversed(alike), None)
    return Line(
        entity=key,
        outcome=_outcome(wanted, here, newest, base),
        before=None if here is None else here.model_dump(mode="json"),
        after=wanted.model_dump(mode="json"),
    )


def _outcome(wanted: Any, here: Any, newest: int | None, base: int | None) -> Outcome:
    if here == wanted:
        return Outcome.SAME
    if here is None and newest is None:
        return Outcome.NEW
    # Changed or removed here after the file was made: taking it in would undo somebody's work.
    touched = base is None or (newest is not None and newest > base)
    if touched:
        return Outcome.CONFLICT
    return Outcome.NEW if here is None else Outcome.CHANGED
