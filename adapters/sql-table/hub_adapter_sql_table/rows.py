"""A row becomes a draft. Pure."""

import hashlib
import json
import unicodedata
from base64 import b64encode
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

from lgsp_adapter import Draft, Reject
from lgsp_message.attributes import is_message_id

from hub_adapter_sql_table.settings import SourceConfig

Row = Mapping[str, Any]


def draft(row: Row, config: SourceConfig, *identity: Any) -> Draft | Reject:
    """Return the message of a row, or why it is none. `identity` tells its version apart."""
    try:
        return _draft(row, config, identity)
    except Reject as reject:
        return reject


def _draft(row: Row, config: SourceConfig, identity: tuple[Any, ...]) -> Draft:
    key = row[config.id_column]
    if key is None:
        raise Reject("no_id", f"column {config.id_column}")
    type_ = config.type if config.type_column is None else row[config.type_column]
    if not isinstance(type_, str) or not type_:
        raise Reject("no_type", f"column {config.type_column}")
    return Draft(
        id=message_id(config.id_prefix, key, *identity),
        type=type_,
        body=_body(row, config),
        subject=_subject(row, config),
        time=_time(row, config),
        recipients=config.recipients,
    )


def message_id(prefix: str, *parts: Any) -> str:
    """Return an id made of what the table calls the row: as it stands where the grammar allows."""
    plain = prefix + str(parts[0])
    if len(parts) == 1 and is_message_id(plain):
        return plain
    text = json.dumps([_plain(part, None) for part in parts], ensure_ascii=False)
    return f"{prefix}h-{hashlib.sha256(text.encode()).hexdigest()[:40]}"


def _body(row: Row, config: SourceConfig) -> bytes:
    if config.body_columns is not None:
        zone = offset(config.utc_offset)
        fields = {name: _plain(row[column], zone) for name, column in config.body_columns.items()}
        # A column without a value is a field that is not there: schemas say "optional", not "null".
        present = {name: value for name, value in fields.items() if value is not None}
        return _json({**config.body_constants, **present})
    value = row[config.body_column or ""]
    if isinstance(value, (dict, list)):
        return _json(value)
    raw = value.encode() if isinstance(value, str) else bytes(value or b"")
    try:
        json.loads(raw)
    except ValueError:
        raise Reject("not_json", f"column {config.body_column}") from None
    return raw


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _subject(row: Row, config: SourceConfig) -> str | None:
    if config.subject_column is None or row[config.subject_column] is None:
        return None
    return unicodedata.normalize("NFC", str(row[config.subject_column]))


def _time(row: Row, config: SourceConfig) -> datetime | None:
    value = None if config.time_column is None else row[config.time_column]
    if value is None:
        return None
    if not isinstance(value, datetime):
        raise Reject("not_a_time", f"column {config.time_column}")
    return value if value.tzinfo else value.replace(tzinfo=offset(config.utc_offset))


def offset(text: str) -> timezone:
    """Return the zone of `+07:00`."""
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[4:6])))


def _plain(value: Any, zone: timezone | None) -> Any:
    """Return a column's value as JSON has it."""
    if isinstance(value, datetime):
        aware = value if value.tzinfo or zone is None else value.replace(tzinfo=zone)
        return aware.isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, Decimal):
        # An amount of money must not become a binary fraction.
        return int(value) if value == value.to_integral_value() else str(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return b64encode(bytes(value)).decode()
    return value
