"""`/v1/admin/adapters`: what connectors can be made of."""

import asyncio
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from lgsp_adapter import Spec, config_schema

from hub.api.admin_connector_models import AdapterAnswer, AdaptersAnswer, TextAnswer
from hub.api.admin_dependencies import control_of
from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.rights import Action, require
from hub.control.adapters import Installed
from hub.control.service import Control

router: Final = APIRouter(prefix="/v1/admin/adapters", tags=["admin"], route_class=AdminRoute)


@router.get("", responses=problems(), dependencies=[Depends(require(Action.VIEW_CONNECTORS))])
async def adapters(control: Annotated[Control, Depends(control_of)]) -> AdaptersAnswer:
    """Return the installed adapters with the JSON Schema of each one's configuration."""
    # In a thread: it imports the packages of those that nobody has used yet.
    found = await asyncio.to_thread(control.adapters.all)
    return AdaptersAnswer(items=[_shown(one) for one in found])


def _shown(one: Installed) -> AdapterAnswer:
    if one.spec is None:
        return AdapterAnswer(name=one.name, package=one.package, problem=one.problem)
    return _usable(one, one.spec)


def _usable(one: Installed, spec: Spec) -> AdapterAnswer:
    return AdapterAnswer(
        name=one.name,
        package=one.package,
        problem=None,
        version=spec.version,
        kind=spec.kind,
        contract=spec.contract,
        title=TextAnswer(vi=spec.title.vi, en=spec.title.en),
        types=list(spec.types),
        idempotence=spec.idempotence,
        config_version=spec.config.version,
        config_schema=config_schema(spec.config),
    )
