"""Quotas: how much a system may hand in."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StrictInt

from hub.control.connector_changes import ChangeModel
from hub.control.draft import Draft
from hub.control.fields import SystemName
from hub.decision.quotas import DEFAULT, QuotaRecord

_Messages = Annotated[StrictInt, Field(ge=1, le=10_000_000)]


class PutQuota(ChangeModel):
    """This system may hand in so much in a minute; what comes beyond it is asked to wait."""

    change: Literal["put_quota"]
    system: SystemName
    messages_per_minute: _Messages = DEFAULT.messages_per_minute
    bytes_per_minute: Annotated[StrictInt, Field(ge=1_000_000, le=100_000_000_000)] = (
        DEFAULT.bytes_per_minute
    )
    """Of message bodies."""
    urgent_per_minute: _Messages = DEFAULT.urgent_per_minute
    """Messages marked urgent, which go before all others."""


class DeleteQuota(ChangeModel):
    """This system has the quota of every system again."""

    change: Literal["delete_quota"]
    system: SystemName


def _put_quota(change: PutQuota, draft: Draft, _place: str) -> None:
    record = QuotaRecord(
        messages_per_minute=change.messages_per_minute,
        bytes_per_minute=change.bytes_per_minute,
        urgent_per_minute=change.urgent_per_minute,
    )
    draft.put(change.system, record, change.change)


def _delete_quota(change: DeleteQuota, draft: Draft, _place: str) -> None:
    draft.remove(QuotaRecord, change.system, change.change)


QUOTA_COMMANDS: Final[Mapping[type[Any], Callable[[Any, Draft, str], None]]] = {
    PutQuota: _put_quota,
    DeleteQuota: _delete_quota,
}
