"""`/ops/alerts`: what fires, who has taken it, rules, silences, channels and what was told."""

import re
from datetime import timedelta
from enum import StrEnum, unique
from typing import Annotated, Any, Final, Literal, Self

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from starlette.requests import HTTPConnection

from hub.api.admin_models import ReasonRequest, problems
from hub.api.admin_route import AdminRoute
from hub.api.ops.scope import organisations
from hub.api.rights import Action, Person, denied, require
from hub.api.settable import put, remove
from hub.control.alerts import Alerts
from hub.control.fields import Moment, Reason
from hub.indicators.alerting import ANY, Severity, Silence
from hub.indicators.defaults import METRICS, NAMES
from hub.io.admission import utc_now

router: Final = APIRouter(prefix="/ops/alerts", tags=["alerts"], route_class=AdminRoute)

LONGEST_SILENCE: Final = timedelta(days=30)
"""A longer one is a rule that should go."""

Name = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
Scope = Annotated[str, Field(max_length=64, pattern=r"^(\*|[0-9A-Za-z][0-9A-Za-z._-]{0,63}|)$")]
RuleName = Annotated[str, Field(pattern=r"^(\*|[a-z0-9][a-z0-9-]{0,63})$")]
Looker = Annotated[Person, Depends(require(Action.VIEW_ALERTS, scoped=True))]
# Takes and silences alerts: of his organisations only, where his role is for some.
Minder = Annotated[Person, Depends(require(Action.MANAGE_ALERTS, scoped=True))]
Manager = Annotated[Person, Depends(require(Action.MANAGE_ALERTS))]


class RuleRequest(ReasonRequest):
    """When to alert. `for_seconds` is how long the value must be beyond the threshold."""

    metric: str
    above: bool = True
    threshold: Annotated[float, Field(ge=-1e15, le=1e15, allow_inf_nan=False)]
    for_seconds: Annotated[int, Field(ge=0, le=604_800)] = 300
    severity: Severity = Severity.WARNING
    organisation: Scope = ANY
    subject: Annotated[str, Field(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f\x7f]+$")] = (
        ANY
    )
    an_hour: Annotated[int, Field(ge=1, le=60)] = 4

    @field_validator("metric")
    @classmethod
    def _is_known(cls, name: str) -> str:
        # Invariant 5: a rule about nothing would never fire, and everybody would feel safe.
        if name not in NAMES:
            raise ValueError("one of the metrics of GET /ops/alerts/metrics")
        return name


_TARGETS: Final = {
    "email": re.compile(r"[!-+\--?A-~]+@[0-9A-Za-z.-]+"),  # printable ASCII, no comma, one @
    "webhook": re.compile(r"https?://[!-~]+"),
    "message": re.compile(r"\+?[0-9]{8,15}"),
}


class ChannelFields(BaseModel):
    """Where notices go. `organisation`: `*` for all, else its responsible contact."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["email", "webhook", "message"]
    target: Annotated[str, Field(min_length=3, max_length=500)]
    organisation: Scope = ANY
    least: Severity = Severity.WARNING

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if _TARGETS[self.kind].fullmatch(self.target) is None:
            raise ValueError("an address, a URL or a telephone number, as the kind says")
        return self


class ChannelRequest(ReasonRequest, ChannelFields):
    """A channel, and why."""


class SilenceRequest(ReasonRequest):
    """From when until when nobody is told."""

    rule: RuleName = ANY
    organisation: Scope = ANY
    since: Moment
    until: Moment

    @model_validator(mode="after")
    def _is_a_time(self) -> "SilenceRequest":
        if not timedelta() < self.until - self.since <= LONGEST_SILENCE:
            raise ValueError(f"from a moment to {LONGEST_SILENCE.days} days")
        return self


class TakeRequest(BaseModel):
    """An alert that somebody takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    subject: Annotated[str, Field(max_length=512, pattern=r"^[^\x00-\x1f\x7f]*$")]
    reason: Reason


@unique
class Listed(StrEnum):
    """What everybody with the right to see alerts may list."""

    RULES = "rules"
    NOTICES = "notices"
    TELLINGS = "tellings"


def alerts_of(connection: HTTPConnection) -> Alerts:
    """Return the alerts of this app's database (`app.state.control`)."""
    return Alerts(connection.app.state.control.engine, utc_now)


TheAlerts = Annotated[Alerts, Depends(alerts_of)]
Items = dict[str, list[dict[str, Any]]]
_ANSWERS: Final = {"s400": "The body is not JSON", "s413": "The body is too large"}


@router.get("", responses=problems())
async def firing(alerts: TheAlerts, person: Looker) -> Items:
    """Return what is pending or fires, the newest first."""
    whose = organisations(person, Action.VIEW_ALERTS)
    return {"items": await alerts.listed("alerts", whose=whose)}


@router.get("/metrics", responses=problems())
async def metrics(_: Looker) -> Items:
    """Return what rules may watch."""
    return {"items": [{"name": m.name, "of": m.of, "vi": m.vi, "en": m.en} for m in METRICS]}


@router.get("/channels", responses=problems())
async def channels(alerts: TheAlerts, _: Manager) -> Items:
    """Return where notices go: addresses of people, for who manages them only."""
    return {"items": await alerts.listed("channels")}


@router.post(":take", responses=problems(**_ANSWERS, s404="It is over, or never was"))
async def take(request: TakeRequest, alerts: TheAlerts, person: Minder) -> dict[str, str]:
    """Take an alert: others see who works on it."""
    whose = organisations(person, Action.MANAGE_ALERTS)
    why = {"actor": person.name, "reason": request.reason}
    await alerts.take(request.rule, request.subject, **why, whose=whose)
    return {"taken_by": person.name}


@router.post("/rules/{name}:remove", responses=problems(**_ANSWERS, s404="No such rule"))
async def remove_rule(
    request: ReasonRequest, name: Name, alerts: TheAlerts, person: Manager
) -> dict[str, str]:
    """Remove a rule. What it fired is over, and that is told."""
    return await remove(alerts, "rules", name, request, person)


@router.put("/rules/{name}", responses=problems(**_ANSWERS))
async def put_rule(
    request: RuleRequest, name: Name, alerts: TheAlerts, person: Manager
) -> dict[str, Any]:
    """Set a rule. It counts from the next round on, at most half a minute later."""
    return await put(alerts, "rules", {"name": name}, request, person)


@router.post("/channels/{name}:test", responses=problems(**_ANSWERS, s404="No such channel"))
async def test_channel(
    request: ReasonRequest, name: Name, alerts: TheAlerts, person: Manager
) -> dict[str, str]:
    """Send a test notice over a channel; `GET /ops/alerts/tellings` says how it went."""
    await alerts.test(name, actor=person.name, reason=request.reason)
    return {"name": name}


@router.post("/channels/{name}:remove", responses=problems(**_ANSWERS, s404="No such channel"))
async def remove_channel(
    request: ReasonRequest, name: Name, alerts: TheAlerts, person: Manager
) -> dict[str, str]:
    """Remove a channel."""
    return await remove(alerts, "channels", name, request, person)


@router.put("/channels/{name}", responses=problems(**_ANSWERS))
async def put_channel(
    request: ChannelRequest, name: Name, alerts: TheAlerts, person: Manager
) -> dict[str, Any]:
    """Set a channel. An address is checked by `POST /ops/alerts/channels/{name}:test`."""
    return await put(alerts, "channels", {"name": name}, request, person)


@router.get("/silences", responses=problems())
async def silences(alerts: TheAlerts, person: Looker) -> Items:
    """Return silences, the newest first; those that are over too."""
    whose = organisations(person, Action.VIEW_ALERTS)
    return {"items": await alerts.listed("silences", whose=whose)}


@router.post("/silences", responses=problems(**_ANSWERS))
async def put_silence(
    request: SilenceRequest, alerts: TheAlerts, person: Minder, connection: HTTPConnection
) -> dict[str, int]:
    """Let nobody be told for a time. What still fires afterwards is told then.

    Who manages alerts of some organisations silences theirs, each by its name.
    """
    mine = organisations(person, Action.MANAGE_ALERTS)
    if mine is not None and request.organisation not in mine:
        raise await denied(connection, person, Action.MANAGE_ALERTS, place="organisation")
    silence = Silence(
        rule=request.rule,
        organisation=request.organisation,
        since=request.since,
        until=request.until,
    )
    number = await alerts.silence(silence, actor=person.name, reason=request.reason)
    return {"id": number}


@router.post("/silences/{number}:remove", responses=problems(**_ANSWERS, s404="No such silence"))
async def remove_silence(
    request: ReasonRequest,
    number: Annotated[int, Path(ge=1, le=2**31 - 1)],
    alerts: TheAlerts,
    person: Minder,
) -> dict[str, str]:
    """End a silence: one's own organisations' only, where one manages no others."""
    mine = organisations(person, Action.MANAGE_ALERTS)
    await alerts.end_silence(number, actor=person.name, reason=request.reason, whose=mine)
    return {"removed": str(number)}


# Last: its path fits the others.
@router.get("/{what}", responses=problems())
async def listed(
    alerts: TheAlerts, what: Listed, person: Looker, connection: HTTPConnection
) -> Items:
    """Return rules, silences, notices, or how notices went over their channels."""
    whose = organisations(person, Action.VIEW_ALERTS)
    if whose is not None and what is Listed.TELLINGS:
        # They name the channels of others.
        raise await denied(connection, person, Action.VIEW_ALERTS)
    return {"items": await alerts.listed(what.value, whose=whose)}
