"""From what a person may do to which messages he sees (invariant 11)."""

from hub.control.people.rights import Action, Grant, Person, Scope
from hub.decision.rules import Rules
from hub.io.sql.message_filter import Viewer


def viewers(person: Person, action: Action, rules: Rules) -> tuple[Viewer, ...] | None:
    """Return what somebody may see of messages; None: all of them."""
    scope = person.scope(action)
    if scope.whole:
        return None
    return tuple(_viewer(grant, rules) for grant in scope.grants)


def sees(scope: Scope, rules: Rules, system: str, type_: str | None) -> bool:
    """Say whether what this system sends or gets of this type is inside the scope.

    A system that the rules no longer know belongs to nobody's part: only who sees all sees it.
    """
    known = rules.systems.get(system)
    return scope.whole or (known is not None and scope.allows(known.organisation, type_))


def systems_of(rules: Rules, organisations: frozenset[str]) -> frozenset[str]:
    """Return the systems of these organisations."""
    return frozenset(
        name for name, system in rules.systems.items() if system.organisation in organisations
    )


def _viewer(grant: Grant, rules: Rules) -> Viewer:
    if grant.organisation is None:
        return Viewer(systems=None, types=grant.types)
    return Viewer(systems=systems_of(rules, grant.within or frozenset()), types=grant.types)
