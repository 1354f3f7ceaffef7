"""Which organisations a rule about some of them covers, and from which day. Pure.

A rule outlives a reorganisation: it goes on for whoever has the place of the one it names.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from heapq import heappop, heappush
from typing import TypeAlias

from hub.directory.organisations import Organisation
from hub.directory.tree import children

Covered: TypeAlias = Mapping[str, date]
"""Id of an organisation to the day after which it is covered; `date.min`: on every day."""

Edge: TypeAlias = tuple[str, date]


class Kin:
    """Who is under whom and who took whose place, turned round. Made once for each version."""

    def __init__(self, organisations: Mapping[str, Organisation]) -> None:
        self._organisations = organisations

    @cached_property
    def _under(self) -> Mapping[str, list[str]]:
        return children(self._organisations)

    @cached_property
    def _before(self) -> Mapping[str, list[str]]:
        """Successor to those whose whole place it has."""
        before: dict[str, list[str]] = defaultdict(list)
        for id, one in self._organisations.items():
            if len(one.successors) == 1:
                before[one.successors[0]].append(id)
        return before

    def heirs(self, ids: Iterable[str]) -> Covered:
        """Return these and, each from its day on, whoever has their place; of a split, all."""
        return _reached(ids, self._successors)

    def area(self, tops: Iterable[str]) -> Covered:
        """Return these, their heirs, and all below either.

        Also what still stands under one that they have taken the place of, where nobody else has:
        communes are not all entered anew on the day their province is merged.
        """
        return _reached(tops, self._of_area)

    def _successors(self, id: str) -> Iterator[Edge]:
        one = self._organisations.get(id)
        if one is not None and one.last_day is not None:
            yield from ((heir, one.last_day) for heir in one.successors)

    def _of_area(self, id: str) -> Iterator[Edge]:
        yield from ((one, date.min) for one in self._under.get(id, ()))
        yield from self._successors(id)
        for one in self._before.get(id, ()):
            last = self._organisations[one].last_day
            if last is not None:
                yield one, last


def _reached(starts: Iterable[str], edges: Callable[[str], Iterator[Edge]]) -> Covered:
    """Return what is reached, each from the earliest day on (Dijkstra; the longest day counts)."""
    found: dict[str, date] = {}
    waiting: list[tuple[date, str]] = []
    for id in starts:
        heappush(waiting, (date.min, id))
    while waiting:
        day, id = heappop(waiting)
        if id in found:
            continue
        found[id] = day
        for other, since in edges(id):
            if other not in found:
                heappush(waiting, (max(day, since), other))
    return found
