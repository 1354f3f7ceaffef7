"""What requests and answers share."""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from hub.control.people.rights import Role


class Asked(BaseModel):
    """A request's body: unknown fields are errors, as in a change set."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(BaseModel):
    """An answer's body."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class GrantAnswer(Answer):
    """A role that somebody has."""

    role: Role
    organisation: str | None = None
    types: list[str] | None = None
    vi: str
    en: str


OPERATOR: Final[dict[str, Any]] = {"role": "operator", "vi": "Người vận hành", "en": "Operator"}
