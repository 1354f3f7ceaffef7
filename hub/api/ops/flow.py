"""Counts between systems, put together for levels or organisations."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from typing import Final, Literal

from hub.api.ops.overview_models import Way
from hub.decision.rules import Rules
from hub.decision.tallies import Counted
from hub.io.sql.figures import Flow

SHOWN: Final = (
    Counted.ADMITTED,
    Counted.DELIVERED,
    Counted.REFUSED,
    Counted.DEAD_LETTER,
    Counted.EXPIRED,
    Counted.REJECTED,
)
UNKNOWN: Final = "unknown"
"""The level of a system that is in the rules no more."""

By = Literal["level", "organisation", "system"]
_Side = Callable[[str], str]


def ways_of(
    flows: Iterable[Flow], rules: Rules, by: By, within: tuple[str | None, str | None]
) -> list[Way]:
    """Return the ways, the busiest first; `within`: only from and to these organisations."""
    side, found = _side(rules, by), dict[tuple[str, str | None], Counter[Counted]]()
    for flow in flows:
        if not _inside(flow, rules, within):
            continue
        to = side(flow.recipient) if flow.recipient else None
        found.setdefault((side(flow.source), to), Counter()).update(flow.counts)
    ways = [_way(origin, to, counts, rules, by) for (origin, to), counts in found.items()]
    return sorted(ways, key=lambda way: (-way.admitted - way.refused, way.origin, way.to or ""))


def concerning(flows: Iterable[Flow], systems: Collection[str]) -> list[Flow]:
    """Return what goes from or to these systems."""
    return [one for one in flows if one.source in systems or one.recipient in systems]


def _side(rules: Rules, by: By) -> _Side:
    if by == "system":
        return lambda system: system
    if by == "organisation":
        return lambda system: _organisation(rules, system) or system
    return lambda system: _level(rules, system)


def _organisation(rules: Rules, system: str) -> str | None:
    known = rules.systems.get(system)
    return None if known is None else known.organisation


def _level(rules: Rules, system: str) -> str:
    known = rules.directory.organisations.get(_organisation(rules, system) or "")
    return UNKNOWN if known is None else known.level


def _inside(flow: Flow, rules: Rules, within: tuple[str | None, str | None]) -> bool:
    sides = (flow.source, flow.recipient)
    return all(
        wanted is None or _organisation(rules, system) == wanted
        for wanted, system in zip(within, sides, strict=True)
    )


def _way(origin: str, to: str | None, counts: Counter[Counted], rules: Rules, by: By) -> Way:
    return Way(
        origin=origin,
        to=to,
        origin_name=_name(rules, by, origin),
        to_name=None if to is None else _name(rules, by, to),
        **{counted.value: counts[counted] for counted in SHOWN},
    )


def _name(rules: Rules, by: By, id: str) -> str | None:
    known = rules.directory.organisations.get(id) if by == "organisation" else None
    return None if known is None else known.name
