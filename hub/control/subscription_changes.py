"""What may be asked for subscriptions and the owners of types. See `hub.control.changes`."""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StrictBool, StrictInt, StrictStr, StringConstraints

from hub.control.connector_changes import ChangeModel
from hub.control.fields import (
    Address,
    MessageType,
    Moment,
    OrganisationId,
    OrganisationIds,
    RightId,
    SystemName,
)
from hub.decision.rules import EVERYONE
from hub.decision.subscriptions import MAX_CONDITIONS, Condition

MAX_SOURCES: Final = 500
"""Of one subscription; more agencies than this are a group, or an area."""
_VERSION: Final = r"^[1-9][0-9]{0,3}\.(0|[1-9][0-9]{0,3})$"


def _somebody(urn: str) -> str:
    if urn == EVERYONE:
        raise ValueError("leave sources out to get it from anybody")
    return urn


Source = Annotated[Address, AfterValidator(_somebody)]
Version = Annotated[str, StringConstraints(pattern=_VERSION)]
Value = Annotated[StrictStr, StringConstraints(max_length=100)] | StrictBool | StrictInt


class ConditionModel(ChangeModel):
    """What one declared fact of the body must be: one of these values, or a number in a range."""

    fact: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]
    one_of: Annotated[tuple[Value, ...], Field(max_length=100)] = ()
    at_least: StrictInt | None = None
    at_most: StrictInt | None = None

    @property
    def is_range(self) -> bool:
        """Whether it asks for a number in a range."""
        return self.at_least is not None or self.at_most is not None

    def condition(self) -> Condition:
        """Return it as the rules have it."""
        return Condition(
            fact=self.fact, one_of=self.one_of, at_least=self.at_least, at_most=self.at_most
        )


class PutSubscription(ChangeModel):
    """This system gets this type, from these sources, as far as their senders' rights allow."""

    change: Literal["put_subscription"]
    id: RightId
    system: SystemName
    type: MessageType
    sources: Annotated[tuple[Source, ...], Field(max_length=MAX_SOURCES)] = ()
    """Systems, agencies and groups; none: from anybody."""
    areas: OrganisationIds = ()
    """Agencies with all below them; none: from anywhere."""
    versions: Annotated[tuple[Version, ...], Field(max_length=50)] = ()
    conditions: Annotated[tuple[ConditionModel, ...], Field(max_length=MAX_CONDITIONS)] = ()
    copies: StrictBool = False
    """Also what its sender has addressed to others."""
    since: Moment | None = None
    """Also what was sent from this moment on; none: from now on."""


class PauseSubscription(ChangeModel):
    """Deliver nothing more under it, until it is resumed."""

    change: Literal["pause_subscription"]
    id: RightId


class ResumeSubscription(ChangeModel):
    """End a pause. What was sent meanwhile is not made good: ask for it with `since`."""

    change: Literal["resume_subscription"]
    id: RightId


class EndSubscription(ChangeModel):
    """End it for good. It stays known; who wants the type again asks under another id."""

    change: Literal["end_subscription"]
    id: RightId


class PutTypeOwner(ChangeModel):
    """This agency says who may get this type."""

    change: Literal["put_type_owner"]
    type: MessageType
    organisation: OrganisationId


class DeleteTypeOwner(ChangeModel):
    """Nobody owns the type any more: only who may change all rules approves."""

    change: Literal["delete_type_owner"]
    type: MessageType


class PutExchange(ChangeModel):
    """Messages of this type are requests, with a deadline, and are answered by that type."""

    change: Literal["put_exchange"]
    type: MessageType
    answer: MessageType
    several: StrictBool = False
    """Whether one system may answer more than once."""
    officer: Annotated[str, StringConstraints(pattern=r"^([a-z][a-z0-9_]{0,63})?$")] = ""
    """The member of the body with the officer's code; none: nobody in particular asks."""
    per_hour: Annotated[StrictInt, Field(ge=0, le=100_000)] = 0
    """Most requests of one officer within an hour; 0: no limit."""


class DeleteExchange(ChangeModel):
    """Messages of this type are no requests any more."""

    change: Literal["delete_exchange"]
    type: MessageType
