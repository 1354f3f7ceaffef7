"""Does the body fit the schema that it names?"""

from typing import Any

from lgsp_message.jsontext import parse_json
from lgsp_message.reason import Reason, Refused
from lgsp_message.values import Message

from hub.decision.rules import Rules
from hub.schemas.event_types import schema_fits_type


def validate(message: Message, rules: Rules) -> Any:
    """Return the body's value.

    Raises:
        Refused: `SCHEMA_MISMATCH`, `UNKNOWN_SCHEMA`, `MALFORMED_BODY`, `TOO_DEEP`,
            `SCHEMA_VIOLATION`. The place is a JSON Pointer; values never appear.
    """
    claim = message.attributes
    if not schema_fits_type(claim.type, claim.dataschema):
        raise Refused(Reason.SCHEMA_MISMATCH, "type and dataschema do not fit", "dataschema")
    schema = rules.schemas.get(claim.dataschema)
    if schema is None:
        raise Refused(Reason.UNKNOWN_SCHEMA, claim.dataschema, "dataschema")
    value = parse_json(message.body)
    violation = schema.check(value)
    if violation is not None:
        raise Refused(Reason.SCHEMA_VIOLATION, violation.keyword, violation.pointer)
    return value
