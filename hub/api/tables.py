"""Answer a table as JSON or as CSV (RFC 4180), as the reader asks."""

import csv
import io
from collections.abc import Mapping, Sequence
from enum import StrEnum, unique
from typing import Any, Final

import orjson
from starlette.responses import Response

CSV_TYPE: Final = "text/csv; charset=utf-8; header=present"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is a formula to a spreadsheet (OWASP: CSV injection)."""


@unique
class Format(StrEnum):
    """How a table is given."""

    JSON = "json"
    CSV = "csv"


def table(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str], format_: Format, **about: Any
) -> Response:
    """Return rows; `about` stands beside them in JSON only."""
    if format_ is Format.CSV:
        return Response(_csv(rows, columns), media_type=CSV_TYPE)
    body = orjson.dumps({**about, "items": list(rows)}, option=orjson.OPT_UTC_Z)
    return Response(body, media_type="application/json")


def _csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    # The mark at the beginning tells spreadsheets that it is UTF-8: names are Vietnamese.
    text = io.StringIO("\ufeff", newline="")
    text.seek(0, io.SEEK_END)
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_cell(row.get(name)) for name in columns] for row in rows)
    return text.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return orjson.dumps(value).decode()
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text
