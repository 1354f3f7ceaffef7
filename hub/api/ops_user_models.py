"""What the routes about accounts and roles are told and answer."""

from datetime import datetime
from typing import Annotated, Final

from pydantic import ConfigDict, Field, StringConstraints

from hub.api.ops_models import OPERATOR, Answer, Asked, GrantAnswer
from hub.control.fields import EventTypes, Name, OrganisationId, Reason
from hub.control.people.accounts import MAX_GRANTS
from hub.control.people.rights import Action, Grant, Role

NAME_PATTERN: Final = r"^[a-z][a-z0-9.-]{1,62}$"
PersonName = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]


class GrantModel(Asked):
    """A role, and where it counts: an organisation with all below it, some types; else all."""

    model_config = ConfigDict(from_attributes=True)

    role: Role
    organisation: OrganisationId | None = None
    types: EventTypes | None = None

    def grant(self) -> Grant:
        """Return it as the code has it."""
        types = None if self.types is None else frozenset(self.types)
        return Grant(role=self.role, organisation=self.organisation, types=types)


Grants = Annotated[tuple[GrantModel, ...], Field(max_length=MAX_GRANTS)]


class SubjectModel(Asked):
    """Who somebody is at the identity provider: both claims, as they stand in its tokens."""

    issuer: Annotated[str, StringConstraints(min_length=8, max_length=300)]
    subject: Annotated[
        str, StringConstraints(min_length=1, max_length=255, pattern=r"^[\x20-\x7e]+$")
    ]


class UserRequest(Asked):
    """Somebody who shall sign in."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "binh",
                    "display": "Trần Thị Bình (mẫu)",
                    "grants": [{"role": "operator"}],
                    "reason": "Trực ca từ tháng 12 (mẫu)",
                }
            ]
        }
    )

    name: PersonName
    display: Name
    grants: Grants = ()
    provider: SubjectModel | None = None
    """Set: he signs in at the identity provider, and has no password here."""
    reason: Reason


class RolesRequest(Asked):
    """The roles that somebody shall have, and no others."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "grants": [{"role": "clerk", "organisation": "xa-mau"}],
                    "reason": "Văn thư của Xã Mẫu",
                }
            ]
        }
    )

    grants: Grants
    reason: Reason


class UserAnswer(Answer):
    """An account. There is no password in any answer but the one that makes it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "binh",
                    "display": "Trần Thị Bình (mẫu)",
                    "roles": [OPERATOR],
                    "rights": ["messages.view", "messages.retry"],
                    "has_password": True,
                    "must_change_password": False,
                    "provider": None,
                    "made_by": "admin",
                    "made_at": "2026-11-28T01:00:00Z",
                    "disabled_at": None,
                }
            ]
        }
    )

    name: str
    display: str
    roles: list[GrantAnswer]
    rights: list[Action]
    has_password: bool
    must_change_password: bool
    provider: str | None
    """The issuer that knows him."""
    made_by: str
    made_at: datetime
    disabled_at: datetime | None


class UserPage(Answer):
    """Accounts by name; ask with `after=<next>` for more."""

    items: list[UserAnswer]
    next: str | None


class MadeUserAnswer(Answer):
    """An account that was made or reset."""

    user: UserAnswer
    first_password: str | None
    """Shown this once; he must choose another at his first sign-in. null with a provider."""
    waiting: str | None
    """The request that another person has to approve before the roles count."""


class RolesAnswer(Answer):
    """What became of the roles."""

    user: UserAnswer
    waiting: str | None


class RightAnswer(Answer):
    """A right, in words."""

    action: Action
    vi: str
    en: str


class RoleAnswer(Answer):
    """A role: a named set of rights."""

    role: Role
    vi: str
    en: str
    rights: list[Action]
    needs_organisation: bool
    needs_second_person: bool


class RoleListAnswer(Answer):
    """All rights and roles."""

    rights: list[RightAnswer]
    roles: list[RoleAnswer]
