"""Schemas by number or GUID, whatever their state: a number once given is good for ever."""

import re
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path
from starlette.responses import Response

from hub.api.registry import errors
from hub.api.registry.errors import answer
from hub.api.registry.models import JSON_TYPE, shown
from hub.api.registry.route import PREFIX, RegistryRoute
from hub.api.registry.subjects import TheSchemas
from hub.control.schema_rows import Kept
from hub.control.schema_versions import SchemaVersions, family_of

router: Final = APIRouter(prefix=PREFIX, route_class=RegistryRoute, include_in_schema=False)

Number = Annotated[int, Path(ge=0, le=2**31 - 1)]

_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


@router.get("/")
async def root() -> Response:
    """Return nothing: somebody asks whether the registry is there."""
    return answer({})


@router.get("/contexts")
async def contexts() -> Response:
    """Return the one context."""
    return answer(["."])


@router.get("/schemas/types")
async def types() -> Response:
    """Return the one type of schemas."""
    return answer([JSON_TYPE])


@router.get("/schemas")
async def all_schemas(schemas: TheSchemas) -> Response:
    """Return every published version."""
    return answer([shown(one) for one in await schemas.all() if one.state.published])


@router.get("/schemas/ids/{id}")
async def by_id(schemas: TheSchemas, id: Number) -> Response:
    """Return the schema with a number."""
    return answer(_body(await _by_id(schemas, id)))


@router.get("/schemas/ids/{id}/schema")
async def document_by_id(schemas: TheSchemas, id: Number) -> Response:
    """Return the document itself."""
    return answer((await _by_id(schemas, id)).document)


@router.get("/schemas/ids/{id}/subjects")
async def subjects_by_id(schemas: TheSchemas, id: Number) -> Response:
    """Return its subject."""
    return answer([family_of((await _by_id(schemas, id)).parsed).subject])


@router.get("/schemas/ids/{id}/versions")
async def versions_by_id(schemas: TheSchemas, id: Number) -> Response:
    """Return its subject and version."""
    kept = shown(await _by_id(schemas, id))
    return answer([{"subject": kept["subject"], "version": kept["version"]}])


@router.get("/schemas/guids/{guid}")
async def by_guid(schemas: TheSchemas, guid: str) -> Response:
    """Return the schema with a GUID: what serializers write into a header."""
    return answer(_body(await _by_guid(schemas, guid)))


@router.get("/schemas/guids/{guid}/ids")
async def ids_by_guid(schemas: TheSchemas, guid: str) -> Response:
    """Return its number, by context."""
    return answer([{"context": ".", "id": (await _by_guid(schemas, guid)).id}])


def _body(kept: Kept) -> dict[str, Any]:
    return shown(kept) | {"maxId": kept.id}


async def _by_id(schemas: SchemaVersions, id: int) -> Kept:
    found = await schemas.by_id(id)
    if found is None:
        raise errors.no_schema()
    return found


async def _by_guid(schemas: SchemaVersions, guid: str) -> Kept:
    # PostgreSQL takes no NUL in a text.
    found = await schemas.by_guid(guid) if _GUID.fullmatch(guid) else None
    if found is None:
        raise errors.no_schema()
    return found
