"""`/ops/system`: which versions run, which brokers there are, how much room is left."""

import platform
from importlib.metadata import version
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict
from sqlalchemy import text

from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.ops.dependencies import Ops, ops_of
from hub.api.rights import Action, require
from hub.io.kafka.cluster import Broker
from hub.io.sql.engine import sql_errors
from hub.ports import Unavailable

router: Final = APIRouter(prefix="/ops/system", tags=["operators"], route_class=AdminRoute)

TheOps = Annotated[Ops, Depends(ops_of)]

_VERSIONS: Final = {"sqlite": "SELECT sqlite_version()", "postgresql": "SHOW server_version"}


class _Shown(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class BrokerShown(_Shown):
    """One broker, as it names itself to clients."""

    node: int
    host: str
    port: int
    controller: bool


class DatabaseShown(_Shown):
    """What keeps the control plane and the search projection."""

    kind: str
    version: str


class DiskShown(_Shown):
    """The disk of the hub's home."""

    free: int
    total: int
    """Bytes, both."""
    least: int
    """Below this nothing new is taken."""


class SystemAnswer(_Shown):
    """What runs here."""

    hub: str
    python: str
    database: DatabaseShown
    brokers: list[BrokerShown] | None
    """null: none answers."""
    disk: DiskShown


@router.get("", responses=problems(), dependencies=[Depends(require(Action.VIEW_CONNECTORS))])
async def system(ops: TheOps) -> SystemAnswer:
    """Return versions, brokers and room. What cannot be asked now is null, never empty."""
    return SystemAnswer(
        hub=version("lgsp-hub"),
        python=platform.python_version(),
        database=await _database(ops),
        brokers=await _brokers(ops),
        disk=DiskShown(free=ops.disk.free(), total=ops.disk.total(), least=ops.disk.least),
    )


async def _database(ops: Ops) -> DatabaseShown:
    kind = ops.engine.dialect.name
    with sql_errors("asking for the version"):
        async with ops.engine.connect() as connection:
            told = await connection.scalar(text(_VERSIONS[kind]))
    return DatabaseShown(kind=kind, version=str(told))


async def _brokers(ops: Ops) -> list[BrokerShown] | None:
    try:
        found: tuple[Broker, ...] = await ops.brokers.get()
    except Unavailable:
        return None
    return [BrokerShown.model_validate(one) for one in found]
