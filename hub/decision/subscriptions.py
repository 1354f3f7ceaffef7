"""Standing wishes for a type of message, and which of them a message meets. Pure.

What a subscription says about places in the directory is worked out once for each version of the
rules, succession included; a message whose type nobody subscribes to pays one look into a dict.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum, unique
from typing import Any, Final

import msgspec
from lgsp_message.attributes import GROUP_PREFIX, ORG_PREFIX, SYSTEM_PREFIX

from hub.directory.areas import Covered, Kin
from hub.directory.organisations import Directory

MAX_CONDITIONS: Final = 10
"""Of one subscription: each is looked at for each message of the type."""


@unique
class ShareState(StrEnum):
    """Where a subscription or a right stands. Until it is approved it is a request, and no rule."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"
    """For ever: it stays known, and who wants the same again asks under another id."""


class Condition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one declared fact of the body must be (`hub.decision.facts`).

    Only facts: they are declared and name no person, so a rule cannot single out a citizen.
    """

    fact: str
    one_of: tuple[str | int | bool, ...] = ()
    at_least: int | None = None
    at_most: int | None = None

    def holds(self, told: Mapping[str, Any]) -> bool:
        """Say whether the facts of a body fulfil it. Without the fact they do not."""
        value = told.get(self.fact)
        if value is None:
            return False
        if self.one_of:
            # In Python `True == 1`; in a rule a yes is not a number.
            return any(type(value) is type(one) and value == one for one in self.one_of)
        # A fact of another kind than the rule expects must not stop the router.
        return isinstance(value, int) and (
            (self.at_least is None or value >= self.at_least)
            and (self.at_most is None or value <= self.at_most)
        )


class SubscriptionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """`subscription/<id>`: this system wants this type."""

    system: str
    type: str
    state: ShareState = ShareState.ACTIVE
    sources: tuple[str, ...] = ()
    """URNs of systems, agencies and groups; empty: from anybody."""
    areas: tuple[str, ...] = ()
    """Ids of agencies: what comes from them or from any agency below; empty: from anywhere."""
    versions: tuple[str, ...] = ()
    """Minor versions of the schema, `<major>.<minor>`; empty: all."""
    conditions: tuple[Condition, ...] = ()
    """All of them must hold."""
    copies: bool = False
    """Also what its sender has addressed to others."""
    since: datetime | None = None
    """Also what was sent from this moment on; None: what is sent from now on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a message comes from, as subscriptions look at it."""

    system: str
    organisation: str
    """The agency it is sent for: of the system, or the one it speaks for."""
    peer: str
    """Who handed it in."""
    day: date
    """The legal day of the decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """An active subscription, ready to be asked."""

    id: str
    system: str
    systems: frozenset[str] | None
    """Sources by name; with `organisations`. Both None: from anybody."""
    organisations: Covered | None
    areas: Covered | None
    """Agencies, all levels; None: from anywhere."""
    versions: frozenset[str]
    conditions: tuple[Condition, ...]
    copies: bool

    def wants(self, origin: Origin, version: str, told: Mapping[str, Any]) -> bool:
        """Say whether a message fits. What a system sent, or handed in, never comes back to it."""
        if self.system in (origin.system, origin.peer):
            return False
        if self.areas is not None and not _covers(self.areas, origin):
            return False
        if self.versions and version not in self.versions:
            return False
        return self._comes_from(origin) and all(one.holds(told) for one in self.conditions)

    def _comes_from(self, origin: Origin) -> bool:
        if self.systems is None or self.organisations is None:
            return True
        return origin.system in self.systems or _covers(self.organisations, origin)


def _covers(covered: Covered, origin: Origin) -> bool:
    return origin.day > covered.get(origin.organisation, date.max)


def compiled(
    records: Mapping[str, SubscriptionRecord], directory: Directory
) -> dict[str, tuple[Subscription, ...]]:
    """Return the active subscriptions by type."""
    found: dict[str, list[Subscription]] = defaultdict(list)
    places = _Places(directory)
    # Invariant 3: sorted, because a log that was compacted gives the records in another order.
    for id, record in sorted(records.items()):
        if record.state is ShareState.ACTIVE:
            found[record.type].append(_compiled(id, record, places))
    return {type_: tuple(some) for type_, some in found.items()}


class _Places:
    """Areas and agencies of one directory; many subscriptions have the same."""

    def __init__(self, directory: Directory) -> None:
        self._directory, self._kin = directory, Kin(directory.organisations)
        self._areas: dict[frozenset[str], Covered] = {}

    def area(self, tops: frozenset[str]) -> Covered:
        if tops not in self._areas:
            self._areas[tops] = self._kin.area(tops)
        return self._areas[tops]

    def named(self, sources: set[str]) -> Covered:
        found = set(_organisations_in(sources, self._directory))
        return self._kin.heirs(found) if found else {}


def _compiled(id: str, record: SubscriptionRecord, places: _Places) -> Subscription:
    named = set(record.sources)
    return Subscription(
        id=id,
        system=record.system,
        systems=_systems(named) if named else None,
        organisations=places.named(named) if named else None,
        areas=places.area(frozenset(record.areas)) if record.areas else None,
        versions=frozenset(record.versions),
        conditions=record.conditions,
        copies=record.copies,
    )


def _systems(sources: set[str]) -> frozenset[str]:
    return frozenset(
        one.removeprefix(SYSTEM_PREFIX) for one in sources if one.startswith(SYSTEM_PREFIX)
    )


def _organisations_in(sources: set[str], directory: Directory) -> Iterator[str]:
    for one in sources:
        if one.startswith(ORG_PREFIX):
            # Whatever the day: a rule about an agency outlives its codes.
            code = directory.codes.get(one.removeprefix(ORG_PREFIX))
            yield from () if code is None else (code.organisation,)
        elif one.startswith(GROUP_PREFIX):
            yield from directory.groups.get(one.removeprefix(GROUP_PREFIX), ())
