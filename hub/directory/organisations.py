"""The directory of one version: organisations and codes, groups of them, competences."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lgsp_message.organisations import (
    Code,
    Organisation,
    Organisations,
    Tenure,
    Via,
    Way,
    legal_day,
)

__all__ = ["Code", "Directory", "Organisation", "Tenure", "Via", "Way", "legal_day"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory(Organisations):
    """A snapshot of all organisations, codes and groups."""

    groups: Mapping[str, tuple[str, ...]]
    """Group name to the ids of its members."""
    groups_of: Mapping[str, frozenset[str]]
    """Organisation id to the names of its groups."""
    by_place: frozenset[str] = frozenset()
    """Names of the groups whose members are whoever is in their place on the day."""
    competent: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """(area, type) to the id of the organisation that deals with that type there."""
