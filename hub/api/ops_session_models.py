"""What the routes about one's own session are told and answer."""

from datetime import datetime
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, ConfigDict, Field, SecretStr, StringConstraints

from hub.api.ops_models import OPERATOR, Answer, Asked, GrantAnswer
from hub.control.people.rights import Action

# No control characters: PostgreSQL takes no NUL, and no name has any.
Typed = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f]+$")]
Password = Annotated[SecretStr, Field(min_length=1, max_length=400)]


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("a name of the IANA time zone database, as Asia/Ho_Chi_Minh")
    return name


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


class MethodsAnswer(Answer):
    """How one can sign in here."""

    password: bool = True
    provider: str | None
    """The name on the identity provider's button, which leads to /ops/oidc/start; or null."""


class MeAnswer(Answer):
    """Who asks, and what he may do."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "binh",
                    "display": "Trần Thị Bình (mẫu)",
                    "via": "session",
                    "roles": [OPERATOR],
                    "rights": ["messages.view", "messages.retry"],
                    "language": "vi",
                    "time_zone": "Asia/Ho_Chi_Minh",
                    "csrf": "0f" * 32,
                    "must_change_password": False,
                    "has_password": True,
                    "read_only": False,
                    "wall": False,
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
    wall: bool
    """Whether the session is a screen on a wall: it sees figures only, and changes nothing."""
    ends_at: datetime | None
    """When the session ends in any case."""
    idle_seconds: int
    """How long it lasts without activity."""


class SessionAnswer(Answer):
    """A sign-in that has not ended."""

    made_at: datetime
    seen_at: datetime
    ends_at: datetime
    this: bool
    """Whether it is the one that asks."""
    address: str | None
    """Where it was opened from."""
    wall: bool
    """Whether it is a screen on a wall."""


class SessionsAnswer(Answer):
    """One's own sign-ins, the newest first."""

    items: list[SessionAnswer]
