"""Bodies to the portal's records and back, by the tables of `hub_adapter_dvcqg.fields`."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from lgsp_adapter import Reject

from hub_adapter_dvcqg.shapes import Field, Group, Item, Kind, Path

ZONE: Final = timezone(timedelta(hours=7))
"""Asia/Ho_Chi_Minh, without summer time since 1975."""

_TIME: Final = re.compile(r"[12][0-9]{13}")
_WHOLE: Final = re.compile(r"-?[0-9]{1,16}(?:\.0+)?")
_FLAGS: Final = {"1": True, "true": True, "0": False, "false": False}


def to_portal(items: tuple[Item, ...], body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the portal's record of a body that fits its schema; absent values are left out.

    Raises:
        Reject: `field_too_long`, with the path: the portal would cut it or refuse all.
    """
    record: dict[str, Any] = {}
    for item in items:
        value = _at(body, item.path)
        if value is None:
            continue
        if isinstance(item, Field):
            record[item.portal] = _written(item, value)
        elif isinstance(item, Group):
            record[item.portal] = to_portal(item.items, value)
        elif rows := [to_portal(item.items, each) for each in (value if item.path else [value])]:
            record[item.portal] = [row for row in rows if row]
    return record


def from_portal(items: tuple[Item, ...], record: Mapping[str, Any], place: str = "") -> Any:
    """Return the body of a portal's record; empty values are absent.

    Raises:
        Reject: `portal_data`, with the field's name: a value is not of its kind.
    """
    body: dict[str, Any] = {}
    for item in items:
        value, where = record.get(item.portal), f"{place}{item.portal}"
        if value is None or value in ("", []):
            continue
        if isinstance(item, Field):
            if not item.path:
                return _read(item, value, where)
            _put(body, item.path, _read(item, value, where))
        elif isinstance(item, Group):
            _put(body, item.path, from_portal(item.items, _object(value, where), f"{where}/"))
        elif item.path:
            _put(body, item.path, _rows(item.items, value, where))
        else:
            body |= _rows(item.items, value, where)[0]
    return body


def portal_time(text: str) -> str:
    """Return an RFC 3339 date-time as `yyyyMMddHHmmss` on Vietnam's clock."""
    return f"{datetime.fromisoformat(text).astimezone(UTC).astimezone(ZONE):%Y%m%d%H%M%S}"


def _written(field: Field, value: Any) -> str:
    if field.kind is Kind.TIME:
        return portal_time(value)
    if field.kind is Kind.FLAG:
        return "1" if value else "0"
    text = str(value)
    if field.most is not None and len(text) > field.most:
        raise Reject("field_too_long", f"/{'/'.join(field.path)}: more than {field.most}")
    return text


def _read(field: Field, value: Any, where: str) -> Any:
    if isinstance(value, (dict, list)):
        raise _bad(where)
    text = str(value)
    if field.kind is Kind.TIME:
        return _time(text, where)
    if field.kind is Kind.FLAG:
        if text.lower() not in _FLAGS:
            raise _bad(where)
        return _FLAGS[text.lower()]
    if field.kind is Kind.WHOLE:
        if not _WHOLE.fullmatch(text):
            raise _bad(where)
        return int(text.partition(".")[0])
    return text


def _time(text: str, where: str) -> str:
    if not _TIME.fullmatch(text):
        raise _bad(where)
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=ZONE).isoformat()
    except ValueError:
        raise _bad(where) from None


def _rows(items: tuple[Item, ...], value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise _bad(where)
    return [
        from_portal(items, _object(row, f"{where}/{number}"), f"{where}/{number}/")
        for number, row in enumerate(value)
    ]


def _object(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _bad(where)
    return value


def _bad(where: str) -> Reject:
    return Reject("portal_data", where)


def _at(body: Mapping[str, Any], path: Path) -> Any:
    value: Any = body
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _put(body: dict[str, Any], path: Path, value: Any) -> None:
    for name in path[:-1]:
        body = body.setdefault(name, {})
    body[path[-1]] = value
