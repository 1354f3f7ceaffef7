"""Which stored entities a change set looks at, so that they are read in a few statements."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lgsp_message.keys import KeyUnusable, load_jwk, public_jwk, thumbprint

from hub.control import changes as ask
from hub.control import connector_changes as about


@dataclass(frozen=True, slots=True)
class Targets:
    """What to read before the commands run."""

    keys: set[str] = field(default_factory=set)
    """Keys of single entities, `<kind>/<id>`."""
    thumbprints: set[str] = field(default_factory=set)
    """Registered keys to find under whatever system has them."""
    organisations: set[str] = field(default_factory=set)
    """Organisations whose endpoints are needed, all of them."""


def targets(changes: Iterable[Any]) -> Targets:
    """Return what these changes look at."""
    found = Targets()
    for change in changes:
        _add(change, found)
    return found


def _add(change: Any, found: Targets) -> None:
    match change:
        case ask.PutOrganisation() | ask.DeleteOrganisation():
            found.keys.add(f"organisation/{change.id}")
        case ask.PutCode() | ask.DeleteCode():
            found.keys.add(f"code/{change.code}")
        case ask.PutGroup() | ask.DeleteGroup():
            found.keys.add(f"group/{change.name}")
        case ask.PutRight() | ask.DeleteRight():
            found.keys.add(f"right/{change.id}")
        case ask.PutEndpoint() | ask.DeleteEndpoint():
            found.organisations.add(change.organisation)
        case (
            about.PutConnector()
            | about.DeleteConnector()
            | about.PauseConnector()
            | about.ResumeConnector()
            | about.StopConnector()
            | about.RestartConnector()
            | about.SetNetworks()
        ):
            found.keys.add(f"connector/{change.name}")
        case ask.PublishSchema():
            found.keys.add(f"schema/{change.schema_name}")
        case ask.PutDocumentPolicy():
            found.keys.add(f"document_policy/{change.type}")
        case ask.RegisterKey() | ask.RevokeKey():
            _add_key(change, found)
        case _:
            found.keys.add(f"system/{change.system}")


def _add_key(change: ask.RegisterKey | ask.RevokeKey, found: Targets) -> None:
    if isinstance(change, ask.RevokeKey):
        found.thumbprints.add(change.thumbprint)
        return
    found.keys.add(f"system/{change.system}")
    found.thumbprints.update(_thumbprint(change))


def _thumbprint(change: ask.RegisterKey) -> list[str]:
    try:
        return [thumbprint(public_jwk(load_jwk(change.jwk)))]
    except KeyUnusable:
        return []  # The command itself refuses it, and says why.
