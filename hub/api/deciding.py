"""Who may ask for a share of a type, and who says yes (invariant 11).

An agency's integrator asks for its own systems; the agency that owns the type approves. Whoever may
change all rules may do both, but never both for one request.
"""

from collections.abc import Collection, Sequence
from typing import Any

from hub.api.change_rights import RIGHT_OF_CHANGE
from hub.api.ops_audit_models import RequestAnswer
from hub.api.rights import Action, Person
from hub.api.staff import Staff
from hub.control.people.second_person import RIGHTS, Asked, Kind
from hub.control.proposals import Share, changes_of
from hub.control.share_changes import ShareOrder


def asks(person: Person, share: Share) -> bool:
    """Say whether the system, or the type, is this person's."""
    scope = person.scope(Action.CHANGE_RULES)
    mine = share.organisation is not None and scope.allows(share.organisation, share.type)
    return mine or owns(person, share)


def owns(person: Person, share: Share) -> bool:
    """Say whether this person speaks for the agency that owns the type."""
    scope = person.scope(Action.CHANGE_RULES)
    return scope.whole or (share.owner is not None and scope.allows(share.owner, share.type))


def sees(person: Person, shares: Sequence[Share]) -> bool:
    """Say whether a share is this person's to look at: as its system's side, or as an owner."""
    scope = person.scope(Action.VIEW_RULES)
    return scope.whole or any(
        place is not None and scope.allows(place, one.type)
        for one in shares
        for place in (one.organisation, one.owner)
    )


def may_order(person: Person, shares: Sequence[Share], order: ShareOrder) -> bool:
    """Say whether this person may: less is always safe, more is for the owners of the types."""
    allowed = owns if order is ShareOrder.RESUME else asks
    return all(allowed(person, one) for one in shares)


async def may_ask(staff: Staff, changes: Collection[Any], person: Person) -> bool:
    """Say whether this person may ask for all of these changes."""
    if _changes_all(changes, person):
        return True
    shares = await staff.proposals.shares(changes)
    return shares is not None and all(asks(person, one) for one in shares)


async def may_decide(staff: Staff, asked: Asked, person: Person) -> bool:
    """Say whether all that a request needs lies in this person's hands, had another asked."""
    if asked.kind is not Kind.RULES:
        return person.scope(RIGHTS[asked.kind]).whole
    changes = changes_of(asked)
    if _changes_all(changes, person):
        return True
    shares = await staff.proposals.shares(changes)
    return shares is not None and all(owns(person, one) for one in shares)


async def concerns(staff: Staff, asked: Asked, person: Person) -> bool:
    """Say whether a request is one that this person asked, may decide, or could have asked."""
    if asked.asked_by == person.name or await may_decide(staff, asked, person):
        return True
    return asked.kind is Kind.RULES and await may_ask(staff, changes_of(asked), person)


async def request_shown(staff: Staff, asked: Asked, person: Person) -> RequestAnswer:
    """Return a request as an answer to this person."""
    open_ = asked.decision is None and asked.asked_by != person.name
    may = open_ and await may_decide(staff, asked, person)
    names = (name for name in Asked.__slots__ if name != "payload")
    fields = {name: getattr(asked, name) for name in names}
    return RequestAnswer(**fields, payload=dict(asked.payload), may_approve=may)


def _changes_all(changes: Collection[Any], person: Person) -> bool:
    return all(person.scope(RIGHT_OF_CHANGE[change.change]).whole for change in changes)
