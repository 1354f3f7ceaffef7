"""`/v1/descriptions`: AsyncAPI of each system and a page for each type, from the rules as they are.

For people who may see the rules, and for systems: of themselves.
"""

from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import orjson
from fastapi import APIRouter, Path, Request
from starlette.responses import HTMLResponse, Response

from hub.api.deps import deps_of
from hub.api.problems import Code, Problem
from hub.api.registry.clients import client_of
from hub.api.staff import staff_of
from hub.control.schema_rows import Kept, SchemaState
from hub.control.schema_versions import Family, SchemaVersions
from hub.decision.rules import Rules
from hub.io.kafka.topics import inbox, urgent_inbox
from hub.schemas.asyncapi import Described, SystemDescribed, asyncapi
from hub.schemas.catalogue import example
from hub.schemas.event_types import schema_of
from hub.schemas.type_page import STYLE, VersionShown, page

router: Final = APIRouter(prefix="/v1/descriptions", include_in_schema=False)

STYLE_PATH: Final = "/v1/descriptions/types.css"
_COUNTING: Final = frozenset([SchemaState.APPROVED, SchemaState.DEPRECATED])

System = Annotated[str, Path(pattern=r"^[a-z0-9-]{3,63}$")]
Type = Annotated[str, Path(max_length=128, pattern=r"^[a-z0-9.-]+$")]


@router.get("/systems/{system}/asyncapi.json")
async def of_system(request: Request, system: System) -> Response:
    """Return the AsyncAPI document of one system."""
    client = await client_of(request)
    if client.person is None and client.name != system:
        raise Problem(403, Code.FORBIDDEN, "a system is told of itself")
    rules = deps_of(request).rules()
    if system not in rules.systems:
        raise Problem(404, Code.NOT_FOUND)
    document = asyncapi(await _described(request, rules, system))
    return Response(orjson.dumps(document), media_type="application/vnd.aai.asyncapi+json")


@router.get("/types.css")
async def style() -> Response:
    """Return the pages' style: a file of its own, because the policy allows no inline style."""
    return Response(STYLE, media_type="text/css", headers={"cache-control": "max-age=86400"})


@router.get("/types/{type}")
async def of_type(request: Request, type: Type) -> Response:
    """Return the page of one type."""
    await client_of(request)
    versions = await _kept(staff_of(request).schemas, type)
    if not versions:
        raise Problem(404, Code.NOT_FOUND)
    rules = deps_of(request).rules()
    senders = sorted(system for system, sent in rules.rights if sent == type)
    takers = sorted(_taker(rules, *one) for one in rules.endpoints.items() if one[0][1] == type)
    shown = [_shown(one) for one in versions]
    return HTMLResponse(
        page(type, shown, senders, takers, STYLE_PATH), headers={"cache-control": "no-store"}
    )


def _taker(rules: Rules, key: tuple[str, str], system: str) -> str:
    organisation = rules.directory.organisations.get(key[0])
    return f"{organisation.name if organisation else key[0]} · {system}"


def _shown(kept: Kept) -> VersionShown:
    return VersionShown(
        name=kept.name,
        state=kept.state.value,
        document=kept.document,
        example=example(kept.parsed.name),
    )


async def _kept(schemas: SchemaVersions, type: str) -> list[Kept]:
    found = schema_of(type)
    if found is None:
        return []
    there = await schemas.of(Family(name=found[0], major=found[1]))
    return [one for one in there if one.state in _COUNTING]


async def _described(request: Request, rules: Rules, system: str) -> SystemDescribed:
    schemas = staff_of(request).schemas
    sends = sorted((sent, to) for (by, sent), to in rules.rights.items() if by == system)
    takes = sorted({taken for (_, taken), by in rules.endpoints.items() if by == system})
    public = staff_of(request).browser.public_url
    where = urlsplit(public or str(request.base_url))
    return SystemDescribed(
        system=system,
        hub=rules.hub,
        rules_version=rules.ref.version,
        host=where.netloc,
        protocol=where.scheme,
        inbox_topic=inbox(system),
        urgent_topic=urgent_inbox(system),
        sends=[await _type(schemas, sent, tuple(sorted(to))) for sent, to in sends],
        takes=[await _type(schemas, taken) for taken in takes],
    )


async def _type(schemas: SchemaVersions, type: str, recipients: tuple[str, ...] = ()) -> Described:
    kept = await _kept(schemas, type)
    documents: dict[str, Any] = {one.name: one.document for one in kept}
    return Described(type=type, documents=documents, recipients=recipients)
