"""The rows of a directory as others write it: the national axis' two lists, and plain tables. Pure.

The axis' fields are those of its SDK: `getAgenciesList` and `getSynchronizeUnit` name a parent by
`pid`, `getAgenciesListQD20` gives the code in the older form as `code102`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final
from unicodedata import normalize

import msgspec

MAX_ROWS: Final = 500_000
"""The national axis named 111,339 agencies; four times that is a wrong file."""


class Row(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One organisation as a row tells it: nothing is checked yet."""

    place: str
    name: str
    codes: tuple[str, ...]
    """As written, the code in use first."""
    ref: str | None = None
    """What other rows of the file call it."""
    parent_ref: str | None = None
    parent: str | None = None
    """Code of its parent."""
    level: str | None = None
    deleted: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    successors: tuple[str, ...] = ()
    """Codes of those who have its place."""
    mail: str = ""
    certainty: str | None = None
    """How sure the file is of the row: one of `CERTAINTIES`. None: it says nothing, as an official
    list does, and is believed."""


class RowUnreadable(Exception):
    """A row is not what it is said to be; the text says where, not what stands there."""


_CODES: Final = ("code", "code102", "old_code", "oldCode")
_TRUE: Final = frozenset({"1", "true", "yes", "x", "có", "co"})
LEVELS: Final = frozenset({"central", "province", "district", "commune"})
CERTAINTIES: Final = frozenset({"confirmed", "inferred", "recalled"})
"""Read in what is in use; follows from what was read; from memory."""
DOUBTS: Final = CERTAINTIES - {"confirmed"}


def rows_of(items: Iterable[Any]) -> Iterator[Row | RowUnreadable]:
    """Yield a row, or what is wrong with it, for each object of a list."""
    for number, item in enumerate(items, start=1):
        place = f"row {number}"
        if not isinstance(item, Mapping):
            yield RowUnreadable(f"{place}: not an object")
            continue
        try:
            yield _row(item, place)
        except ValueError:
            yield RowUnreadable(f"{place}: a day is not written as 2025-07-01")


def _row(item: Mapping[str, Any], place: str) -> Row:
    codes = tuple(_line(code) for name in _CODES if (code := _text(item, name)))
    level, certainty = _text(item, "level"), _text(item, "certainty")
    return Row(
        place=place,
        name=_line(_text(item, "name")),
        codes=codes,
        ref=_text(item, "id") or None,
        parent_ref=_text(item, "pid") or None,
        parent=_text(item, "parent") or None,
        level=level if level in LEVELS else None,
        deleted=_text(item, "deleted").lower() in _TRUE,
        valid_from=_day(item.get("valid_from")),
        valid_to=_day(item.get("valid_to")),
        successors=tuple(one for one in re.split(r"[;,]\s*", _text(item, "successors")) if one),
        mail=_text(item, "mail"),
        certainty=certainty if certainty in CERTAINTIES else None,
    )


def _line(text: str) -> str:
    """Return a cell's text in one line: tables hold tabs and line breaks that nobody sees."""
    return re.sub(r"\s+", " ", text)


def _text(item: Mapping[str, Any], name: str) -> str:
    value = item.get(name)
    if value is None:
        return ""
    # NFC: names typed on two machines must compare equal. A table's number cell gives 2.0 for 2.
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return normalize("NFC", text).strip()


def _day(value: Any) -> date | None:
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(str(value).strip())


_COMMUNE: Final = re.compile(
    r"(?:UBND\s+|Ủy ban nhân dân\s+)?(?:xã|phường|thị trấn|đặc khu)\b", re.IGNORECASE
)
_DISTRICT: Final = re.compile(
    r"(?:UBND\s+|Ủy ban nhân dân\s+)?(?:huyện|quận|thị xã|thành phố)\b", re.IGNORECASE
)


def guessed_level(name: str, level_1: str | None, *, top: bool) -> str:
    """Return the level that name and code suggest, where the file tells none.

    Level 1 of provinces begins with H or K; a level right of it is read off the name. A plan shows
    it, and a `level` column says otherwise.
    """
    if _COMMUNE.match(name):
        return "commune"
    if level_1 is None or level_1[:1] not in {"H", "K"}:
        return "central"
    return "district" if not top and _DISTRICT.match(name) else "province"
