"""Which stored entities a change set looks at, so that they are read in a few statements."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lgsp_message.keys import KeyUnusable, load_jwk, public_jwk, thumbprint

from hub.control import changes as ask
from hub.control import connector_changes as about
from hub.control import conversion_changes as conversions
from hub.control import directory_changes as directory
from hub.control import key_changes as keys
from hub.control import quota_changes as quotas
from hub.control import right_changes as rights
from hub.control import subscription_changes as subs
from hub.control.organisations import spelt
from hub.control.restore import RestoreRules


@dataclass(frozen=True, slots=True)
class Targets:
    """What to read before the commands run."""

    keys: set[str] = field(default_factory=set)
    """Keys of single entities, `<kind>/<id>`."""
    thumbprints: set[str] = field(default_factory=set)
    """Registered keys to find under whatever system has them."""
    organisations: set[str] = field(default_factory=set)
    """Organisations whose endpoints are needed, all of them."""
    areas: set[str] = field(default_factory=set)
    """Areas whose competences are needed, all of them."""


def targets(changes: Iterable[Any]) -> Targets:
    """Return what these changes look at."""
    found = Targets()
    for change in changes:
        if isinstance(change, RestoreRules):
            continue  # What it looks at is found in the past.
        _add(change, found)
    return found


def organisations_of(changes: Iterable[Any], stored: Mapping[str, Any]) -> set[str]:
    """Return the organisations of the systems that keys with certificates are registered for."""
    named = {
        change.system
        for change in changes
        if isinstance(change, keys.RegisterKey) and change.certificate is not None
    }
    known = {name: stored.get(f"system/{name}") for name in named}
    made = {
        change.organisation
        for change in changes
        if isinstance(change, ask.PutSystem) and change.system in named
    }
    return made | {one.organisation for one in known.values() if one is not None}


def _add(change: Any, found: Targets) -> None:
    match change:
        case ask.PutEndpoint() | ask.DeleteEndpoint():
            found.organisations.add(change.organisation)
        case directory.PutCompetence() | directory.DeleteCompetence():
            found.areas.add(change.area)
        case directory.PutCode() | directory.DeleteCode():
            found.keys.add(f"code/{spelt(change.code)}")
        case conversions.PutConversion() | conversions.DeleteConversion():
            found.keys.add(f"conversion/{conversions.conversion_id(change)}")
        case (
            keys.RegisterKey()
            | keys.RevokeKey()
            | keys.EndKey()
            | keys.SuspendKey()
            | keys.ResumeKey()
            | keys.CompromiseKey()
        ):
            _add_key(change, found)
        case _:
            kind, name = _SINGLE.get(type(change), ("system", "system"))
            found.keys.add(f"{kind}/{getattr(change, name)}")


def _add_key(change: Any, found: Targets) -> None:
    if isinstance(change, keys.RegisterKey):
        found.keys.add(f"system/{change.system}")
        found.thumbprints.update(_thumbprint(change))
    else:
        found.thumbprints.add(change.thumbprint)


def _thumbprint(change: keys.RegisterKey) -> list[str]:
    try:
        return [thumbprint(public_jwk(load_jwk(change.jwk)))]
    except KeyUnusable:
        return []  # The command itself refuses it, and says why.


_SINGLE: Final[Mapping[type[Any], tuple[str, str]]] = {
    directory.PutOrganisation: ("organisation", "id"),
    directory.DeleteOrganisation: ("organisation", "id"),
    directory.PutGroup: ("group", "name"),
    directory.DeleteGroup: ("group", "name"),
    rights.PutRight: ("right", "id"),
    **dict.fromkeys(
        (rights.PauseRight, rights.ResumeRight, rights.EndRight, rights.DeleteRight),
        ("right", "id"),
    ),
    about.PutConnector: ("connector", "name"),
    about.DeleteConnector: ("connector", "name"),
    about.PauseConnector: ("connector", "name"),
    about.ResumeConnector: ("connector", "name"),
    about.StopConnector: ("connector", "name"),
    about.RestartConnector: ("connector", "name"),
    about.SetNetworks: ("connector", "name"),
    ask.PublishSchema: ("schema", "schema_name"),
    ask.DeprecateSchema: ("schema", "schema_name"),
    ask.RetireSchema: ("schema", "schema_name"),
    ask.PutDocumentPolicy: ("document_policy", "type"),
    subs.PutSubscription: ("subscription", "id"),
    subs.PauseSubscription: ("subscription", "id"),
    subs.ResumeSubscription: ("subscription", "id"),
    subs.EndSubscription: ("subscription", "id"),
    subs.PutTypeOwner: ("type_owner", "type"),
    subs.DeleteTypeOwner: ("type_owner", "type"),
    subs.PutExchange: ("exchange", "type"),
    subs.DeleteExchange: ("exchange", "type"),
    quotas.PutQuota: ("quota", "system"),
    quotas.DeleteQuota: ("quota", "system"),
}
"""Kind of change to the kind of the one entity it is about, and the field that names it. All others
are about a system."""
