"""What the control plane refuses, as a problem document."""

from typing import Final

from hub.api.problems import Problem
from hub.control.refusals import ChangeRefused, Refusal

_CONFLICTS: Final = frozenset(
    [
        Refusal.IN_USE,
        Refusal.RETIRED,
        Refusal.ALREADY_PUBLISHED,
        Refusal.INCOMPATIBLE_SCHEMA,
        Refusal.SCHEMA_STATE,
        Refusal.KEY_TAKEN,
        Refusal.KEY_REVOKED,
        Refusal.CERTIFICATE_UNCHECKED,
        Refusal.ENDPOINT_TAKEN,
        Refusal.ENDED,
        Refusal.NOT_CONFORMING,
        Refusal.SUBSCRIPTION_FIXED,
        Refusal.CONNECTOR_FIXED,
        Refusal.CONNECTOR_NOT_STOPPED,
        Refusal.CONNECTOR_HOLDS,
        Refusal.GROUP_FIXED,
        Refusal.SECOND_PERSON,
        Refusal.COUNT_DIFFERS,
        Refusal.JOB_STATE,
        Refusal.TOO_MANY_VIEWS,
        Refusal.NAME_TAKEN,
        Refusal.NO_LONGER_FITS,
        Refusal.DECIDED,
    ]
)
"""Refused because of what is there (409); the others because of what was asked (422)."""


def of_change(refused: ChangeRefused) -> Problem:
    """Return the problem of a change that is refused."""
    status = 409 if refused.code in _CONFLICTS else 422
    return Problem(status, refused.code, refused.detail, place=refused.place)


def of_named(refused: ChangeRefused) -> Problem:
    """Return the problem where the path names what the change is about: unknown is 404."""
    if refused.code is Refusal.UNKNOWN_ENTITY:
        return Problem(404, "not_found", refused.detail)
    return of_change(refused)
