"""What must hold for the finished draft, whatever the order of its changes was."""

from collections.abc import Iterable, Mapping
from typing import Final

from hub.control.draft import RETIRED, Draft, Edit
from hub.control.refusals import ChangeRefused, Refusal
from hub.decision.rulebook import SystemRecord
from hub.directory.tree import cycle

_SHOWN: Final = 8
"""Most organisations of a cycle that a refusal names."""


def named(edits: Mapping[str, Edit]) -> frozenset[str]:
    """Return the keys of everything that the changed entities name."""
    return frozenset().union(*(edit.names for edit in edits.values()))


def gone(edits: Mapping[str, Edit]) -> frozenset[str]:
    """Return the keys of what nothing may name any more: removed entities and retired systems."""
    return frozenset(key for key, edit in edits.items() if _is_gone(edit))


def check_references(draft: Draft, edits: Mapping[str, Edit]) -> None:
    """Return if everything that a changed entity names will be there.

    Raises:
        ChangeRefused: `UNKNOWN_ENTITY`; invariant 5: a rule about nobody would be no rule.
    """
    for key, edit in edits.items():
        for target in sorted(edit.names):
            if not draft.exists(target) or _is_retired(draft, target):
                raise ChangeRefused(Refusal.UNKNOWN_ENTITY, f"no {target}", key)


def check_unused(
    edits: Mapping[str, Edit], stored: Iterable[tuple[str, str]], retired: frozenset[str]
) -> None:
    """Return if nothing names what is gone. `stored`: (entity, what it names) in the tables.

    Raises:
        ChangeRefused: `IN_USE`.
    """
    if not retired:
        return
    current = [(key, target) for key, edit in edits.items() for target in edit.names]
    kept = [(key, target) for key, target in stored if key not in edits]
    for key, target in [*current, *kept]:
        if target in retired:
            raise ChangeRefused(Refusal.IN_USE, f"{key} still names it", target)


def check_kin(draft: Draft, edits: Mapping[str, Edit]) -> None:
    """Return if no organisation is above itself, or takes its own place.

    The draft knows all that is reached from the changed ones: a new cycle goes through one of them.

    Raises:
        ChangeRefused: `CYCLE`; the detail tells the way round.
    """
    known = dict(draft.organisations())
    starts = [id for id in known if f"organisation/{id}" in edits]
    parents = {id: [one.parent] if one.parent else [] for id, one in known.items()}
    successors = {id: one.successors for id, one in known.items()}
    for what, edges in (("parent", parents), ("successor", successors)):
        way = cycle(edges, starts)
        if way:
            told = " → ".join(way if len(way) <= _SHOWN else (*way[:_SHOWN], "…"))
            raise ChangeRefused(Refusal.CYCLE, f"by {what}: {told}", f"organisation/{way[0]}")


def check_competences(draft: Draft) -> None:
    """Return if each type has one organisation in each area.

    Raises:
        ChangeRefused: `COMPETENCE_TAKEN`.
    """
    dealing: dict[tuple[str, str], str] = {}
    for id, record in draft.competences():
        area, _, organisation = id.partition("/")
        for type_ in record.types:
            other = dealing.setdefault((area, type_), organisation)
            if other != organisation:
                detail = f"{other} deals with {type_} in {area}"
                raise ChangeRefused(Refusal.COMPETENCE_TAKEN, detail, f"competence/{id}")


def check_endpoints(draft: Draft) -> None:
    """Return if each type has one system in each organisation.

    Raises:
        ChangeRefused: `ENDPOINT_TAKEN`: two would make the recipient a matter of chance.
    """
    takers: dict[tuple[str, str], str] = {}
    for id, record in draft.endpoints():
        organisation, _, system = id.partition("/")
        for type_ in record.types:
            other = takers.setdefault((organisation, type_), system)
            if other != system:
                detail = f"{other} takes {type_} for {organisation}"
                raise ChangeRefused(Refusal.ENDPOINT_TAKEN, detail, f"endpoint/{id}")


def _is_gone(edit: Edit) -> bool:
    if edit.record is None:
        return True
    return isinstance(edit.record, SystemRecord) and edit.record.state == RETIRED


def _is_retired(draft: Draft, target: str) -> bool:
    kind, _, id = target.partition("/")
    known = draft.find(SystemRecord, id) if kind == "system" else None
    return known is not None and known.state == RETIRED
