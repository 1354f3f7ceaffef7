"""What an operator may ask for about organisations, their codes, groups and areas."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from hub.control.connector_changes import ChangeModel
from hub.control.fields import (
    Area,
    Code,
    EventTypes,
    GroupName,
    Name,
    OrganisationId,
    OrganisationIds,
    WildCode,
)
from hub.control.key_changes import Validity

Level = Literal["central", "province", "district", "commune"]
Certainty = Literal["confirmed", "inferred", "recalled"]
Line = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class ContactAsked(BaseModel):
    """Whom to call: an office, not a person."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    of: Literal["technical", "business"]
    name: Name
    email: Line = ""
    phone: Line = ""


class PutOrganisation(ChangeModel):
    """An agency is as given. Closed or merged: it stays known, and so does where its post goes.

    A reorganisation is one change set: the new agencies, and the old ones with their last day and
    their successors. It may be entered before its day.
    """

    change: Literal["put_organisation"]
    id: OrganisationId
    name: Name
    level: Level
    parent: OrganisationId | None = None
    state: Literal["active", "closed", "merged"] = "active"
    valid_from: date | None = None
    valid_to: date | None = None
    """Last day of its existence."""
    successors: OrganisationIds = ()
    """Who has its place after that: one gets its post, of several a person chooses."""
    contacts: Annotated[tuple[ContactAsked, ...], Field(max_length=10)] = ()

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("valid_to is before valid_from")
        if self.state == "merged" and not self.successors:
            raise ValueError("what is merged has successors")
        if self.successors and self.state == "active" and self.valid_to is None:
            raise ValueError("what has successors ends: state closed or merged, or a valid_to")
        return self


class DeleteOrganisation(ChangeModel):
    """Remove an agency that nothing names any more. One that has worked is closed instead."""

    change: Literal["delete_organisation"]
    id: OrganisationId


class PutCode(Validity):
    """An agency has this code, in one of the two national forms, for these days.

    A wild spelling is repaired; the trail keeps how it was written.
    """

    change: Literal["put_code"]
    code: WildCode
    organisation: OrganisationId
    scheme: Literal["qd20", "qcvn102", "other"]
    valid_from: date | None = None
    valid_to: date | None = None
    certainty: Certainty | None = None
    """How sure the list is that it stands in; left out by a person and by an official list."""


class DeleteCode(ChangeModel):
    """Remove a code that was entered by mistake. One that ends gets a `valid_to` instead."""

    change: Literal["delete_code"]
    code: Code


class PutGroup(ChangeModel):
    """A group has these agencies, and with `under` and `level` whoever is there in that place."""

    change: Literal["put_group"]
    name: GroupName
    members: OrganisationIds
    under: OrganisationId | None = None
    level: Level | None = None

    @model_validator(mode="after")
    def _place(self) -> Self:
        if (self.under is None) != (self.level is None):
            raise ValueError("under and level go together")
        return self


class DeleteGroup(ChangeModel):
    """Remove a group."""

    change: Literal["delete_group"]
    name: GroupName


class PutCompetence(ChangeModel):
    """In this area, this agency deals with exactly these types."""

    change: Literal["put_competence"]
    area: Area
    organisation: OrganisationId
    types: EventTypes


class DeleteCompetence(ChangeModel):
    """In this area, this agency deals with nothing."""

    change: Literal["delete_competence"]
    area: Area
    organisation: OrganisationId
