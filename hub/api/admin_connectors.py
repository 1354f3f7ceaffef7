"""`/v1/admin/connectors`: what they are, how they are, and what they shall do."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Response
from lgsp_client import uuid7

from hub.api.admin_connector_models import (
    ConnectorAnswer,
    ConnectorPage,
    ReportedAnswer,
    TestAnswer,
)
from hub.api.admin_dependencies import commands_of, control_of, statuses_of
from hub.api.admin_models import ReasonRequest, WrittenAnswer, problems
from hub.api.admin_route import AdminRoute
from hub.api.problems import Code, Problem
from hub.api.rights import Action, Person, require
from hub.control.changes import ChangeSet
from hub.control.dead_letters import Commands
from hub.control.queries import Queries
from hub.control.service import Control
from hub.decision.connector_record import ConnectorRecord, connector_of
from hub.decision.connectors import digest_of
from hub.io.kafka.connector_records import Action as Told
from hub.io.kafka.connector_records import Command
from hub.io.sql.connector_status import ConnectorStatuses, Reported, Test

router: Final = APIRouter(prefix="/v1/admin/connectors", tags=["admin"], route_class=AdminRoute)

SILENT: Final = "silent"
SILENT_AFTER: Final = timedelta(minutes=1)
"""A connector reports every 5 seconds: twelve in a row are not lost by chance."""

POLL_SECONDS: Final = 0.2
TEST_REASON: Final = "kiểm tra kết nối / test"
"""A test changes nothing, so nobody has to say why he asks."""

NAME_PATTERN: Final = r"^[a-z0-9-]{3,63}$"
Name = Annotated[str, Path(pattern=NAME_PATTERN)]
TestId = Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{1,64}$")]
After = Annotated[str, Query(max_length=63, pattern=r"^[a-z0-9-]*$")]
Limit = Annotated[int, Query(ge=1, le=1_000)]
Seconds = Annotated[int, Query(ge=0, le=30)]
TheControl = Annotated[Control, Depends(control_of)]
Statuses = Annotated[ConnectorStatuses, Depends(statuses_of)]
Operator = Annotated[Person, Depends(require(Action.OPERATE_CONNECTORS))]


class Order(StrEnum):
    """What a connector can be told, as it stands in the path."""

    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    RESTART = "restart"


@router.get("", responses=problems(), dependencies=[Depends(require(Action.VIEW_CONNECTORS))])
async def connectors(
    control: TheControl, statuses: Statuses, after: After = "", limit: Limit = 100
) -> ConnectorPage:
    """Return connectors by name, each with what it told last."""
    page = await Queries(control.engine).page("connector", after, limit)
    reported = await statuses.reported([item["id"] for item in page.items])
    now = control.clock()
    items = [_shown(item, reported.get(item["id"]), now) for item in page.items]
    return ConnectorPage(items=items, next=page.next)


@router.post(
    "/{name}:test",
    status_code=200,
    responses=problems(
        s404="No such connector", s413="The body is too large", s503="Kafka or SQL does not answer"
    )
    | {202: {"model": TestAnswer, "description": "It has not come back yet: ask again by its id"}},
)
async def look(
    *,
    control: TheControl,
    statuses: Statuses,
    commands: Annotated[Commands, Depends(commands_of)],
    name: Name,
    person: Operator,
    response: Response,
    wait: Seconds = 10,
) -> TestAnswer:
    """Let the connector look at its other side, which changes nothing there; return its words."""
    await _find(control, name)
    asked = Test(id=uuid7(), connector=name, asked_by=person.name, asked_at=control.clock())
    await statuses.ask(asked)
    command = Command(
        id=asked.id,
        connector=name,
        action=Told.CHECK,
        by=person.name,
        reason=TEST_REASON,
        at=asked.asked_at,
    )
    await commands.send(command)
    found = await _answered(statuses, asked, wait)
    if found.answered_at is not None:
        return TestAnswer.model_validate(found)
    response.status_code = 202
    heard = (await statuses.reported([name])).get(name)
    return TestAnswer.model_validate(_unanswered(found, heard, control.clock()))


@router.get(
    "/{name}/tests/{id}",
    responses=problems(s404="No such test, or an old one"),
    dependencies=[Depends(require(Action.VIEW_CONNECTORS))],
)
async def one_test(statuses: Statuses, name: Name, id: TestId) -> TestAnswer:
    """Return a test, with its answer once there is one. It is kept for a week."""
    found = await statuses.test(name, id)
    if found is None:
        raise Problem(404, Code.NOT_FOUND)
    return TestAnswer.model_validate(found)


@router.post(
    "/{name}:{order}",
    responses=problems(
        s400="The body is not JSON", s404="No such connector", s413="The body is too large"
    ),
)
async def tell(
    request: ReasonRequest, control: TheControl, name: Name, order: Order, person: Operator
) -> WrittenAnswer:
    """Pause, resume, stop or restart a connector: a new version of the rules.

    Repeating it changes nothing; a repeated restart starts anew once more.
    """
    change: dict[str, Any] = {"change": f"{order}_connector", "name": name}
    if order is Order.RESTART:
        change["generation"] = (await _find(control, name))["generation"] + 1
    changes = ChangeSet.model_validate({"reason": request.reason, "changes": [change]})
    return WrittenAnswer.model_validate(await control.write(changes, actor=person.name))


@router.get(
    "/{name}",
    responses=problems(s404="No such connector"),
    dependencies=[Depends(require(Action.VIEW_CONNECTORS))],
)
async def one_connector(control: TheControl, statuses: Statuses, name: Name) -> ConnectorAnswer:
    """Return one connector."""
    item = await _find(control, name)
    return _shown(item, (await statuses.reported([name])).get(name), control.clock())


async def _find(control: Control, name: str) -> dict[str, Any]:
    found = await Queries(control.engine).one("connector", name)
    if found is None:
        raise Problem(404, Code.NOT_FOUND)
    return found


async def _answered(statuses: ConnectorStatuses, asked: Test, wait: int) -> Test:
    """Return the test once it is answered, or as it is after `wait` seconds."""
    found = asked
    try:
        async with asyncio.timeout(wait):
            while found.answered_at is None:
                await asyncio.sleep(POLL_SECONDS)
                found = await statuses.test(asked.connector, asked.id) or asked
    except TimeoutError:
        pass
    return found


def _unanswered(asked: Test, heard: Reported | None, now: datetime) -> Test:
    """Say when the connectors process was heard last: whether one may wait for its answer."""
    if heard is None:
        return replace(
            asked,
            vi="Chưa trả lời; tiến trình connectors chưa từng báo về",
            en="No answer yet; the connectors process has never reported",
        )
    age = max(0, int((now - heard.at).total_seconds()))
    return replace(
        asked,
        vi=f"Chưa trả lời; báo về lần cuối cách đây {age} giây, trạng thái {heard.state}",
        en=f"No answer yet; it reported {age} s ago, state {heard.state}",
    )


def _shown(item: dict[str, Any], reported: Reported | None, now: datetime) -> ConnectorAnswer:
    silent = reported is None or now - reported.at > SILENT_AFTER
    return ConnectorAnswer(
        **item,
        state=SILENT if silent or reported is None else reported.state,
        deployed=None if silent or reported is None else _is_deployed(item, reported),
        reported=None if reported is None else ReportedAnswer.model_validate(reported),
    )


def _is_deployed(item: dict[str, Any], reported: Reported) -> bool | None:
    if reported.running is None:
        return None
    record = msgspec.convert(item, ConnectorRecord)
    return digest_of(connector_of(item["id"], record)) == reported.running
