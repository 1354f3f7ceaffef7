"""The hierarchy and the succession of organisations: cycles in them, and groups made of them. Pure.

Any depth: nothing here calls itself, so that ten thousand tiers are no stack overflow.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from hub.directory.organisations import Organisation

Edges = Mapping[str, Sequence[str]]
"""From each organisation to its parent, or to its successors."""


def cycle(edges: Edges, starts: Iterable[str]) -> tuple[str, ...]:
    """Return a way from an organisation back to itself, found from `starts` on; () for none."""
    done: set[str] = set()
    for start in starts:
        path: list[str] = []
        on_path: set[str] = set()
        waiting = [(start, False)]
        while waiting:
            id, leaving = waiting.pop()
            if leaving:
                done.add(id)
                on_path.discard(path.pop())
            elif id in on_path:
                return (*path[path.index(id) :], id)
            elif id not in done:
                path.append(id)
                on_path.add(id)
                waiting.append((id, True))
                waiting.extend((one, False) for one in edges.get(id, ()))
    return ()


def children(organisations: Mapping[str, Organisation]) -> dict[str, list[str]]:
    """Return the ids under each organisation, sorted: the same records, the same order."""
    found: dict[str, list[str]] = defaultdict(list)
    for id, one in sorted(organisations.items()):
        if one.parent is not None:
            found[one.parent].append(id)
    return found


def below(
    organisations: Mapping[str, Organisation],
    under: Mapping[str, Sequence[str]],
    top: str,
    level: str,
) -> tuple[str, ...]:
    """Return the nearest organisations of a level below `top`.

    All departments of a province are those of its own level right below it; all communes are
    found through the districts while there are any. What is below one that is found belongs to it
    and is not counted itself. Closed ones are passed over: they are members of nothing.
    """
    found: list[str] = []
    waiting, seen = list(under.get(top, ())), {top}
    while waiting:
        id = waiting.pop()
        if id in seen:
            continue
        seen.add(id)
        one = organisations[id]
        if one.level == level and one.active:
            found.append(id)
        else:
            waiting.extend(under.get(id, ()))
    return tuple(sorted(found))
