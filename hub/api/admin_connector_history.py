"""`/v1/admin/connectors/{name}/history`: how a connector was configured, and the way back."""

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from pydantic import ConfigDict, Field, StrictInt

from hub.api.admin_connectors import Name
from hub.api.admin_dependencies import control_of
from hub.api.admin_models import WrittenAnswer, problems
from hub.api.admin_route import AdminRoute
from hub.api.ops_models import Answer, Asked
from hub.api.rights import Action, Person, require
from hub.control.connector_history import ConnectorHistory
from hub.control.fields import Reason
from hub.control.service import Control

router: Final = APIRouter(prefix="/v1/admin/connectors", tags=["admin"], route_class=AdminRoute)

_MAX_VERSION: Final = 2**31 - 1
TheControl = Annotated[Control, Depends(control_of)]
Before = Annotated[int | None, Query(ge=1, le=_MAX_VERSION)]
Limit = Annotated[int, Query(ge=1, le=200)]


class PastAnswer(Answer):
    """A connector as one version of the rules had it."""

    version: int
    at: datetime
    published_at: datetime | None
    """When routers and connectors could know it; null: it is on its way."""
    actor: str | None
    action: str | None
    reason: str | None
    value: dict[str, Any] | None
    """Secrets in it are references; null: it was removed."""


class HistoryAnswer(Answer):
    """How a connector was, the newest first; ask with `before=<next>` for older ones."""

    items: list[PastAnswer]
    next: int | None


class BackRequest(Asked):
    """Which version's configuration shall be again, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"version": 12, "reason": "Cấu hình mới làm Sở Mẫu không nhận được"}]
        }
    )

    version: Annotated[StrictInt, Field(ge=1, le=_MAX_VERSION)]
    reason: Reason


@router.get(
    "/{name}/history",
    responses=problems(),
    dependencies=[Depends(require(Action.VIEW_CONNECTORS))],
)
async def history(
    control: TheControl, name: Name, before: Before = None, limit: Limit = 50
) -> HistoryAnswer:
    """Return how a connector was configured, by whom and why. Also of one that is gone."""
    found = await ConnectorHistory(control).page(name, before, limit)
    items = [PastAnswer.model_validate(one) for one in found]
    return HistoryAnswer(items=items, next=items[-1].version if len(items) == limit else None)


@router.post(
    "/{name}:rollback",
    responses=problems(
        s400="The body is not JSON",
        s404="There is no such connector, or it was not so in this version",
        s409="It cannot be so any more: another adapter or system",
        s413="The body is too large",
    ),
)
async def rollback(
    control: TheControl,
    name: Name,
    asked: BackRequest,
    person: Annotated[Person, Depends(require(Action.MANAGE_CONNECTORS))],
) -> WrittenAnswer:
    """Let a connector be configured as it was: a new version. Safe to repeat."""
    written = await ConnectorHistory(control).back(
        name, asked.version, actor=person.name, reason=asked.reason
    )
    return WrittenAnswer.model_validate(written)
