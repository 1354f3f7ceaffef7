"""What registry clients send, and what they are answered."""

from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, Field

from hub.api.registry import errors
from hub.api.registry.errors import RegistryError
from hub.control.schema_rows import Kept
from hub.control.schema_versions import Family, family_of, family_of_subject
from hub.schemas.compatibility import Level
from hub.schemas.lint import MAX_SCHEMA_BYTES

JSON_TYPE = "JSON"
LATEST = "latest"
MOST_VERSION = 10_000
"""One more than the largest minor number."""


class SchemaSent(BaseModel):
    """A schema to register, to look up or to compare. Fields of newer clients are passed over."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    text: str = Field(alias="schema")
    type: str = Field(default="AVRO", alias="schemaType")
    references: list[dict[str, Any]] | None = None

    def document(self) -> dict[str, Any]:
        """Return the schema, decoded.

        Raises:
            RegistryError: 42201.
        """
        if self.type != JSON_TYPE:
            raise RegistryError(errors.INVALID_SCHEMA, "the hub keeps schemas of type JSON only")
        if self.references:
            # A body is judged offline, by one document that never changes.
            detail = "references to other subjects are not taken: put the parts into $defs"
            raise RegistryError(errors.INVALID_SCHEMA, detail)
        if len(self.text) > MAX_SCHEMA_BYTES:
            raise RegistryError(errors.INVALID_SCHEMA, f"larger than {MAX_SCHEMA_BYTES} bytes")
        return _decoded(self.text)


class ConfigSent(BaseModel):
    """A compatibility level to set."""

    model_config = ConfigDict(frozen=True)

    compatibility: str

    def level(self) -> Level:
        """Return the level.

        Raises:
            RegistryError: 42203.
        """
        try:
            return Level(self.compatibility.upper())
        except ValueError:
            known = ", ".join(Level)
            raise RegistryError(errors.INVALID_LEVEL, f"levels are {known}") from None


def _decoded(text: str) -> dict[str, Any]:
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise RegistryError(errors.INVALID_SCHEMA, "the schema is not JSON") from None
    if not isinstance(document, dict):
        raise RegistryError(errors.INVALID_SCHEMA, "the schema is not an object")
    return document


def family(subject: str) -> Family:
    """Return what a subject is about.

    Raises:
        RegistryError: 40401: no event type has this name.
    """
    found = family_of_subject(subject)
    if found is None:
        raise errors.no_subject()
    return found


def number(version: str) -> int | None:
    """Return a version's number; None: the latest.

    Raises:
        RegistryError: 42202.
    """
    if version in {LATEST, "-1"}:
        return None
    if version.isascii() and version.isdigit() and 1 <= int(version[:6]) <= MOST_VERSION:
        return int(version[:6])
    raise RegistryError(errors.INVALID_VERSION, "a version is a number from 1, or latest")


def text_of(kept: Kept) -> str:
    """Return the document as text, the same at each time of asking."""
    return orjson.dumps(kept.document).decode()


def shown(kept: Kept) -> dict[str, Any]:
    """Return a version as clients read it."""
    return {
        "subject": family_of(kept.parsed).subject,
        "version": kept.parsed.minor + 1,
        "id": kept.id,
        "guid": kept.guid,
        "schemaType": JSON_TYPE,
        "schema": text_of(kept),
        # For people: the hub's own word for where it stands; clients pass it over.
        "state": kept.state.value,
    }
