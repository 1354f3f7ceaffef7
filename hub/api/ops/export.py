"""A list of messages as a file: CSV for spreadsheets, JSON for programs. Written as it is read."""

import csv
import io
from collections.abc import AsyncIterator
from typing import Final

from hub.api.ops.message_models import Line
from hub.io.sql.message_lists import MessageSummary

_NAMES: Final = tuple(Line.model_fields)
_BOM: Final = "\ufeff"
"""Without it spreadsheets read Vietnamese as another code page."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is run as a formula: a subject must not be a program on a clerk's desk."""


async def as_csv(rows: AsyncIterator[MessageSummary]) -> AsyncIterator[bytes]:
    """Yield a CSV file (RFC 4180, UTF-8 with a byte order mark)."""
    yield (_BOM + _line(list(_NAMES))).encode()
    async for row in rows:
        told = Line.of(row).model_dump(mode="json")
        told["states"] = " ".join(f"{state}:{count}" for state, count in told["states"].items())
        yield _line([_cell(told[name]) for name in _NAMES]).encode()


async def as_json(rows: AsyncIterator[MessageSummary]) -> AsyncIterator[bytes]:
    """Yield a JSON array."""
    between = b"["
    async for row in rows:
        yield between + Line.of(row).model_dump_json().encode()
        between = b",\n"
    yield b"[]" if between == b"[" else b"]"


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _line(cells: list[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()
