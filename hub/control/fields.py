"""The types of the fields that operators write: what each may look like, and why."""

import re
import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Final

from lgsp_message.attributes import (
    AREA_PREFIX,
    GROUP_PREFIX,
    ORG_PREFIX,
    SYSTEM_PREFIX,
    is_area,
    is_system_name,
)
from lgsp_message.codes import MAX_WRITTEN_CHARS, respell
from lgsp_message.limits import MAX_URN_CHARS
from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from hub.decision.rules import EVERYONE
from hub.decision.statements import is_statement
from hub.schemas.event_types import parse_schema

MAX_LIST: Final = 5_000
"""Most items of one list: a group of all communes of a large province has some 3,300 members."""

_CODE_FORM: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")
_CODE: Final = f"^{_CODE_FORM.pattern}$"
_SYSTEM: Final = r"^[a-z0-9-]{3,63}$"
_TYPE: Final = r"^[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*){1,10}\.v[1-9][0-9]{0,3}$"
_RIGHT: Final = r"^[0-9A-Za-z][0-9A-Za-z._-]{0,127}$"


def _readable(text: str) -> str:
    # NFC: two spellings of one Vietnamese name must be one name. Control characters would let a
    # name draw on an operator's terminal, and PostgreSQL refuses NUL.
    if not text.isprintable() or not unicodedata.is_normalized("NFC", text):
        raise ValueError("printable text in Unicode form NFC")
    if text != text.strip():
        raise ValueError("no blanks at either end")
    return text


def _address(urn: str) -> str:
    if urn == EVERYONE or _names_somebody(urn):
        return urn
    raise ValueError(
        f"{SYSTEM_PREFIX}…, {ORG_PREFIX}<code>, {GROUP_PREFIX}…, {AREA_PREFIX}<number> "
        f"or {EVERYONE} (any recipient)"
    )


def _names_somebody(urn: str) -> bool:
    if urn.startswith(ORG_PREFIX):
        return _CODE_FORM.fullmatch(urn.removeprefix(ORG_PREFIX)) is not None
    if urn.startswith(AREA_PREFIX):
        return is_area(urn.removeprefix(AREA_PREFIX))
    for prefix in (SYSTEM_PREFIX, GROUP_PREFIX):
        if urn.startswith(prefix):
            return is_system_name(urn.removeprefix(prefix))
    return False


def _wild_code(text: str) -> str:
    if not text.isprintable() or respell(text) is None:
        raise ValueError("a code as in H37.02 or 000.00.02.H37")
    return text


def _schema_name(name: str) -> str:
    if parse_schema(f"urn:hub:schema:{name}") is None:
        raise ValueError("<name>:<major>.<minor>, as in dossier.received:1.0")
    return name


def _no_statement(type_: str) -> str:
    if is_statement(type_):
        raise ValueError("receipts and withdrawals carry no documents")
    return type_


def _distinct(items: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(items)) != len(items):
        raise ValueError("each at most once")
    return items


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


Name = Annotated[str, StringConstraints(min_length=1, max_length=300), AfterValidator(_readable)]
"""What people call it."""
Reason = Annotated[str, StringConstraints(min_length=3, max_length=500), AfterValidator(_readable)]
"""Why an operator changes something: invariant 11."""
OrganisationId = Annotated[str, StringConstraints(pattern=_CODE)]
Code = Annotated[str, StringConstraints(pattern=_CODE)]
WildCode = Annotated[
    str, StringConstraints(max_length=MAX_WRITTEN_CHARS), AfterValidator(_wild_code)
]
"""A code in whatever spelling: it is repaired, and the trail keeps how it was written."""
SystemName = Annotated[str, StringConstraints(pattern=_SYSTEM)]
ConnectorName = Annotated[str, StringConstraints(pattern=_SYSTEM)]
GroupName = Annotated[str, StringConstraints(pattern=_SYSTEM)]
RightId = Annotated[str, StringConstraints(pattern=_RIGHT)]
Thumbprint = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
SchemaName = Annotated[str, StringConstraints(max_length=100), AfterValidator(_schema_name)]
EventType = Annotated[str, StringConstraints(max_length=100, pattern=_TYPE)]
MessageType = Annotated[EventType, AfterValidator(_no_statement)]
"""A type that carries something to somebody: not what is said about other messages."""
Address = Annotated[str, StringConstraints(max_length=MAX_URN_CHARS), AfterValidator(_address)]
Moment = Annotated[AwareDatetime, AfterValidator(_utc)]

Area = Annotated[str, StringConstraints(pattern=r"^[0-9]{2,10}$")]
"""The number of an administrative unit."""

SystemNames = Annotated[
    tuple[SystemName, ...], Field(max_length=MAX_LIST), AfterValidator(_distinct)
]
OrganisationIds = Annotated[
    tuple[OrganisationId, ...], Field(max_length=MAX_LIST), AfterValidator(_distinct)
]
EventTypes = Annotated[
    tuple[EventType, ...], Field(min_length=1, max_length=500), AfterValidator(_distinct)
]
Addresses = Annotated[
    tuple[Address, ...], Field(min_length=1, max_length=MAX_LIST), AfterValidator(_distinct)
]
