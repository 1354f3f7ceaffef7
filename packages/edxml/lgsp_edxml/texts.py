"""Single texts to values of their kind: what is tolerated, and what is noted."""

import re
from collections.abc import Callable
from typing import Any, Final

from lgsp_edxml.errors import EdxmlError, Fault
from lgsp_edxml.names import STATUS_CODES
from lgsp_edxml.notes import Deviation, Notes
from lgsp_edxml.shapes import Field, Kind
from lgsp_edxml.times import is_day, is_time, read_day, read_time

_FLAGS: Final = {"true": True, "1": True, "false": False, "0": False}
_OFFICIAL_FLAGS: Final = {Kind.FLAG: ("true", "false"), Kind.BIT: ("1", "0")}
_ORGAN: Final = re.compile(r"[0-9A-Za-z]+(?:\.[0-9A-Za-z]+)*")
_DIGITS: Final = 9
"""Longest number that is looked at; the largest that is allowed has seven digits."""


def read_text(field: Field, raw: str, place: str, notes: Notes) -> Any:
    """Return the value of one element's text; None where it cannot be read and is not required.

    Raises:
        EdxmlError: `MISSING`, `TOO_LONG`, `VALUE_INVALID`, `STATUS_CODE_UNKNOWN`.
    """
    text = raw.strip()
    if text != raw:
        notes.add(Deviation.SPACE_AROUND, place)
    if not text:
        return _empty(field, place, notes)
    if field.kind in _READERS:
        return _READERS[field.kind](field, text, place, notes)
    if len(text) > field.most:
        raise EdxmlError(Fault.TOO_LONG, place)
    if field.kind in _CHECKS:
        _CHECKS[field.kind](text, place, notes)
    return _without_null(field, text, place, notes) if field.kind is Kind.ORGAN else text


def _empty(field: Field, place: str, notes: Notes) -> str | None:
    if field.required:
        raise EdxmlError(Fault.MISSING, place)
    if field.kind is Kind.TEXT:
        return ""
    notes.add(Deviation.EMPTY_ELEMENT, place)
    return None


def _note_day(text: str, place: str, notes: Notes) -> None:
    if read_day(text) is None:
        notes.add(Deviation.DAY_UNREADABLE, place)
    elif not is_day(text):
        notes.add(Deviation.DAY_FORM, place)


def _note_time(text: str, place: str, notes: Notes) -> None:
    if read_time(text) is None:
        notes.add(Deviation.TIME_UNREADABLE, place)
    elif not is_time(text):
        notes.add(Deviation.TIME_FORM, place)


def _note_organ(text: str, place: str, notes: Notes) -> None:
    # Carried unchanged: whose code it is meant to be is for a directory to say, not for a codec.
    if not _ORGAN.fullmatch(text):
        notes.add(Deviation.ORGAN_CODE_SPELLING, place)


def _without_null(field: Field, text: str, place: str, notes: Notes) -> str | None:
    if text != "null":
        return text
    if field.required:
        raise EdxmlError(Fault.MISSING, place)
    notes.add(Deviation.ORGAN_CODE_NULL, place)
    return None


def _read_whole(field: Field, text: str, place: str, notes: Notes) -> int | None:
    plain = text.isascii() and text.isdigit() and len(text) <= _DIGITS
    if not plain or int(text) > field.most:
        _unreadable(field, place, notes)
        return None
    if text != str(int(text)):
        notes.add(Deviation.NUMBER_SPELLING, place)
    return int(text)


def _read_flag(field: Field, text: str, place: str, notes: Notes) -> bool | None:
    value = _FLAGS.get(text.lower())
    if value is None:
        _unreadable(field, place, notes)
        return None
    if text not in _OFFICIAL_FLAGS[field.kind]:
        notes.add(Deviation.FLAG_SPELLING, place)
    return value


def _unreadable(field: Field, place: str, notes: Notes) -> None:
    if field.required:
        raise EdxmlError(Fault.VALUE_INVALID, place)
    notes.add(Deviation.VALUE_UNREADABLE, place)


def _read_status(_field: Field, text: str, place: str, notes: Notes) -> str:
    plain = text.isascii() and text.isdigit() and len(text) <= _DIGITS
    code = f"{int(text):02}" if plain else text
    if code != text:
        notes.add(Deviation.STATUS_CODE_SPELLING, place)
    if code == "14":  # One implementation numbers "agreed" so.
        notes.add(Deviation.STATUS_CODE_14, place)
        return "15"
    if code not in STATUS_CODES:
        raise EdxmlError(Fault.STATUS_CODE_UNKNOWN, place)
    return code


_READERS: Final[dict[Kind, Callable[[Field, str, str, Notes], Any]]] = {
    Kind.WHOLE: _read_whole,
    Kind.FLAG: _read_flag,
    Kind.BIT: _read_flag,
    Kind.STATUS: _read_status,
}

_CHECKS: Final[dict[Kind, Callable[[str, str, Notes], None]]] = {
    Kind.DAY: _note_day,
    Kind.TIME: _note_time,
    Kind.ORGAN: _note_organ,
}
