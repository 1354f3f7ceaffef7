"""`/v1/admin/connectors/{name}/signals`: what a running connector shall do once."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field, StrictInt

from hub.api.admin_connectors import NAME_PATTERN
from hub.api.admin_dependencies import commands_of, control_of
from hub.api.admin_models import problems
from hub.api.admin_route import AdminRoute
from hub.api.rights import Action, Person, require
from hub.control.dead_letters import Commands
from hub.control.fields import Reason
from hub.control.service import Control
from hub.control.signals import MAX_LOG_MINUTES, LogLevel, Signal, Signals

router: Final = APIRouter(
    prefix="/v1/admin/connectors/{name}/signals", tags=["admin"], route_class=AdminRoute
)

Name = Annotated[str, Path(pattern=NAME_PATTERN)]


class SignalRequest(BaseModel):
    """What the connector shall do, and why; level and minutes are of `log_level` only."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {"signal": "flush", "reason": "Sở Mẫu đã sửa lỗi"},
                {"signal": "log_level", "level": "DEBUG", "minutes": 10, "reason": "Tìm lỗi"},
            ]
        },
    )

    signal: Signal
    reason: Reason
    level: LogLevel = LogLevel.DEBUG
    minutes: Annotated[StrictInt, Field(ge=1, le=MAX_LOG_MINUTES)] = 10


class SignalAnswer(BaseModel):
    """A signal that is on its way: the connector takes it when it runs or is paused."""

    id: str
    connector: str
    signal: Signal
    given_by: str
    given_at: datetime


@router.post(
    "",
    status_code=202,
    responses=problems(
        s400="The body is not JSON",
        s404="No such connector",
        s413="The body is too large",
        s503="Kafka or SQL does not answer; repeating is safe",
    ),
)
async def signal(
    request: SignalRequest,
    name: Name,
    control: Annotated[Control, Depends(control_of)],
    commands: Annotated[Commands, Depends(commands_of)],
    person: Annotated[Person, Depends(require(Action.OPERATE_CONNECTORS))],
) -> SignalAnswer:
    """Tell a connector to do something once. It waits where the connector is stopped."""
    given = await Signals(control, commands).give(
        name,
        request.signal,
        actor=person.name,
        reason=request.reason,
        level=request.level,
        minutes=request.minutes,
    )
    return SignalAnswer(
        id=given.id,
        connector=name,
        signal=request.signal,
        given_by=given.by,
        given_at=given.at,
    )
