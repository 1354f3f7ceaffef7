"""`/v1/admin/connectors/{name}/networks`: one administrator asks, another approves."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path

from hub.api.admin_connector_models import NetworkAnswer, NetworkRequest, NetworksAnswer
from hub.api.admin_connectors import NAME_PATTERN
from hub.api.admin_dependencies import networks_of
from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.rights import Action, Person, require
from hub.control.networks import Networks

router: Final = APIRouter(
    prefix="/v1/admin/connectors/{name}/networks", tags=["admin"], route_class=AdminRoute
)

Name = Annotated[str, Path(pattern=NAME_PATTERN)]
TheNetworks = Annotated[Networks, Depends(networks_of)]
Manager = Annotated[Person, Depends(require(Action.MANAGE_CONNECTORS))]

_ANSWERS: Final = {
    "s400": "The body is not JSON",
    "s404": "No such connector, or nobody asked for this network",
    "s413": "The body is too large",
}


@router.get(
    "",
    responses=problems(s404="No such connector"),
    dependencies=[Depends(require(Action.VIEW_CONNECTORS))],
)
async def networks(name: Name, known: TheNetworks) -> NetworksAnswer:
    """Return the networks that were asked for, approved or not."""
    found = await known.of(name)
    return NetworksAnswer(items=[NetworkAnswer.model_validate(one) for one in found])


@router.post("", responses=problems(**_ANSWERS))
async def ask(
    request: NetworkRequest, name: Name, known: TheNetworks, person: Manager
) -> NetworkAnswer:
    """Ask that a connector may call a network. It counts once another person approves it."""
    found = await known.ask(name, request.cidr, actor=person.name, reason=request.reason)
    return NetworkAnswer.model_validate(found)


@router.post(":approve", responses=problems(**_ANSWERS, s409="Whoever asked does not approve"))
async def approve(
    request: NetworkRequest, name: Name, known: TheNetworks, person: Manager
) -> NetworkAnswer:
    """Approve what somebody else asked for: it becomes part of the rules. Safe to repeat."""
    found = await known.approve(name, request.cidr, actor=person.name, reason=request.reason)
    return NetworkAnswer.model_validate(found)


@router.post(":withdraw", responses=problems(**_ANSWERS))
async def withdraw(
    request: NetworkRequest, name: Name, known: TheNetworks, person: Manager
) -> NetworksAnswer:
    """Take a network away, approved or not; one person is enough. Returns what is left."""
    await known.withdraw(name, request.cidr, actor=person.name, reason=request.reason)
    return await networks(name, known)
