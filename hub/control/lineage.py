"""Whom an organisation came from and who came after it, as far as the directory knows."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.control import store
from hub.decision.directory_records import OrganisationRecord

MOST: Final = 500
"""Organisations in one lineage. All 63 provinces and what they were before 2008 are a third."""

_PREFIX: Final = "organisation/"


@dataclass(slots=True)
class Lineage:
    """Organisations by id, and which of them are forebears, descendants, or the one itself."""

    records: dict[str, OrganisationRecord] = field(default_factory=dict)
    line: set[str] = field(default_factory=set)
    whole: bool = True
    """False: there are more than are shown."""


class Kin:
    """Follows successions both ways, on a connection whose transaction the caller owns."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._found = Lineage()

    async def of(self, id: str) -> Lineage:
        """Return the lineage of an organisation, with whoever took part in what befell it."""
        await self._load([id])
        after = await self._closure(id, self._successors)
        before = await self._closure(id, self._predecessors)
        self._found.line = {id, *after, *before}
        # Who else merged into the same, and who else came out of the same split.
        await self._predecessors(after)
        await self._successors([id, *before])
        return self._found

    async def _closure(
        self, id: str, step: Callable[[Iterable[str]], Awaitable[set[str]]]
    ) -> set[str]:
        found: set[str] = set()
        fresh = {id}
        while fresh:
            if len(found) > MOST:
                self._found.whole = False
                break
            fresh = await step(fresh) - found - {id}
            found |= fresh
        return found

    async def _successors(self, ids: Iterable[str]) -> set[str]:
        records = self._found.records
        named = {one for id in ids if id in records for one in records[id].successors}
        await self._load(named)
        return named

    async def _predecessors(self, ids: Iterable[str]) -> set[str]:
        wanted = set(ids)
        pairs = await store.referring(self._connection, [_PREFIX + one for one in wanted])
        naming = {one.removeprefix(_PREFIX) for one, _ in pairs if one.startswith(_PREFIX)}
        records = await self._read(naming)
        # Children name their parent too: only who names it as a successor came before it.
        found = {id for id, one in records.items() if not wanted.isdisjoint(one.successors)}
        self._found.records |= {id: records[id] for id in found}
        return found

    async def _load(self, ids: Iterable[str]) -> None:
        missing = [id for id in ids if id not in self._found.records]
        self._found.records |= await self._read(missing)

    async def _read(self, ids: Iterable[str]) -> dict[str, OrganisationRecord]:
        found = await store.load(self._connection, [_PREFIX + id for id in ids])
        return {
            key.removeprefix(_PREFIX): record
            for key, record in found.items()
            if isinstance(record, OrganisationRecord)
        }
