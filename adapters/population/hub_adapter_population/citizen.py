"""From the database's answer to what the caller may see. Pure."""

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from lgsp_adapter import Reject
from lgsp_adapter.xmltree import Node, parse_xml

_SHOWN: Final = 3
"""Characters of a masked value that stay: enough to compare, too few to know."""


def citizens(message: str) -> list[dict[str, str]]:
    """Return each `CongDan` of the SOAP answer: leaf elements by their path below it.

    Raises:
        Reject: it is no XML, has a DTD, or is too large; with a place, without any text of it.
    """
    # As UTF-8 whatever its declaration says: it came as a JSON string, decoded already.
    root = parse_xml(message.encode(errors="replace"), "utf-8")
    return [dict(_leaves(node, "")) for node in root.every("CongDan")]


def _leaves(node: Node, above: str) -> list[tuple[str, str]]:
    found = []
    for child in node.children:
        path = f"{above}{child.name}"
        below = _leaves(child, f"{path}/")
        found += below or [(path, child.text)]
    return found


def seen(
    citizen: Mapping[str, str], fields: Collection[str], masked: Collection[str]
) -> dict[str, str]:
    """Return the fields that are approved for this connector, masked where that is asked."""
    # What is not named is not given (invariant 5): a new field of the database stays there.
    return {
        name: mask(value) if name in masked else value
        for name, value in citizen.items()
        if name in fields
    }


def mask(value: str) -> str:
    """Return a value with all but its last three characters hidden; a short one wholly."""
    kept = value[-_SHOWN:] if len(value) > 2 * _SHOWN else ""
    return "*" * (len(value) - len(kept)) + kept


_CODE = re.compile(r"[A-Za-z0-9._-]{1,64}")
_NAMES: Final = {
    "full_name": "HoVaTen",
    "id_number": "SoDinhDanh",
    "old_id_number": "SoCMND",
    "birth_date": "NgayThangNam",
    "birth_year": "Nam",
}
_LONGEST: Final = 200


def code(asked: Mapping[str, Any], name: str) -> str:
    """Return a code of the request.

    Raises:
        Reject: `bad_request`: it is missing, or free text, in which a citizen's name could stand:
            these codes are written into the log of queries.
    """
    value = asked.get(name)
    if not (isinstance(value, str) and _CODE.fullmatch(value)):
        raise Reject("bad_request", f"/{name}: a code of letters, digits, full stop, hyphen")
    return value


def query(asked: Mapping[str, Any]) -> dict[str, str]:
    """Return the database's names and values of who is asked for.

    Raises:
        Reject: `bad_request`: nobody is named, or a value is no short text.
    """
    values = {ours: asked.get(ours, "") for ours in _NAMES}
    for name, value in values.items():
        if not isinstance(value, str) or len(value) > _LONGEST:
            raise Reject("bad_request", f"/{name}: a text of at most {_LONGEST} characters")
    if not (values["id_number"] or values["old_id_number"]):
        # By name alone the database could be leafed through.
        raise Reject("bad_request", "/id_number or /old_id_number is needed")
    return {theirs: values[ours] for ours, theirs in _NAMES.items()}
