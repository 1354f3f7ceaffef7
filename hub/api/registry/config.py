"""Compatibility levels, and modes as far as there are any."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from hub.api.registry import errors
from hub.api.registry.clients import Client, expect_publisher, reason_of
from hub.api.registry.errors import RegistryError, answer
from hub.api.registry.models import ConfigSent, family
from hub.api.registry.route import PREFIX, RegistryRoute
from hub.api.registry.subjects import Asking, TheSchemas
from hub.control.schema_versions import SchemaVersions
from hub.schemas.compatibility import Level

router: Final = APIRouter(prefix=PREFIX, route_class=RegistryRoute, include_in_schema=False)

ALL: Final = ""
"""The subject whose level counts for all that have none of their own."""


@router.get("/config")
async def level_of_all(schemas: TheSchemas) -> Response:
    """Return the level of subjects without one."""
    level, _ = await schemas.level(ALL)
    return answer({"compatibilityLevel": level})


@router.get("/config/{subject}")
async def level(
    schemas: TheSchemas,
    subject: str,
    default: Annotated[bool, Query(alias="defaultToGlobal")] = False,  # noqa: FBT002  (in the URL)
) -> Response:
    """Return a subject's own level; with `defaultToGlobal` the one that counts."""
    found, own = await schemas.level(family(subject).subject)
    if not own and not default:
        raise RegistryError(errors.LEVEL_NOT_FOUND, "Subject does not have a level of its own.")
    return answer({"compatibilityLevel": found})


@router.put("/config")
async def set_level_of_all(
    request: Request, schemas: TheSchemas, client: Asking, sent: ConfigSent
) -> Response:
    """Set the level of subjects without one."""
    wanted = sent.level()
    await _set(request, schemas, client, ALL, wanted)
    return answer({"compatibility": wanted})


@router.put("/config/{subject}")
async def set_level(
    request: Request, schemas: TheSchemas, client: Asking, subject: str, sent: ConfigSent
) -> Response:
    """Set a subject's own level."""
    wanted = sent.level()
    await _set(request, schemas, client, family(subject).subject, wanted)
    return answer({"compatibility": wanted})


@router.delete("/config/{subject}")
async def unset_level(
    request: Request, schemas: TheSchemas, client: Asking, subject: str
) -> Response:
    """Let a subject follow the others again."""
    about = family(subject).subject
    before, _ = await schemas.level(about)
    await _set(request, schemas, client, about, None)
    return answer({"compatibilityLevel": before})


@router.get("/mode")
@router.get("/mode/{subject}")
async def mode() -> Response:
    """Return that schemas are read and registered here."""
    return answer({"mode": "READWRITE"})


@router.put("/mode")
@router.put("/mode/{subject}")
@router.delete("/mode/{subject}")
async def set_mode() -> Response:
    """Refuse: numbers are never imported; a hub in read-only mode says so at each write."""
    raise RegistryError(errors.NOT_PERMITTED, "Operation not permitted: the mode is fixed.")


async def _set(
    request: Request, schemas: SchemaVersions, client: Client, subject: str, level: Level | None
) -> None:
    actor = await expect_publisher(request, client)
    reason = reason_of(request, f"level {level or 'of the others'} for {subject or 'all others'}")
    await schemas.set_level(subject, level, actor=actor, reason=reason)
