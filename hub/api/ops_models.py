"""What the routes about people are told and answer."""

from datetime import datetime
from typing import Annotated, Any, Final
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from hub.control.fields import EventTypes, Name, OrganisationId, Reason
from hub.control.people.accounts import MAX_GRANTS
from hub.control.people.rights import Action, Grant, Role

NAME_PATTERN: Final = r"^[a-z][a-z0-9.-]{1,62}$"
PersonName = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
# No control characters: PostgreSQL takes no NUL, and no name has any.
Typed = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f]+$")]
Password = Annotated[SecretStr, Field(min_length=1, max_length=400)]


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("a name of the IANA time zone database, as Asia/Ho_Chi_Minh")
    return name


class Asked(BaseModel):
    """A request's body: unknown fields are errors, as in a change set."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(BaseModel):
    """An answer's body."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class SignInRequest(Asked):
    """A name and a password."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "an", "password": "câu dài dễ nhớ của tôi (mẫu)"}]}
    )

    name: Typed
    password: Password


class PasswordRequest(Asked):
    """The present password, and the one to have from now on."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"present": "k7m2q-3vxwa-9pdrt-hz4ny", "new": "câu dài dễ nhớ của tôi (mẫu)"}
            ]
        }
    )

    present: Password
    new: Password


class ProfileRequest(Asked):
    """How somebody wants to read."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"language": "vi", "time_zone": "Asia/Ho_Chi_Minh"}]}
    )

    language: Annotated[str, StringConstraints(pattern=r"^(vi|en)$")]
    time_zone: Annotated[str, StringConstraints(max_length=64), AfterValidator(_zone)]


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


class ReadOnlyRequest(Asked):
    """Read-only mode on or off, and why."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"on": True, "reason": "Đang chuyển máy chủ (mẫu)"}]}
    )

    on: bool
    reason: Reason


class MethodsAnswer(Answer):
    """How one can sign in here."""

    password: bool = True
    provider: str | None
    """The name on the identity provider's button, which leads to /ops/oidc/start; or null."""


class GrantAnswer(Answer):
    """A role that somebody has."""

    role: Role
    organisation: str | None = None
    types: list[str] | None = None
    vi: str
    en: str


_OPERATOR: Final[dict[str, Any]] = {"role": "operator", "vi": "Người vận hành", "en": "Operator"}


class MeAnswer(Answer):
    """Who asks, and what he may do."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "binh",
                    "display": "Trần Thị Bình (mẫu)",
                    "via": "session",
                    "roles": [_OPERATOR],
                    "rights": ["messages.view", "messages.retry"],
                    "language": "vi",
                    "time_zone": "Asia/Ho_Chi_Minh",
                    "csrf": "0f" * 32,
                    "must_change_password": False,
                    "has_password": True,
                    "read_only": False,
                    "ends_at": "2026-11-28T13:00:00Z",
                    "idle_seconds": 1800,
                }
            ]
        }
    )

    name: str
    display: str
    via: str
    """`session` or `token`."""
    roles: list[GrantAnswer]
    rights: list[Action]
    """Everything he may do somewhere; where, say his roles."""
    language: str
    time_zone: str
    csrf: str | None
    """To be sent as `x-csrf-token` with every POST, PUT and DELETE of the session."""
    must_change_password: bool
    """True: nothing but `POST /ops/password` is answered."""
    has_password: bool
    read_only: bool
    ends_at: datetime | None
    """When the session ends in any case."""
    idle_seconds: int
    """How long it lasts without activity."""


class UserAnswer(Answer):
    """An account. There is no password in any answer but the one that makes it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "binh",
                    "display": "Trần Thị Bình (mẫu)",
                    "roles": [_OPERATOR],
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


class SessionAnswer(Answer):
    """A sign-in that has not ended."""

    made_at: datetime
    seen_at: datetime
    ends_at: datetime
    this: bool
    """Whether it is the one that asks."""


class SessionsAnswer(Answer):
    """One's own sign-ins, the newest first."""

    items: list[SessionAnswer]


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


class ReadOnlyAnswer(Answer):
    """Whether people may change anything now."""

    on: bool
    fixed: bool
    """True: by a setting; it is turned off with a restart only."""
    by: str | None
    at: datetime | None
