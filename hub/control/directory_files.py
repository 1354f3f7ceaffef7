"""Read a file of organisations: the axis' JSON answers, CSV or XLSX. All is bounded."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum, unique
from itertools import islice
from typing import Any, Final

import orjson

from hub.control.refusals import ChangeRefused, Refusal
from hub.directory.shapes import MAX_ROWS, Row, RowUnreadable, rows_of

_MAX_UNPACKED_BYTES: Final = 512 * 1024 * 1024
"""An XLSX is a ZIP: one that unpacks to more is an attack or a mistake."""


@unique
class Format(StrEnum):
    """What the file is."""

    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


def read(content: bytes, format_: Format) -> list[Row | RowUnreadable]:
    """Return the rows of a file.

    Raises:
        ChangeRefused: `UNREADABLE`: it is not such a file, or has too many rows.
    """
    items = _READERS[format_](content)
    found = list(rows_of(islice(items, MAX_ROWS + 1)))
    if len(found) > MAX_ROWS:
        raise _unreadable(f"more than {MAX_ROWS} rows")
    return found


def _json(content: bytes) -> Iterable[Any]:
    try:
        told = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise _unreadable("not JSON") from error
    items = told.get("data") if isinstance(told, dict) else told
    if not isinstance(items, list):
        raise _unreadable("neither a list nor an object with a list `data`")
    return items


def _csv(content: bytes) -> Iterator[Mapping[str, Any]]:
    try:
        # `utf-8-sig`: spreadsheets write a byte order mark.
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable("not UTF-8") from error
    first = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in first else ",")
    _expect_header(reader.fieldnames or ())
    try:
        yield from reader
    except csv.Error as error:
        raise _unreadable("not CSV") from error


def _xlsx(content: bytes) -> Iterator[Mapping[str, Any]]:
    from openpyxl import load_workbook  # noqa: PLC0415  (0.3 s that only an import pays for)

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(one.file_size for one in packed.infolist()) > _MAX_UNPACKED_BYTES:
                raise _unreadable("it unpacks to too much")
        sheet = load_workbook(io.BytesIO(content), read_only=True, data_only=True).worksheets[0]
        lines = sheet.iter_rows(values_only=True)
        header = [str(cell or "").strip() for cell in next(lines, ())]
        _expect_header(header)
        for line in lines:
            if any(cell is not None for cell in line):
                yield dict(zip(header, line, strict=False))
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError) as error:
        raise _unreadable("not an XLSX workbook") from error


def _expect_header(names: Iterable[str]) -> None:
    if not {"code", "name"} <= set(names):
        raise _unreadable("the first line names the columns, `code` and `name` among them")


def _unreadable(detail: str) -> ChangeRefused:
    return ChangeRefused(Refusal.UNREADABLE, detail, "file")


_READERS: Final = {Format.JSON: _json, Format.CSV: _csv, Format.XLSX: _xlsx}
