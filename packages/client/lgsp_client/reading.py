"""From the hub's JSON to values. What a newer hub adds is kept, not refused."""

from collections.abc import Mapping
from typing import Any, Final

from lgsp_message.attributes import SYSTEM_PREFIX

from lgsp_client.answers import Finding, Submitted
from lgsp_client.errors import HubProtocolError, HubRefused
from lgsp_client.outgoing import Outgoing

_ACCEPTED: Final = "accepted"
_KNOWN: Final = "duplicate"
_REFUSED: Final = "refused"


def submitted(message: Outgoing, status: int, fields: Mapping[str, Any]) -> Submitted:
    """Return what the hub answered to a message that it took.

    Raises:
        HubRefused: it was waited for the decision, and the decision is a refusal.
    """
    if fields.get("state") == _REFUSED:
        raise read_refusal(fields, status)
    source = message.attributes["source"].removeprefix(SYSTEM_PREFIX)
    return Submitted(
        source=source,
        id=message.id,
        state=str(fields.get("state") or _ACCEPTED),
        status_url=str(fields.get("status_url") or f"/v1/messages/{source}/{message.id}"),
        known=fields.get("state") == _KNOWN,
        answer=fields,
    )


def read_refusal(fields: Mapping[str, Any], status: int) -> HubRefused:
    """Return the refusal of a decision."""
    return HubRefused(
        str(fields.get("reason", "")),
        str(fields.get("detail") or ""),
        str(fields.get("place") or ""),
        status,
    )


def read_findings(fields: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return the errors that a dry run found.

    Raises:
        HubProtocolError: there is no list of them: that must not look like "no errors".
    """
    errors = fields.get("errors")
    if not isinstance(errors, list):
        raise HubProtocolError("the answer to a check has no list of errors")
    return tuple(
        Finding(
            reason=str(error.get("reason")),
            detail=str(error.get("detail") or ""),
            place=str(error.get("place") or ""),
        )
        for error in errors
    )
