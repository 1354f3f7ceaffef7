"""Rows by a list of keys of several columns, found through the index on either database."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Select, and_, func, tuple_

KEYS_PER_QUERY: Final = 500
"""Keys of one query: far below what a statement may have of parameters."""


def keyed(
    dialect: str,
    query: Select[Any],
    columns: Sequence[ColumnElement[Any]],
    keys: Sequence[tuple[str, ...]],
) -> Select[Any]:
    """Return `query` narrowed to rows whose text `columns` are one of `keys`.

    SQLite reads the whole table for `(a, b) IN (VALUES …)`, whatever indexes there are: with a
    million rows that is a tenth of a second for each query. A join with the keys, handed over as
    one JSON text, is looked up key by key.
    """
    if dialect != "sqlite":
        return query.where(tuple_(*columns).in_(keys))
    wanted = func.json_each(msgspec.json.encode(keys).decode()).table_valued("value", name="wanted")
    same = (
        column == func.json_extract(wanted.c.value, f"$[{place}]")
        for place, column in enumerate(columns)
    )
    return query.where(and_(*same))


def in_chunks(keys: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    """Yield keys in lists of at most `KEYS_PER_QUERY`."""
    remaining = iter(keys)
    while chunk := list(islice(remaining, KEYS_PER_QUERY)):
        yield chunk
