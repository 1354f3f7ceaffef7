"""The records of organisations, codes and groups, and the directory that is made of them. Pure."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import msgspec

from hub.directory.organisations import Code, Directory, Organisation, Tenure
from hub.directory.tree import below, children


class Contact(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whom to call about an organisation: an office, not a person."""

    of: str
    """`technical` or `business`."""
    name: str
    email: str = ""
    phone: str = ""


class OrganisationRecord(msgspec.Struct, frozen=True):
    """`organisation/<id>`."""

    name: str
    level: str
    """`central`, `province`, `district` or `commune`."""
    parent: str | None = None
    state: str = "active"
    """`active`, `closed`, or `merged`: closed, and its successors have its place."""
    valid_from: date | None = None
    valid_to: date | None = None
    """Last day of its existence; in the future where a law has fixed it."""
    successors: tuple[str, ...] = ()
    """Who has its place after that."""
    contacts: tuple[Contact, ...] = ()


class CodeRecord(msgspec.Struct, frozen=True):
    """`code/<code>`: a code in either national form."""

    organisation: str
    scheme: str
    """`qd20`, `qcvn102` or `other`."""
    valid_from: date | None = None
    valid_to: date | None = None
    earlier: tuple[Tenure, ...] = ()
    """Who had the code before, the oldest first."""
    certainty: str | None = None
    """`confirmed`, `inferred` or `recalled`, where the list that it came from says so."""


class GroupRecord(msgspec.Struct, frozen=True):
    """`group/<name>`: ids of the organisations in it."""

    members: tuple[str, ...]
    under: str | None = None
    """With `level`: also the nearest organisations of that level below this one, whoever that
    is at the time."""
    level: str | None = None


class CompetenceRecord(msgspec.Struct, frozen=True):
    """`competence/<area>/<organisation>`: the types this organisation deals with in this area."""

    types: tuple[str, ...]


def directory_of(kinds: Mapping[str, Mapping[str, Any]]) -> Directory:
    """Return the directory of one version. `kinds`: the entities, as the functions below make them.

    Groups by place are made of what is there in this version.
    """
    # Copies of what was read: a snapshot never changes, and 111,339 agencies are not made anew.
    organisations: dict[str, Organisation] = dict(kinds["organisation"])
    groups = _groups(kinds["group"], organisations)
    groups_of: dict[str, set[str]] = defaultdict(set)
    for name, members in groups.items():
        for member in members:
            groups_of[member].add(name)
    return Directory(
        organisations=organisations,
        codes=dict(kinds["code"]),
        groups=groups,
        groups_of={member: frozenset(names) for member, names in groups_of.items()},
        by_place=frozenset(
            name for name, group in kinds["group"].items() if group.under is not None
        ),
        competent=pairs_of(kinds["competence"]),
    )


def _groups(
    groups: Mapping[str, GroupRecord], organisations: Mapping[str, Organisation]
) -> dict[str, tuple[str, ...]]:
    by_place = any(group.under is not None for group in groups.values())
    tree = children(organisations) if by_place else {}
    return {name: _members(group, organisations, tree) for name, group in groups.items()}


def _members(
    group: GroupRecord, organisations: Mapping[str, Organisation], tree: Mapping[str, list[str]]
) -> tuple[str, ...]:
    if group.under is None or group.level is None:
        return group.members
    found = below(organisations, tree, group.under, group.level)
    return tuple(dict.fromkeys((*group.members, *found)))


_ONE: Final = {name: name for name in ("central", "province", "district", "commune")}
"""One string for each level, where 111,339 records would bring as many."""


def organisation_of(id: str, record: OrganisationRecord) -> Organisation:
    """Return an organisation as decisions need it."""
    return Organisation(
        id=id,
        name=record.name,
        level=_ONE.get(record.level, record.level),
        active=record.state == "active",
        parent=record.parent,
        valid_from=record.valid_from,
        valid_to=record.valid_to,
        successors=record.successors,
    )


def code_of(record: CodeRecord) -> Code:
    """Return a code as decisions need it."""
    return Code(
        organisation=record.organisation,
        valid_from=record.valid_from,
        valid_to=record.valid_to,
        earlier=record.earlier,
    )


def pairs_of(records: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """Return (first part of the key, type) to its second part.

    The record has `types`: those of an endpoint, or of a competence.
    """
    found: dict[tuple[str, str], str] = {}
    # Invariant 3: sorted, because a log that was compacted gives the records in another order.
    for key, record in sorted(records.items()):
        first, _, second = key.partition("/")
        for type_ in record.types:
            found[first, type_] = second
    return found
