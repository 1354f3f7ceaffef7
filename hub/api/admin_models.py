"""What the admin routes answer, for FastAPI and for the OpenAPI document."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from hub.api.ops_models import Answer
from hub.api.problems import MEDIA_TYPE
from hub.control.fields import Reason

_PROBLEM: Final = {
    "type": "object",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "place": {"type": "string"},
        "errors": {"type": "array"},
    },
}


def problems(**meanings: str) -> dict[int | str, dict[str, Any]]:
    """Return OpenAPI answers: `s404="…"` says when 404 is given."""
    common = {
        "s401": "Nobody is signed in, and there is no administrator's token",
        "s403": "He may not, or the request does not come from the console",
        "s422": "The request does not have the documented form",
        "s503": "SQL does not answer",
    }
    return {
        int(name.removeprefix("s")): {
            "description": meaning,
            "content": {MEDIA_TYPE: {"schema": _PROBLEM}},
        }
        for name, meaning in (common | meanings).items()
    }


class ReasonRequest(BaseModel):
    """Why something is done."""

    # Unknown fields are errors, as in a change set.
    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"reason": "Sở Mẫu bảo trì đến 17 giờ"}]},
    )

    reason: Reason


class Collection(StrEnum):
    """The kinds of entities, as they stand in a path."""

    ORGANISATIONS = "organisations"
    CODES = "codes"
    GROUPS = "groups"
    COMPETENCES = "competences"
    SYSTEMS = "systems"
    KEYS = "keys"
    ENDPOINTS = "endpoints"
    RIGHTS = "rights"
    SCHEMAS = "schemas"
    CONVERSIONS = "conversions"
    DOCUMENT_POLICIES = "document-policies"
    SUBSCRIPTIONS = "subscriptions"
    TYPE_OWNERS = "type-owners"
    EXCHANGES = "exchanges"
    QUOTAS = "quotas"

    @property
    def kind(self) -> str:
        """Return the kind in the entity's key: the singular."""
        if self is Collection.DOCUMENT_POLICIES:
            return "document_policy"
        return self.value.removesuffix("s").replace("-", "_")


class WrittenAnswer(Answer):
    """What a change set has done."""

    version: int
    """The newest version; the same as before if nothing changed."""
    hash: str
    changed: int
    """How many entities differ now."""
    at: datetime


class EntityPage(Answer):
    """Entities, each with its `id`; ask with `after=<next>` for more."""

    items: list[dict[str, Any]]
    next: str | None


class VersionAnswer(Answer):
    """One version of the rules."""

    version: int
    hash: str
    previous: str
    at: datetime
    changes: int
    published_at: datetime | None
    """When it stood in `hub.rules`: from then on routers follow it."""


class MadeVersionAnswer(VersionAnswer):
    """One version, and the deed that made it."""

    actor: str | None
    reason: str | None


class VersionPage(Answer):
    """Versions, the newest first; ask with `before=<next>` for older ones."""

    items: list[MadeVersionAnswer]
    next: int | None


class HeadAnswer(Answer):
    """The newest version, and whether it is on its way."""

    version: int
    hash: str
    published: bool
    problem: str | None
    """Why this process does not publish now."""


class TrailEntryAnswer(Answer):
    """One write by a person."""

    id: int
    at: datetime
    actor: str
    reason: str
    version: int | None
    changes: int


class TrailAnswer(Answer):
    """Writes, the newest first; ask with `before=<next>` for older ones."""

    items: list[TrailEntryAnswer]
    next: int | None
