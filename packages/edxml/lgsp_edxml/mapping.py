"""Packets to and from the bodies of the hub's types `vn.gov.document.*.v1`, as plain values.

Only the schema's own names stand in a body; `docs/types.md` lists them. Files are objects of the
hub: a body names their hashes, the bytes travel beside it.
"""

from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final

from lgsp_edxml.arrivals import Arrival
from lgsp_edxml.errors import EdxmlError, Fault
from lgsp_edxml.fields import BUSINESS, HEADER, STATUS, TRACE
from lgsp_edxml.media import media_type_of, safe_name
from lgsp_edxml.model import Attachment, Document, Packet, Status
from lgsp_edxml.reader import Reading
from lgsp_edxml.shapes import Field, Item, Kind, Many, One, Record, leaves
from lgsp_edxml.times import is_day, is_time, read_day, read_time, write_day, write_time

_KINDS: Final = ("document.issued", "document.withdrawn", "document.updated", "document.replaced")
_STATUS: Final = "document.status"
_OPTIONAL: Final = ("description", "field_name", "mime_type")


def kind_of(packet: Packet) -> str:
    """Return the name of the packet's schema, such as `document.issued`."""
    return _STATUS if isinstance(packet, Status) else _KINDS[packet.business.type]


def to_body(reading: Reading, original_name: str = "goi-tin.edxml") -> dict[str, Any]:
    """Return the canonical body of a packet that was read; it fits the schema of `kind_of`.

    `original` names the packet's bytes as received, `repairs` the codes of what was tolerated.
    The objects are `objects_of(reading.packet)` and the packet's bytes themselves.
    """
    packet = reading.packet
    body = _status_body(packet) if isinstance(packet, Status) else _document_body(packet, reading)
    body["original"] = {
        "hash": f"sha256:{reading.sha256}",
        "size": reading.size,
        "media_type": "application/xml",
        "name": original_name,
    }
    if repairs := list(dict.fromkeys(str(note.deviation) for note in reading.notes)):
        body["repairs"] = repairs
    return body


def objects_of(packet: Packet) -> dict[str, bytes]:
    """Return the attachments' bytes by hash, `sha256:` and 64 hexadecimal digits."""
    files = packet.attachments if isinstance(packet, Document) else ()
    return {_hash(attachment.data): attachment.data for attachment in files}


def from_body(body: Mapping[str, Any], objects: Mapping[str, bytes]) -> Packet:
    """Return the packet of a body that fits its schema; `objects` are the files by hash.

    `extensions`, `original` and `repairs` have no place in a packet. Attachments without a
    ContentId get one by position. White space around texts is left out. A day or time that is
    given only as text stays as it is where it cannot be read; the writer refuses it then.

    Raises:
        EdxmlError: something that a packet needs is missing: `MISSING`, `BUSINESS_UNKNOWN`,
            `VALUE_INVALID`, or `OBJECT_MISSING`; the place is a JSON Pointer.
    """
    if "status_code" in body:
        return Status(**_values(STATUS.items, body, ""))
    business = _need(body, "business", "")
    record = BUSINESS.get(business.get("type"))
    if record is None:
        raise EdxmlError(Fault.BUSINESS_UNKNOWN, "/business/type")
    return Document(
        **_values(HEADER.items, body, ""),
        **_values((TRACE,), body, ""),
        business=record.make(**_values(record.items, business, "/business")),
        attachments=tuple(
            _attachment(number, item, objects)
            for number, item in enumerate(body.get("attachments", ()))
        ),
    )


def _status_body(status: Status) -> dict[str, Any]:
    return _object(STATUS.items, status)


def _document_body(document: Document, reading: Reading) -> dict[str, Any]:
    body = _object((*HEADER.items, TRACE), document)
    record = BUSINESS[document.business.type]
    body["business"] = _object(record.items, document.business)
    if document.attachments:
        pairs = zip(document.attachments, reading.arrivals, strict=True)
        body["attachments"] = [_attachment_body(*pair) for pair in pairs]
    return body


def _object(items: tuple[Item, ...], value: Any) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for item in leaves(items):
        inner, key = getattr(value, item.attr), _key(item)
        if inner is None or inner == ():
            continue
        if isinstance(item, Many):
            body[key] = [_member(item.of, member) for member in inner]
        elif isinstance(item, One):
            body[key] = _object(item.record.items, inner)
        else:
            body |= _field_body(item, key, inner)
    return body


def _member(of: Record | Field, value: Any) -> Any:
    return _object(of.items, value) if isinstance(of, Record) else value


def _key(item: Field | One | Many) -> str:
    return item.attr.removesuffix("_")


def _field_body(field: Field, key: str, value: Any) -> dict[str, Any]:
    """Return a day or a time as read and, where that says less, as written."""
    if field.kind not in (Kind.DAY, Kind.TIME):
        return {key: value}
    is_time_field = field.kind is Kind.TIME
    moment = read_time(value) if is_time_field else read_day(value)
    body = {} if moment is None else {key: moment.isoformat()}
    if is_time_field or not is_day(value):
        body[f"{key}_text"] = value
    return body


def _attachment_body(attachment: Attachment, arrival: Arrival) -> dict[str, Any]:
    name = safe_name(attachment.name)
    body: dict[str, Any] = {
        "content_id": attachment.content_id,
        "name": attachment.name,
        "object": {
            "hash": _hash(attachment.data),
            "size": len(attachment.data),
            "media_type": media_type_of(name, attachment.data),
            "name": name,
        },
        "transported_sha256": arrival.transported_sha256,
    }
    optional = {key: getattr(attachment, key) for key in _OPTIONAL}
    optional["content_type"] = arrival.content_type
    return body | {key: text for key, text in optional.items() if text is not None}


def _hash(data: bytes) -> str:
    return f"sha256:{sha256(data).hexdigest()}"


def _values(items: tuple[Item, ...], body: Mapping[str, Any], place: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for item in leaves(items):
        if isinstance(item, Many):
            values[item.attr] = _list(item, body, place)
        elif isinstance(item, One):
            values[item.attr] = _inner(item, body, place)
        elif item.kind is not Kind.CONSTANT:
            values[item.attr] = _field_value(item, body, place)
    return values


def _inner(one: One, body: Mapping[str, Any], place: str) -> Any:
    key = _key(one)
    inner = _need(body, key, place) if one.required else body.get(key)
    if inner is None:
        return one.default
    return one.record.make(**_values(one.record.items, inner, f"{place}/{key}"))


def _list(many: Many, body: Mapping[str, Any], place: str) -> tuple[Any, ...]:
    key, of = _key(many), many.of
    members = body.get(key, ())
    if not isinstance(of, Record):
        return tuple(text for member in members if (text := member.strip()))
    return tuple(
        of.make(**_values(of.items, member, f"{place}/{key}/{number}"))
        for number, member in enumerate(members)
        if member
    )


def _field_value(field: Field, body: Mapping[str, Any], place: str) -> Any:
    key = _key(field)
    if field.kind is Kind.DAY:
        return _day(body, key, field, place)
    if field.kind is Kind.TIME:
        return _time(body, key, field, place)
    value = _need(body, key, place) if field.required else body.get(key, field.default)
    return value.strip() if isinstance(value, str) else value


def _day(body: Mapping[str, Any], key: str, field: Field, place: str) -> str | None:
    if key in body:
        try:
            return write_day(date.fromisoformat(body[key]))
        except ValueError as error:
            raise EdxmlError(Fault.VALUE_INVALID, f"{place}/{key}") from error
    text = _text(body, key, field, place)
    day = None if text is None else read_day(text)
    return text if day is None else write_day(day)


def _time(body: Mapping[str, Any], key: str, field: Field, place: str) -> str | None:
    text = body.get(f"{key}_text") or ""
    if key in body and not is_time(text):  # As written, where that is the packet's own form.
        try:
            return write_time(datetime.fromisoformat(body[key]))
        except (ValueError, OverflowError) as error:
            raise EdxmlError(Fault.VALUE_INVALID, f"{place}/{key}") from error
    moment = read_time(text)
    return _text(body, key, field, place) if moment is None else write_time(moment)


def _text(body: Mapping[str, Any], key: str, field: Field, place: str) -> str | None:
    text = body.get(f"{key}_text")
    if field.required and not text:
        raise EdxmlError(Fault.MISSING, f"{place}/{key}")
    return text or None


def _attachment(number: int, body: Mapping[str, Any], objects: Mapping[str, bytes]) -> Attachment:
    place = f"/attachments/{number}"
    about = _need(body, "object", place)
    data = objects.get(_need(about, "hash", f"{place}/object"))
    if data is None:
        raise EdxmlError(Fault.OBJECT_MISSING, f"{place}/object/hash")
    name = body.get("name") or _need(about, "name", f"{place}/object")
    return Attachment(
        content_id=body.get("content_id") or f"cid:{number + 1}",
        name=name.strip(),
        data=data,
        **{key: body[key].strip() for key in _OPTIONAL if key in body},
    )


def _need(body: Mapping[str, Any], key: str, place: str) -> Any:
    if body.get(key) is None:
        raise EdxmlError(Fault.MISSING, f"{place}/{key}")
    return body[key]
