"""The signed attributes of a message and their grammar (CloudEvents 1.0 plus the hub's own)."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec

from lgsp_message.limits import MAX_OBJECTS, MAX_RECIPIENTS, MAX_TEXT_CHARS, MAX_URN_CHARS
from lgsp_message.reason import Reason, Refused

SYSTEM_PREFIX: Final = "urn:hub:system:"
ORG_PREFIX: Final = "urn:hub:org:"
GROUP_PREFIX: Final = "urn:hub:group:"
AREA_PREFIX: Final = "urn:hub:area:"
"""An administrative unit by its number (QĐ 19/2025/QĐ-TTg): whoever deals with the type there."""
SCHEMA_PREFIX: Final = "urn:hub:schema:"

URGENT: Final = "urgent"
PRIORITIES: Final = frozenset({"normal", URGENT})
CONTENT_TYPE: Final = "application/json"
"""The only media type of a body: it is what a schema can check. Other content is an object."""

# `re` lets `$` match before a final newline; `fullmatch` does not.
_ID = re.compile(r"[A-Za-z0-9._~-]{1,64}")
_SYSTEM = re.compile(r"[a-z0-9-]{3,63}")
_TYPE = re.compile(r"[a-z][a-z0-9-]*(?:\.[a-z0-9][a-z0-9-]*){1,10}\.v[1-9][0-9]{0,3}")
_SCHEMA = re.compile(r"urn:hub:schema:[a-z0-9][a-z0-9.-]{0,90}:[1-9][0-9]{0,3}\.[0-9]{1,4}")
_ORG_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")
_AREA = re.compile(r"[0-9]{2,10}")
_OBJECT = re.compile(r"sha256:[0-9a-f]{64}")
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)

REQUIRED: Final = ("id", "source", "specversion", "time", "type", "dataschema", "datacontenttype")
OPTIONAL: Final = (
    "subject",
    "recipients",
    "onbehalf",
    "objects",
    "expirytime",
    "priority",
    "correlationid",
)
SIGNED: Final = frozenset(REQUIRED + OPTIONAL)
"""All attribute names that are signed. `traceparent` is the only one that travels unsigned."""


class Attributes(msgspec.Struct, frozen=True, kw_only=True):
    """The checked attributes of one message. Times are aware; lists keep the sender's order."""

    id: str
    source: str
    """The bare name of the sending system, without `urn:hub:system:`."""
    type: str
    dataschema: str
    time: datetime
    subject: str | None = None
    recipients: tuple[str, ...] = ()
    """Full URNs, distinct."""
    onbehalf: str | None = None
    """The code of the organisation that an intermediary speaks for."""
    objects: tuple[str, ...] = ()
    expirytime: datetime | None = None
    priority: str = "normal"
    correlationid: str | None = None
    text: Mapping[str, str]
    """Every attribute as it was signed, by name."""


def parse_attributes(text: Mapping[str, str]) -> Attributes:
    """Check `text` (attribute name to value) against the grammar.

    Raises:
        Refused: `ATTRIBUTE_MISSING`, `ATTRIBUTE_INVALID` or `UNSUPPORTED_CONTENT_TYPE`; the place
            is the attribute's name.
    """
    for name in REQUIRED:
        if name not in text:
            raise Refused(Reason.ATTRIBUTE_MISSING, f"attribute {name} is missing", name)
    if not text.keys() <= SIGNED:
        raise Refused(Reason.ATTRIBUTE_INVALID, "an attribute that the hub does not know", "ce")
    if text["datacontenttype"] != CONTENT_TYPE:
        raise Refused(
            Reason.UNSUPPORTED_CONTENT_TYPE, f"a body is {CONTENT_TYPE}", "datacontenttype"
        )
    if text["specversion"] != "1.0":
        raise _invalid("specversion")
    expiry = text.get("expirytime")
    return Attributes(
        id=_match(_ID, text, "id"),
        source=_system_name(text["source"]),
        type=_match(_TYPE, text, "type"),
        dataschema=_match(_SCHEMA, text, "dataschema"),
        time=parse_time(text["time"], "time"),
        subject=_free_text(text, "subject"),
        recipients=_list(text, "recipients", MAX_RECIPIENTS, _is_address),
        onbehalf=_onbehalf(text.get("onbehalf")),
        objects=_list(text, "objects", MAX_OBJECTS, _is_object),
        expirytime=None if expiry is None else parse_time(expiry, "expirytime"),
        priority=_priority(text.get("priority", "normal")),
        correlationid=_free_text(text, "correlationid"),
        text=text,
    )


def parse_time(text: str, place: str) -> datetime:
    """Return the moment of an RFC 3339 date-time, in UTC.

    Raises:
        Refused: `ATTRIBUTE_INVALID` with `place`.
    """
    if not _TIME.fullmatch(text):
        raise _invalid(place)
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _invalid(place) from error


def is_message_id(text: str) -> bool:
    """Say whether `text` may be the id of a message."""
    return _ID.fullmatch(text) is not None


def is_system_name(name: str) -> bool:
    """Say whether `name` may name a system; it becomes part of a topic's name."""
    return _SYSTEM.fullmatch(name) is not None


def is_area(text: str) -> bool:
    """Say whether `text` is the number of an administrative unit."""
    return _AREA.fullmatch(text) is not None


def is_object_hash(text: str) -> bool:
    """Say whether `text` is `sha256:` and 64 lower-case hexadecimal digits."""
    return _OBJECT.fullmatch(text) is not None


_is_object = is_object_hash


def _invalid(name: str) -> Refused:
    return Refused(Reason.ATTRIBUTE_INVALID, f"attribute {name} breaks its grammar", name)


def _match(pattern: re.Pattern[str], text: Mapping[str, str], name: str) -> str:
    value = text[name]
    if len(value) > MAX_URN_CHARS or not pattern.fullmatch(value):
        raise _invalid(name)
    return value


def _system_name(urn: str) -> str:
    name = urn.removeprefix(SYSTEM_PREFIX)
    if name == urn or not _SYSTEM.fullmatch(name):
        raise _invalid("source")
    return name


def _onbehalf(urn: str | None) -> str | None:
    if urn is None:
        return None
    code = urn.removeprefix(ORG_PREFIX)
    if code == urn or not _ORG_CODE.fullmatch(code):
        raise _invalid("onbehalf")
    return code


def _priority(value: str) -> str:
    if value not in PRIORITIES:
        raise _invalid("priority")
    return value


def _free_text(text: Mapping[str, str], name: str) -> str | None:
    value = text.get(name)
    if value is None:
        return None
    # NFC: the same Vietnamese words typed on two machines must compare equal.
    good = 0 < len(value) <= MAX_TEXT_CHARS and value.isprintable()
    if not good or not unicodedata.is_normalized("NFC", value):
        raise _invalid(name)
    return value


def _list(
    text: Mapping[str, str], name: str, most: int, valid: Callable[[str], bool]
) -> tuple[str, ...]:
    value = text.get(name)
    if value is None or value == "":
        return ()
    items = tuple(value.split(" "))
    if len(items) > most or len(set(items)) != len(items) or not all(map(valid, items)):
        raise _invalid(name)
    return items


def _is_address(urn: str) -> bool:
    if urn.startswith(SYSTEM_PREFIX):
        return _SYSTEM.fullmatch(urn.removeprefix(SYSTEM_PREFIX)) is not None
    if urn.startswith(ORG_PREFIX):
        return _ORG_CODE.fullmatch(urn.removeprefix(ORG_PREFIX)) is not None
    if urn.startswith(AREA_PREFIX):
        return is_area(urn.removeprefix(AREA_PREFIX))
    return urn.startswith(GROUP_PREFIX) and bool(_SYSTEM.fullmatch(urn.removeprefix(GROUP_PREFIX)))


def is_urgent(attributes: Mapping[str, str]) -> bool:
    """Say whether the sender asks for haste: such a message overtakes those that are not urgent."""
    return attributes.get("priority") == URGENT
