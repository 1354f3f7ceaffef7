"""Who joined and left Kafka's consumer groups, as far as this process has looked.

Kafka keeps no history of it. What is not looked at is not known: the answer says since when.
"""

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from hub.io.kafka.groups import Group, Member

KEPT: Final = 200
"""Changes remembered: a screen full many times over, and a few kB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A group that had others in it, or another state, than at the look before."""

    at: datetime
    group: str
    state: str
    joined: tuple[Member, ...]
    left: tuple[Member, ...]


@dataclass(slots=True)
class Rebalances:
    """Compares each look with the one before."""

    since: datetime | None = None
    """The first look."""
    changes: deque[Change] = field(default_factory=lambda: deque(maxlen=KEPT))
    _known: dict[str, Group] = field(default_factory=dict)

    def look(self, groups: Iterable[Group], at: datetime) -> None:
        """Note what has changed since the last look."""
        found = {one.name: one for one in groups}
        if self.since is None:
            self.since = at
        else:
            for name in sorted(found.keys() | self._known.keys()):
                self._compare(name, self._known.get(name), found.get(name), at)
        self._known = found

    def _compare(self, name: str, old: Group | None, new: Group | None, at: datetime) -> None:
        before, after = (Counter(one.members if one else ()) for one in (old, new))
        joined, left = after - before, before - after
        state = new.state if new else "Dead"
        if joined or left or state != (old.state if old else "Dead"):
            self.changes.appendleft(
                Change(
                    at=at,
                    group=name,
                    state=state,
                    joined=tuple(joined.elements()),
                    left=tuple(left.elements()),
                )
            )
