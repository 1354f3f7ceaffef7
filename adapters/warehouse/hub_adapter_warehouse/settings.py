"""Where the warehouse is, which columns a data set has, what good data are."""

import re
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from lgsp_adapter import Config, Secret, Text
from pydantic import Field, StringConstraints, field_validator

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,54}$")]
"""A name in PostgreSQL that needs no quotes; room is left for the names of indexes."""

ColumnType: TypeAlias = Literal["text", "bigint", "numeric", "boolean", "date", "timestamptz"]


class Quality(Config):
    """What good records of a data set are: correct, complete, clean, live."""

    required: Annotated[tuple[str, ...], Text(vi="Phải có (đủ)", en="Required: complete")] = ()
    patterns: Annotated[dict[str, str], Text(vi="Mẫu giá trị (đúng)", en="Patterns: correct")] = (
        Field(default_factory=dict)
    )
    """Field to regular expression; the whole text must match."""
    unique: Annotated[tuple[str, ...], Text(vi="Không trùng (sạch)", en="Unique: clean")] = ()
    """Fields that no two current records of one source may share."""
    late_seconds: Annotated[int | None, Text(vi="Trễ tối đa (sống)", en="Latest: live, s")] = Field(
        default=None, ge=1
    )
    """From the change to its arrival here."""
    silent_seconds: Annotated[int | None, Text(vi="Im lặng (sống)", en="Silence: live, s")] = Field(
        default=None, ge=1
    )
    """A source without any change for longer is not live in the summary."""

    @field_validator("patterns")
    @classmethod
    def _patterns_compile(cls, patterns: dict[str, str]) -> dict[str, str]:
        try:
            for pattern in patterns.values():
                re.compile(pattern)
        except re.error:
            raise ValueError("patterns: not a regular expression") from None
        return patterns


class Dataset(Config):
    """One data set with a table of its own."""

    table: Annotated[Name, Text(vi="Bảng", en="Table")]
    columns: Annotated[dict[Name, ColumnType], Text(vi="Các cột", en="Columns")] = Field(
        default_factory=dict
    )
    """Field of the record to type; the column has the field's name. Added when new, never dropped.
    The whole record, with all other fields, is in the column `record`."""
    quality: Annotated[Quality, Text(vi="Chất lượng", en="Quality")] = Field(
        default_factory=Quality
    )

    @field_validator("table")
    @classmethod
    def _table_is_free(cls, table: str) -> str:
        if table in ("changes", "records", "quality_verdicts", "quality_summary", "exports"):
            raise ValueError("table: a name that the warehouse itself uses")
        return table

    @field_validator("columns")
    @classmethod
    def _columns_are_free(cls, columns: dict[str, str]) -> dict[str, str]:
        if columns.keys() & OWN_COLUMNS:
            raise ValueError("columns: a name that the warehouse itself uses")
        return columns


OWN_COLUMNS = frozenset(
    {"source", "dataset", "record_id", "valid_from", "valid_to", "is_current", "deleted"}
    | {"version", "id", "record"}
)


class WarehouseConfig(Config):
    """The warehouse."""

    host: Annotated[str, Text(vi="Máy chủ", en="Host")] = Field(min_length=1)
    """On one machine for demo and tests also the folder of PostgreSQL's socket."""
    port: Annotated[int, Text(vi="Cổng", en="Port")] = Field(default=5432, ge=1, le=65535)
    database: Annotated[str, Text(vi="Tên CSDL", en="Database")] = Field(min_length=1)
    user: Annotated[str, Text(vi="Tài khoản", en="User")] = Field(min_length=1)
    password: Annotated[Secret | None, Text(vi="Mật khẩu", en="Password")] = None
    tls_ca: Annotated[Path | None, Text(vi="Chứng thư CA", en="CA certificates")] = None
    """With it the server must show a certificate of this CA, for its host name."""
    schema_name: Annotated[Name, Text(vi="Lược đồ", en="Schema")] = "kho"
    """Made where it is missing, with the tables in it."""
    datasets: Annotated[dict[str, Dataset], Text(vi="Các tập dữ liệu", en="Data sets")] = Field(
        default_factory=dict
    )
    """By code. Those that are not named here, and `dossier` for dossier events, lie in `records`,
    unless named."""
    export_folder: Annotated[Path | None, Text(vi="Thư mục Parquet", en="Parquet folder")] = None
    """With it each day that is over is exported, a file for each source."""
    connect_seconds: Annotated[int, Text(vi="Chờ kết nối", en="Connect time-out, s")] = Field(
        default=10, ge=1, le=120
    )
    statement_seconds: Annotated[int, Text(vi="Chờ lệnh", en="Statement time-out, s")] = Field(
        default=20, ge=1, le=600
    )
    busy_seconds: Annotated[float, Text(vi="Nghỉ khi quá tải", en="Pause when busy, s")] = Field(
        default=10, ge=1, le=600
    )

    @property
    def is_local(self) -> bool:
        """Return whether it is a socket of this machine, by libpq's rule (`@`: an abstract one)."""
        return self.host.startswith(("/", "@")) and "," not in self.host
