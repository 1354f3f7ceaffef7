"""Subjects and their versions: read, look up, register, compare."""

import asyncio
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from hub.api.registry import errors
from hub.api.registry.clients import Client, expect_publisher, reason_of
from hub.api.registry.errors import RegistryError, answer
from hub.api.registry.models import SchemaSent, family, number, shown
from hub.api.registry.route import PREFIX, RegistryRoute, asking
from hub.api.staff import staff_of
from hub.control.schema_rows import Kept, SchemaState
from hub.control.schema_versions import (
    Family,
    SchemaVersions,
    family_of,
    same_content,
    versions,
)
from hub.schemas.compatibility import Level, Version, breaks
from hub.schemas.lint import UnsafeSchema

router: Final = APIRouter(prefix=PREFIX, route_class=RegistryRoute, include_in_schema=False)

MOST: Final = 1_000
"""Most subjects in one answer."""


def schemas_of(request: Request) -> SchemaVersions:
    """Return the versions of this app."""
    return staff_of(request).schemas


TheSchemas = Annotated[SchemaVersions, Depends(schemas_of)]
Asking = Annotated[Client, Depends(asking)]
Offset = Annotated[int, Query(ge=0, le=10**6)]
Limit = Annotated[int, Query(ge=-1, le=10**6)]


async def published(schemas: SchemaVersions, about: Family) -> list[Kept]:
    """Return the published versions of a subject, the oldest first.

    Raises:
        RegistryError: 40401: there is none.
    """
    found = [one for one in await schemas.of(about) if one.state.published]
    if not found:
        raise errors.no_subject()
    return found


@router.get("/subjects")
async def subjects(
    schemas: TheSchemas,
    subject_prefix: Annotated[str, Query(alias="subjectPrefix", max_length=200)] = "",
    offset: Offset = 0,
    limit: Limit = -1,
) -> Response:
    """Return the subjects with a published version, by name."""
    there = {family_of(one.parsed).subject for one in await schemas.all() if one.state.published}
    found = sorted(one for one in there if one.startswith(subject_prefix))
    return answer(found[offset : offset + (limit if 0 <= limit < MOST else MOST)])


@router.post("/subjects/{subject}")
async def look_up(schemas: TheSchemas, subject: str, sent: SchemaSent) -> Response:
    """Return the published version with this content."""
    there = await published(schemas, family(subject))
    found = same_content(there, sent.document())
    if found is None:
        raise errors.no_schema()
    return answer(shown(found))


@router.get("/subjects/{subject}/versions")
async def list_versions(schemas: TheSchemas, subject: str) -> Response:
    """Return the numbers of the published versions."""
    return answer([one.parsed.minor + 1 for one in await published(schemas, family(subject))])


@router.post("/subjects/{subject}/versions")
async def register(
    request: Request, schemas: TheSchemas, client: Asking, subject: str, sent: SchemaSent
) -> Response:
    """Return the number of a version with this content; a new one is drafted, and published.

    With four eyes it stays a draft under review: its number is good, but messages that name it are
    refused until another person approves.
    """
    about, document = family(subject), sent.document()
    known = same_content(await schemas.of(about), document)
    if known is None or not known.state.published:
        # Asked for the right only where something would change: serializers register what is
        # there each time they start.
        actor = await expect_publisher(request, client)
        reason = reason_of(request, f"register {subject}")
        known = await schemas.draft(about, document, actor=actor, reason=reason)
        known = await _on(schemas, known, actor, reason)
    return answer(shown(known))


async def _on(schemas: SchemaVersions, kept: Kept, actor: str, reason: str) -> Kept:
    if not schemas.four_eyes:
        return await schemas.approve(kept.name, actor=actor, reason=reason)
    if kept.state is SchemaState.DRAFT:
        return await schemas.submit(kept.name, actor=actor, reason=reason)
    return kept


@router.get("/subjects/{subject}/metadata")
async def metadata(schemas: TheSchemas, subject: str) -> Response:
    """Return the latest version: the hub keeps no metadata beside schemas to choose by."""
    return await one_version(schemas, subject, "latest")


@router.get("/subjects/{subject}/versions/{version}")
async def one_version(schemas: TheSchemas, subject: str, version: str) -> Response:
    """Return a published version."""
    return answer(shown(await _version(schemas, subject, version)))


@router.get("/subjects/{subject}/versions/{version}/schema")
async def one_schema(schemas: TheSchemas, subject: str, version: str) -> Response:
    """Return the document of a published version, itself."""
    return answer((await _version(schemas, subject, version)).document)


@router.get("/subjects/{subject}/versions/{version}/referencedby")
async def referenced_by(schemas: TheSchemas, subject: str, version: str) -> Response:
    """Return nothing: each schema stands for itself."""
    await _version(schemas, subject, version)
    return answer([])


@router.delete("/subjects/{subject}")
@router.delete("/subjects/{subject}/versions/{version}")
async def delete(subject: str) -> Response:
    """Refuse: what was published stays, so that what was signed by it can be judged for ever."""
    family(subject)
    detail = "Operation not permitted: published schemas stay; deprecate, then retire them instead."
    raise RegistryError(errors.NOT_PERMITTED, detail)


@router.post("/compatibility/subjects/{subject}/versions")
async def compare_with_all(
    schemas: TheSchemas,
    subject: str,
    sent: SchemaSent,
    verbose: Annotated[bool, Query()] = False,  # noqa: FBT002  (a flag in the address)
) -> Response:
    """Return whether a schema may follow the versions that there are, by the subject's level."""
    about = family(subject)
    level, _ = await schemas.level(about.subject)
    there = await published(schemas, about)
    return answer(await _compared(level, sent, versions(there), verbose=verbose))


@router.post("/compatibility/subjects/{subject}/versions/{version}")
async def compare_with_one(
    schemas: TheSchemas,
    subject: str,
    version: str,
    sent: SchemaSent,
    verbose: Annotated[bool, Query()] = False,  # noqa: FBT002  (a flag in the address)
) -> Response:
    """Return whether a schema is compatible with one version, by the subject's level."""
    level, _ = await schemas.level(family(subject).subject)
    kept = await _version(schemas, subject, version)
    against = [Version(name=kept.name, document=kept.document)]
    return answer(await _compared(level, sent, against, verbose=verbose))


async def _compared(
    level: Level, sent: SchemaSent, against: list[Version], *, verbose: bool
) -> dict[str, Any]:
    try:
        # Off the loop: a proof may take a second.
        found = await asyncio.to_thread(breaks, level, sent.document(), against)
    except UnsafeSchema as error:
        raise RegistryError(errors.INVALID_SCHEMA, str(error)) from error
    told: dict[str, Any] = {"is_compatible": not found}
    return told | {"messages": [str(one) for one in found]} if verbose else told


async def _version(schemas: SchemaVersions, subject: str, version: str) -> Kept:
    there = await published(schemas, family(subject))
    wanted = number(version)
    if wanted is None:
        return _latest(there)
    found = next((one for one in there if one.parsed.minor + 1 == wanted), None)
    if found is None:
        raise errors.no_version()
    return found


def _latest(there: list[Kept]) -> Kept:
    # What is retired is refused in messages: a client that serializes with the latest version
    # must get one that counts, if there is any.
    usable = [one for one in there if one.state is not SchemaState.RETIRED]
    return (usable or there)[-1]
