"""What the routing table and the simulator are asked and answer."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from lgsp_message.limits import MAX_RECIPIENTS
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from hub.api.ops.fields import BusinessKey, Moment, SystemName, Word
from hub.api.ops_models import Answer
from hub.decision.rehearsal import Step

_SIMULATION: Final[dict[str, Any]] = {
    "source": "mot-cua-mau",
    "type": "vn.gov.dossier.received.v1",
    "recipients": ["urn:hub:org:H99.22"],
    "subject": "H99.22-261128-0001",
}


class Problematic(Answer):
    """Why something would be refused."""

    reason: str
    place: str
    detail: str
    help: dict[str, Any] | None


class Target(Answer):
    """Where something leads."""

    system: str
    organisation: str | None
    inbox: str
    connectors: list[str]


class RouteShown(Answer):
    """One address that an access right names."""

    sender: str
    sender_organisation: str | None
    type: str
    recipient: str
    leads_to: list[Target]
    leads_to_count: int
    problem: Problematic | None


class RoutePage(Answer):
    """Routes in the order of sender, type and recipient."""

    items: list[RouteShown]
    next: str | None
    rules_version: int


class SimulateRequest(BaseModel):
    """A message that nobody sent."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [_SIMULATION]}
    )

    source: SystemName
    type: Word
    recipients: Annotated[
        tuple[Annotated[str, StringConstraints(max_length=200)], ...],
        Field(max_length=MAX_RECIPIENTS),
    ]
    dataschema: Word | None = None
    subject: BusinessKey | None = None
    onbehalf: Word | None = None
    time: Moment | None = None
    expirytime: Moment | None = None
    priority: Literal["normal", "urgent"] = "normal"
    correlationid: BusinessKey | None = None
    body: Any = None
    """JSON; left out or null: the schema is not checked."""


class StepAnswer(Answer):
    """One step of the way."""

    step: Step
    result: Literal["ok", "refused", "assumed", "not_checked"]
    findings: list[Problematic]


class DeliveryAnswer(Target):
    """A delivery that would be made."""

    address: str


class ChoiceAnswer(Answer):
    """An address that may mean several: a person would choose who gets it."""

    address: str
    candidates: list[Target]


class SimulateAnswer(Answer):
    """What would happen."""

    outcome: Literal["admitted", "refused"]
    reason: str | None
    rules_version: int
    at: datetime
    steps: list[StepAnswer]
    deliveries: list[DeliveryAnswer]
    choices: list[ChoiceAnswer]
