"""What the directory answers."""

from datetime import date
from typing import Any, Final, Literal

from pydantic import ConfigDict

from hub.api.ops_models import Answer
from hub.directory.timeline import Turn

Stands = Literal["to_come", "active", "ending", "closed", "merged", "split"]
"""`ending`: it exists, and the day on which it will not is fixed. `split`: several have its place,
`merged`: one has."""

_LINE: Final[dict[str, Any]] = {
    "id": "xa-mau",
    "name": "UBND xã Mẫu",
    "level": "commune",
    "stands": "active",
    "valid_from": "2025-07-01",
    "valid_to": None,
    "codes": ["H99.22.1"],
    "children": 0,
}


class NamedOrganisation(Answer):
    """An organisation by its name."""

    id: str
    name: str
    stands: Stands


class OrganisationLine(NamedOrganisation):
    """An organisation in a tree or a list."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LINE]})

    level: str
    valid_from: date | None
    valid_to: date | None
    codes: list[str]
    """Those that count today."""
    children: int
    """How many stand right under it, ended ones too."""


class LevelPage(Answer):
    """Who stands right under one organisation, by id; ask with `after=<next>` for more."""

    items: list[OrganisationLine]
    next: str | None


class OrganisationFound(OrganisationLine):
    """An organisation that was looked for."""

    by_code: str | None
    """The code that led to it, perhaps one that counts no more; null: its name did."""
    path: list[str]
    """Names of whom it stands under, the topmost first."""


class OrganisationsFound(Answer):
    """What fits best comes first."""

    items: list[OrganisationFound]
    more: bool
    """True: more fit than are shown."""


class TenureAnswer(Answer):
    """A code, and the days on which it means or meant this organisation."""

    code: str
    scheme: str
    valid_from: date | None
    valid_to: date | None
    counts: bool
    """Whether it may be used today."""
    now_of: str | None
    """Who has the code now, where it is another."""
    certainty: str | None
    """How sure the shipped seed is of it; None: a list or a person has said so."""


class ContactAnswer(Answer):
    """Whom to call: an office, not a person."""

    of: str
    name: str
    email: str
    phone: str


class HappeningAnswer(Answer):
    """One reorganisation, or a new name or place."""

    turn: Turn
    day: date | None
    """First day on which it is so; null: the directory does not know."""
    ahead: bool
    """True: that day is yet to come."""
    before: list[NamedOrganisation]
    after: list[NamedOrganisation]
    was: str
    became: str
    """Of a new name, or a new parent: the old one and the new one."""


class OrganisationAnswer(NamedOrganisation):
    """One organisation with all that is its own."""

    level: str
    parent: str | None
    state: str
    valid_from: date | None
    valid_to: date | None
    successors: list[NamedOrganisation]
    contacts: list[ContactAnswer]
    path: list[OrganisationLine]
    children: int
    groups: list[str]
    """Those that it is a member of, by name or by its place."""
    codes: list[TenureAnswer]
    systems: list[dict[str, Any]]
    representing: list[dict[str, Any]]
    """Systems of other organisations that speak for this one."""
    keys: list[dict[str, Any]]
    endpoints: list[dict[str, Any]]
    rights: list[dict[str, Any]]
    timeline: list[HappeningAnswer]
    timeline_whole: bool
