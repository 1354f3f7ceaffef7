"""What became of organisations: founded, merged, split or abolished, and from which day. Pure.

Reorganisations are told by the organisations themselves: a last day, and successors. What is ahead
is told like what is past: a law fixes its day long before.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum, unique

import msgspec

from hub.directory.organisations import Organisation


@unique
class Turn(StrEnum):
    """What happened to organisations."""

    FOUNDED = "founded"
    MERGED = "merged"
    """Several became one."""
    ABSORBED = "absorbed"
    """One that was there before took the place of others."""
    SPLIT = "split"
    """One became several: of its post a person chooses the recipient."""
    SUCCEEDED = "succeeded"
    """One took the place of one."""
    REORGANISED = "reorganised"
    """Several became several others."""
    ABOLISHED = "abolished"
    """It has no successor."""
    RENAMED = "renamed"
    MOVED = "moved"
    """It stands under another organisation since."""


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """One reorganisation."""

    turn: Turn
    day: date | None
    """First day on which it is so; None: the directory does not know."""
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    """Ids. Those of before exist no more on the day, those of after do."""
    was: str = ""
    became: str = ""
    """Of a new name, or a new parent: the old one and the new one."""


@dataclass(slots=True)
class _Group:
    """Endings that are one reorganisation: of one day, with a successor in common."""

    day: date | None
    before: set[str] = field(default_factory=set)
    after: set[str] = field(default_factory=set)


def happenings(
    known: Mapping[str, Organisation], lineage: Collection[str]
) -> tuple[Happening, ...]:
    """Return what happened to those of `lineage`, the oldest first.

    `known`: they, whoever else took part, and whom these name.
    """
    groups = _grouped(one for one in known.values() if _ends(one))
    ends = [_told(group, known) for group in groups if not group.before.isdisjoint(lineage)]
    begins = [_founding(known[id], groups) for id in lineage if id in known]
    return in_order((*ends, *(one for one in begins if one is not None)))


def in_order(found: Iterable[Happening]) -> tuple[Happening, ...]:
    """Return them by their day; those whose day is not known come first."""
    return tuple(
        sorted(found, key=lambda one: (one.day or date.min, one.turn, one.before, one.after))
    )


def _ends(one: Organisation) -> bool:
    return not one.active or one.valid_to is not None


def _grouped(endings: Iterable[Organisation]) -> list[_Group]:
    groups: list[_Group] = []
    for one in endings:
        day = None if one.valid_to is None else one.valid_to + timedelta(days=1)
        mine = _Group(day=day, before={one.id}, after=set(one.successors))
        same = [
            group for group in groups if group.day == day and not group.after.isdisjoint(mine.after)
        ]
        for group in same:
            mine.before |= group.before
            mine.after |= group.after
        groups = [*(group for group in groups if group not in same), mine]
    return groups


def _told(group: _Group, known: Mapping[str, Organisation]) -> Happening:
    return Happening(
        turn=_turn(group, known),
        day=group.day,
        before=tuple(sorted(group.before)),
        after=tuple(sorted(group.after)),
    )


def _turn(group: _Group, known: Mapping[str, Organisation]) -> Turn:
    several = len(group.before) > 1
    if not group.after:
        return Turn.ABOLISHED
    if len(group.after) > 1:
        return Turn.REORGANISED if several else Turn.SPLIT
    (successor,) = group.after
    if _was_there(known.get(successor), group.day):
        return Turn.ABSORBED
    return Turn.MERGED if several else Turn.SUCCEEDED


def _was_there(one: Organisation | None, day: date | None) -> bool:
    """Say whether it is known that this one existed before the day."""
    return (
        one is not None and day is not None and one.valid_from is not None and one.valid_from < day
    )


def _founding(one: Organisation, groups: Iterable[_Group]) -> Happening | None:
    """Return its beginning, unless it began in the place of others: that is told already."""
    took_over = any(
        one.id in group.after and group.day in {None, one.valid_from} for group in groups
    )
    if one.valid_from is None or took_over:
        return None
    return Happening(turn=Turn.FOUNDED, day=one.valid_from, after=(one.id,))
