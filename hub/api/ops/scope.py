"""From what a person may do to which messages and figures he sees (invariant 11)."""

from hub.control.people.rights import Action, Grant, Person, Scope
from hub.decision.rules import Rules
from hub.io.sql.message_filter import Viewer
from hub.io.sql.views_reading import Within


def viewers(person: Person, action: Action, rules: Rules) -> tuple[Viewer, ...] | None:
    """Return what somebody may see of messages; None: all of them."""
    scope = person.scope(action)
    if scope.whole:
        return None
    return tuple(_viewer(grant, rules) for grant in scope.grants)


def parts(person: Person, action: Action) -> tuple[Within, ...] | None:
    """Return what somebody may see of figures; None: all of them."""
    scope = person.scope(action)
    if scope.whole:
        return None
    return tuple(_part(grant) for grant in scope.grants)


def organisations(person: Person, action: Action) -> frozenset[str] | None:
    """Return whose affairs somebody may see that are of no type; None: everybody's."""
    scope = person.scope(action)
    if scope.whole:
        return None
    mine = (grant.within or frozenset() for grant in scope.grants if grant.types is None)
    return frozenset().union(*mine)


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


def _part(grant: Grant) -> Within:
    if grant.organisation is None:
        return Within(organisations=None, types=grant.types)
    return Within(organisations=grant.within or frozenset(), types=grant.types)


def _viewer(grant: Grant, rules: Rules) -> Viewer:
    if grant.organisation is None:
        return Viewer(systems=None, types=grant.types)
    return Viewer(systems=systems_of(rules, grant.within or frozenset()), types=grant.types)
