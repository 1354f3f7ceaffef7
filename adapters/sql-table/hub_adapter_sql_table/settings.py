"""How to reach a database, and how its tables are made."""

from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from lgsp_adapter import Config, Secret, Text
from pydantic import Field, StringConstraints, model_validator

Identifier = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z_À-ỹ][A-Za-z0-9_$#À-ỹ ]{0,127}$", max_length=128)
]
"""No quote, no dot, no control character; SQLAlchemy quotes it where the database asks for it."""

Kind: TypeAlias = Literal["postgresql", "mysql", "mssql", "oracle", "sqlite"]
EventType = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9.-]+\.v[1-9][0-9]{0,3}$")]


class DatabaseConfig(Config):
    """How to reach the database."""

    kind: Annotated[Kind, Text(vi="Hệ quản trị CSDL", en="Kind of database")]
    """`mysql` is also MariaDB."""
    database: Annotated[str, Text(vi="Tên CSDL", en="Database"), Field(min_length=1)]
    """Its name; for Oracle the service name, for SQLite the path of the file."""
    host: Annotated[str, Text(vi="Máy chủ", en="Host")] = ""
    """For PostgreSQL also the folder of its socket."""
    port: Annotated[int | None, Text(vi="Cổng", en="Port"), Field(ge=1, le=65535)] = None
    user: Annotated[str | None, Text(vi="Tài khoản", en="User")] = None
    password: Annotated[Secret | None, Text(vi="Mật khẩu", en="Password")] = None
    tls_ca: Annotated[Path | None, Text(vi="Chứng thư CA", en="CA certificates")] = None
    """With it the server must show a certificate of this CA, for its host name."""
    unix_socket: Annotated[Path | None, Text(vi="Socket cục bộ", en="Local socket")] = None
    """Of MySQL or MariaDB on the same machine."""
    connect_seconds: Annotated[int, Text(vi="Thời gian chờ kết nối", en="Connect time-out, s")] = (
        Field(default=10, ge=1, le=120)
    )
    statement_seconds: Annotated[int, Text(vi="Thời gian chờ lệnh", en="Statement time-out, s")] = (
        Field(default=20, ge=1, le=600)
    )
    busy_seconds: Annotated[float, Text(vi="Nghỉ khi CSDL quá tải", en="Pause when busy, s")] = (
        Field(default=10, ge=1, le=600)
    )
    """A database without a free connection names no time to wait; this is it."""
    threads: Annotated[int, Text(vi="Số kết nối", en="Connections")] = Field(default=2, ge=1, le=16)

    @model_validator(mode="after")
    def _tls_can_be_kept(self) -> "DatabaseConfig":
        # What this adapter cannot switch on must not look switched on.
        if self.tls_ca is not None and self.kind not in ("postgresql", "mysql"):
            raise ValueError("tls_ca: only for postgresql and mysql")
        return self


class Outbox(Config):
    """Rows wait in a table and are marked once the hub has them. The safest way: use it."""

    mode: Literal["outbox"]
    order_column: Annotated[Identifier, Text(vi="Cột thứ tự", en="Order column")]
    """Rows are read in its order; a row that is committed late is not lost."""
    done_column: Annotated[Identifier, Text(vi="Cột đánh dấu", en="Done column")]
    pending_value: Annotated[str | int | None, Text(vi="Giá trị chờ", en="Pending value")] = None
    """What stands there while the row waits; left out, NULL."""
    done_value: Annotated[str | int, Text(vi="Giá trị đã gửi", en="Done value")]


class HighWater(Config):
    """Nothing is written: what lies above the highest mark so far is new."""

    mode: Literal["high_water"]
    mark_column: Annotated[Identifier, Text(vi="Cột mốc", en="Mark column")]
    """Grows with every change: a sequence, a row version, a time of change. Never NULL."""
    mark_type: Annotated[Literal["integer", "time"], Text(vi="Kiểu mốc", en="Mark type")]
    overlap: Annotated[int, Text(vi="Khoảng đọc lại", en="Overlap")] = Field(default=60, ge=0)
    """How far below the highest mark to look for rows that were committed late: a number of marks,
    for times seconds. Longer than the longest transaction at the other side."""


class SourceConfig(DatabaseConfig):
    """The table to read."""

    table: Annotated[Identifier, Text(vi="Bảng", en="Table")]
    schema_name: Annotated[Identifier | None, Text(vi="Lược đồ", en="Schema")] = None
    reading: Annotated[Outbox | HighWater, Text(vi="Cách đọc", en="Way of reading")]
    id_column: Annotated[Identifier, Text(vi="Cột khóa", en="Key column")]
    """Unique and never NULL."""
    id_prefix: Annotated[str, Text(vi="Tiền tố mã", en="Prefix of ids")] = Field(
        default="", pattern=r"^[A-Za-z0-9._~-]{0,20}$"
    )
    """Tells the tables of one system apart: its message ids must be unique."""
    type: Annotated[EventType | None, Text(vi="Loại sự kiện", en="Event type")] = None
    type_column: Annotated[Identifier | None, Text(vi="Cột loại", en="Type column")] = None
    body_column: Annotated[Identifier | None, Text(vi="Cột nội dung", en="Body column")] = None
    """JSON as text, bytes or JSON."""
    body_columns: Annotated[
        dict[str, Identifier] | None, Text(vi="Cột của từng trường", en="Columns by field")
    ] = None
    """Makes the body of columns: name in the body to column."""
    body_constants: Annotated[
        dict[str, str | int | bool], Text(vi="Trường cố định", en="Constant fields")
    ] = Field(default_factory=dict)
    subject_column: Annotated[Identifier | None, Text(vi="Cột chủ đề", en="Subject column")] = None
    time_column: Annotated[Identifier | None, Text(vi="Cột thời gian", en="Time column")] = None
    utc_offset: Annotated[str, Text(vi="Múi giờ của bảng", en="UTC offset of the table")] = Field(
        default="+07:00", pattern=r"^[+-][01][0-9]:[0-5][0-9]$"
    )
    """Of times that have none."""
    recipients: Annotated[tuple[str, ...], Text(vi="Nơi nhận", en="Recipients")] = ()
    """URNs; left out, subscriptions say who gets it."""

    @model_validator(mode="after")
    def _one_of_each(self) -> "SourceConfig":
        if (self.type is None) is (self.type_column is None):
            raise ValueError("type or type_column: one of the two")
        if (self.body_column is None) is (self.body_columns is None):
            raise ValueError("body_column or body_columns: one of the two")
        if self.body_constants and self.body_columns is None:
            raise ValueError("body_constants: only with body_columns")
        return self


class SinkColumns(Config):
    """Where each part of a delivery goes."""

    key: Annotated[Identifier, Text(vi="Cột khóa", en="Key column")]
    """With a unique index of its own: it is what makes a repetition harmless."""
    body: Annotated[Identifier, Text(vi="Cột nội dung", en="Body column")]
    """A text or binary column, not JSON: a database rewrites JSON, and signed bytes stay."""
    id: Annotated[Identifier | None, Text(vi="Cột mã", en="Id column")] = None
    source: Annotated[Identifier | None, Text(vi="Cột nơi gửi", en="Source column")] = None
    type: Annotated[Identifier | None, Text(vi="Cột loại", en="Type column")] = None
    subject: Annotated[Identifier | None, Text(vi="Cột chủ đề", en="Subject column")] = None
    time: Annotated[Identifier | None, Text(vi="Cột thời gian", en="Time column")] = None
    """The sender's time as text, as it was signed."""
    signature: Annotated[Identifier | None, Text(vi="Cột chữ ký", en="Signature column")] = None
    token: Annotated[Identifier | None, Text(vi="Cột mã giao", en="Delivery token column")] = None
    attributes: Annotated[Identifier | None, Text(vi="Cột thuộc tính", en="Attributes column")] = (
        None
    )
    """All signed attributes as one JSON object."""


class SinkConfig(DatabaseConfig):
    """The table to write."""

    table: Annotated[Identifier, Text(vi="Bảng", en="Table")]
    schema_name: Annotated[Identifier | None, Text(vi="Lược đồ", en="Schema")] = None
    columns: Annotated[SinkColumns, Text(vi="Các cột", en="Columns")]
    key_form: Annotated[Literal["sha256", "text"], Text(vi="Dạng khóa", en="Form of the key")] = (
        "sha256"
    )
    """`sha256`: 64 hexadecimal digits, safe under every collation. `text`: up to 200 characters, in
    a column that tells upper from lower case."""
    body_as: Annotated[Literal["text", "binary"], Text(vi="Kiểu nội dung", en="Body as")] = "text"
