"""From the plan to signed bytes: good ones, and those that are wrong on purpose."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from lgsp_client import Identity, Outgoing
from lgsp_client.outgoing import Options, compose

from simulator.keys import stranger
from simulator.plan import Fault, Planned

OTHER_HUB: Final = "truc-khac-mau"
_LARGE: Final = 300 * 1024
"""More than the 256 KiB that a body may have."""
_AHEAD: Final = timedelta(hours=1)
"""More than the 5 minutes that a clock may run ahead."""
_TAMPERED: Final = b" "
"""Behind the body it is still the same JSON value: only the signature tells."""


def message_id(run: str, number: int) -> str:
    """Return the id of a message of a run."""
    return f"{run}-{number:06}"


def forge(
    planned: Planned,
    who: Identity,
    *,
    run: str,
    now: datetime,
    first: Outgoing | None = None,
    attachment: Mapping[str, Any] | None = None,
) -> Outgoing:
    """Return the signed message, made wrong the way its fault says.

    `first`: for a repetition, what is repeated. `attachment`: for a letter, its uploaded PDF.
    """
    options, body = _options(planned, run, first), planned.body
    if attachment is not None:
        body = {**body, "attachments": [attachment]}
        options["objects"] = (attachment["object"]["hash"],)
    match planned.fault:
        case Fault.UNKNOWN_KEY:
            who = stranger(who.system, who.hub)
        case Fault.WRONG_AUDIENCE:
            who = replace(who, hub=OTHER_HUB)
        case Fault.CLOCK_AHEAD:
            options["time"] = now + _AHEAD
        case Fault.TOO_LARGE:
            body = {**body, "note": "x" * _LARGE}
    message = compose(who, now, planned.type, body, options)
    if planned.fault is Fault.BAD_SIGNATURE:
        return replace(message, body=message.body + _TAMPERED)
    return message


def _options(planned: Planned, run: str, first: Outgoing | None) -> Options:
    options: Options = {
        "id": message_id(run, planned.number),
        "subject": planned.subject,
        "recipients": planned.recipients,
        "correlationid": planned.correlation,
        "priority": "urgent" if planned.urgent else None,
    }
    if first is not None:
        # The same message: all its attributes agree, and its signature is made anew.
        options["id"] = first.id
        options["time"] = datetime.fromisoformat(first.attributes["time"])
    return options
