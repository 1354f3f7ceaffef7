"""Parquet files. Apart from the rest, because pyarrow is large."""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any, Final

import pyarrow as pa
from pyarrow.parquet import ParquetWriter

_TIME: Final = pa.timestamp("us", tz="UTC")
SCHEMA: Final = pa.schema(
    [
        pa.field(name, kind, nullable=False)
        for name, kind in (
            *((name, pa.string()) for name in ("source", "id", "type", "dataset", "record_id")),
            ("at", _TIME),
            ("version", pa.int64()),
            ("deleted", pa.bool_()),
            ("received_at", _TIME),
            ("body", pa.string()),
            *((name, pa.bool_()) for name in ("correct", "complete", "clean", "live")),
        )
    ]
)


class Writer:
    """Writes rows in groups: a day larger than memory is no problem."""

    def __init__(self, path: Path) -> None:
        self._writer = ParquetWriter(path, SCHEMA, compression="zstd")
        # A cancelled export may close it while a thread still adds.
        self._lock = Lock()

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        """Write a group of rows, columns in the order of `SCHEMA`."""
        columns = zip(*rows, strict=True)
        arrays = [
            pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)
        ]
        with self._lock:
            self._writer.write_table(pa.Table.from_arrays(arrays, schema=SCHEMA))

    def close(self) -> None:
        """End the file."""
        with self._lock:
            self._writer.close()
