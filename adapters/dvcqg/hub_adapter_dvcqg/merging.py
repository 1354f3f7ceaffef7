"""A whole dossier for an update: what the portal has, and over it what the event says.

An event says what has changed. The known clients of the portal send whole dossiers, and whether it
keeps the fields that an update leaves out is not published: sent alone, an event might erase them.
"""

from collections.abc import Mapping
from typing import Any, Final

from hub_adapter_dvcqg.events import RULES, Call
from hub_adapter_dvcqg.fields import CODE, STATE

_FIELDS: Final = frozenset(
    item.portal for rule in RULES.values() if rule.call is Call.DOSSIER for item in rule.items
) | {STATE.portal}
"""What of a dossier is sent; an answer to a query holds more, such as its steps."""
_GROWS: Final = {"DanhSachHoSoBoSung": "HoSoBoSungId"}
"""Lists of which an event holds only the newest row, and what a row is known by."""


def found_in(answer: Mapping[str, Any], code: str) -> dict[str, Any] | None:
    """Return the dossier of that code in the answer to a query, None where it is not there."""
    rows = answer.get("result")
    rows = rows if isinstance(rows, list) else [rows]
    for row in rows:
        if isinstance(row, dict) and str(row.get(CODE.portal)) == code:
            return {name: value for name, value in row.items() if name in _FIELDS}
    return None


def merged(known: Mapping[str, Any], record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the dossier after the event; merging the same event again changes nothing."""
    grown = {
        name: [*_others(known.get(name), record[name], key), *record[name]]
        for name, key in _GROWS.items()
        if name in record
    }
    return {**known, **record, **grown}


def _others(known: Any, new: list[dict[str, Any]], key: str) -> list[Any]:
    ids = {row.get(key) for row in new} - {None}
    rows = known if isinstance(known, list) else []
    return [row for row in rows if row not in new and not _is_one_of(row, key, ids)]


def _is_one_of(row: Any, key: str, ids: set[Any]) -> bool:
    return isinstance(row, dict) and row.get(key) in ids
