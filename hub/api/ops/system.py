"""`/ops/system`: versions, brokers, room, the ends of logs, and a bundle for whoever helps."""

import platform
from importlib.metadata import version
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query
from sqlalchemy import text
from starlette.responses import Response

from hub.api.admin_models import ReasonRequest, problems
from hub.api.admin_route import AdminRoute
from hub.api.ops.dependencies import Ops, ops_of
from hub.api.ops.diagnosis import Level, LineShown, LogAnswer
from hub.api.ops_models import Answer
from hub.api.problems import Code, Problem
from hub.api.rights import Action, Person, require
from hub.api.staff import Staff, staff_of
from hub.io.kafka.cluster import Broker
from hub.io.sql.engine import sql_errors
from hub.ports import Unavailable

router: Final = APIRouter(prefix="/ops/system", tags=["operators"], route_class=AdminRoute)

TheOps = Annotated[Ops, Depends(ops_of)]

TheStaff = Annotated[Staff, Depends(staff_of)]
# It changes nothing: in read-only mode help is needed as much as ever.
Diagnosing = Annotated[Person, Depends(require(Action.DIAGNOSE, writes=False))]
Process = Annotated[str, Path(pattern=r"^[a-z-]{1,30}$")]

MOST_LINES: Final = 1_000
"""Of one look at a log; a support bundle has more."""
BUNDLED: Final = "make_support_bundle"
"""What the trail calls it."""
_ZIP: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "A ZIP file", "content": {"application/zip": {}}}
}
_VERSIONS: Final = {"sqlite": "SELECT sqlite_version()", "postgresql": "SHOW server_version"}


class BrokerShown(Answer):
    """One broker, as it names itself to clients."""

    node: int
    host: str
    port: int
    controller: bool


class DatabaseShown(Answer):
    """What keeps the control plane and the search projection."""

    kind: str
    version: str


class DiskShown(Answer):
    """The disk of the hub's home."""

    free: int
    total: int
    """Bytes, both."""
    least: int
    """Below this nothing new is taken."""


class SystemAnswer(Answer):
    """What runs here."""

    hub: str
    python: str
    database: DatabaseShown
    brokers: list[BrokerShown] | None
    """null: none answers."""
    disk: DiskShown
    processes: list[str]
    """Those whose logs `GET /ops/system/logs/{process}` shows."""


@router.get("", responses=problems(), dependencies=[Depends(require(Action.VIEW_CONNECTORS))])
async def system(ops: TheOps) -> SystemAnswer:
    """Return versions, brokers and room. What cannot be asked now is null, never empty."""
    return SystemAnswer(
        hub=version("lgsp-hub"),
        python=platform.python_version(),
        database=await _database(ops),
        brokers=await _brokers(ops),
        disk=DiskShown(free=ops.disk.free(), total=ops.disk.total(), least=ops.disk.least),
        processes=list(ops.diagnosis.processes),
    )


@router.get(
    "/logs/{process}",
    responses=problems(s404="No such process"),
    dependencies=[Depends(require(Action.DIAGNOSE))],
)
async def logs(
    ops: TheOps,
    process: Process,
    lines: Annotated[int, Query(ge=1, le=MOST_LINES)] = 200,
    level: Level = Level.INFO,
) -> LogAnswer:
    """Return the last lines of a process's log that matter at least so much, masked."""
    if process not in ops.diagnosis.processes:
        raise Problem(404, Code.NOT_FOUND)
    found = await ops.diagnosis.log(process, lines, level)
    shown = None if found is None else [LineShown.model_validate(one) for one in found]
    return LogAnswer(process=process, lines=shown)


@router.post(
    "/bundle",
    responses=problems(
        s400="The body is not JSON",
        s413="The body is too large",
        s503="One is being made, or it could not be made",
    )
    | _ZIP,
    response_class=Response,
)
async def bundle(
    ops: TheOps, staff: TheStaff, person: Diagnosing, request: ReasonRequest
) -> Response:
    """Return a support bundle: what `hub support bundle` makes, without bodies and secrets."""
    # Invariant 11: in the trail before the first byte leaves the hub.
    await staff.audit.record(person.name, BUNDLED, "hub/support-bundle", reason=request.reason)
    name = f"hub-support-{ops.clock():%Y%m%d-%H%M%S}.zip"
    return Response(
        await ops.diagnosis.bundle(),
        media_type="application/zip",
        headers={
            "content-disposition": f'attachment; filename="{name}"',
            "cache-control": "no-store",
        },
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
