"""The strict writer: frozen values to the one official form; the same value, the same bytes.

Form: the official sample packets' prefixes, order of elements and separators, one element a line.
"""

import re
from binascii import b2a_base64
from collections.abc import Iterator
from typing import Any, Final

from lgsp_edxml.errors import EdxmlError, Fault
from lgsp_edxml.fields import ATTACHMENT_TEXTS, BUSINESS, HEADER, STATUS, TRACE
from lgsp_edxml.limits import (
    MAX_ATTACHMENT_BYTES,
    MAX_ATTACHMENTS,
    MAX_CONTENT_BYTES,
    MAX_PACKET_BYTES,
)
from lgsp_edxml.model import Attachment, Document, Packet
from lgsp_edxml.names import NAMESPACE, PREFIX, STATUS_CODES
from lgsp_edxml.records import is_empty
from lgsp_edxml.shapes import Field, Group, Item, Kind, Many, Record, leaves
from lgsp_edxml.times import is_day, is_time
from lgsp_edxml.zips import content_type_of, must_wrap, wrap

_ILLEGAL: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MANIFEST_ORDER: Final = ("ContentId", "ContentType", "Description", "AttachmentName")


def write_packet(packet: Packet) -> bytes:
    """Return the packet in UTF-8, with declaration and without a byte order mark.

    Raises:
        EdxmlError: the value holds what the format or this codec's limits do not allow.
    """
    out = _Out()
    out.line(0, '<?xml version="1.0" encoding="UTF-8"?>')
    out.line(0, f'<edXML xmlns="{NAMESPACE}">')
    out.line(1, f'<edXML:edXMLEnvelope xmlns:edXML="{NAMESPACE}">')
    if isinstance(packet, Document):
        _write_document(packet, out)
    else:
        out.open(2, "edXMLHeader")
        _write_record(STATUS, packet, 3, "MessageHeader", out)
        out.close(2, "edXMLHeader")
        out.line(1, "</edXML:edXMLEnvelope>")
    out.line(0, "</edXML>")
    return out.data()


def _write_document(document: Document, out: "_Out") -> None:
    _check_receivers(document)
    _check_attachments(document)
    out.open(2, "edXMLHeader")
    _write_record(HEADER, document, 3, "MessageHeader", out)
    out.open(3, "TraceHeaderList")
    _write_many(TRACE, document.trace, 4, out)
    business = BUSINESS[document.business.type]
    _write_record(business, document.business, 4, "Bussiness", out)
    out.close(3, "TraceHeaderList")
    out.close(2, "edXMLHeader")
    _write_manifest(document.attachments, out)
    out.line(1, "</edXML:edXMLEnvelope>")
    if document.attachments:
        out.line(1, "<AttachmentEncoded>")
        for number, attachment in enumerate(document.attachments, 1):
            _write_attachment(attachment, f"/edXML/AttachmentEncoded/Attachment[{number}]", out)
        out.line(1, "</AttachmentEncoded>")


class _Out:
    """Lines of the packet, and the path of the open elements for errors."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.path: list[str] = ["/edXML/edXMLEnvelope"]

    def line(self, depth: int, text: str) -> None:
        self._parts.append(f"{' ' * depth}{text}\n".encode())

    def raw(self, data: bytes) -> None:
        self._parts.append(data)

    def open(self, depth: int, name: str) -> None:
        self.line(depth, f"<{PREFIX}:{name}>")
        self.path.append(name)

    def close(self, depth: int, name: str) -> None:
        self.path.pop()
        self.line(depth, f"</{PREFIX}:{name}>")

    def place(self, name: str) -> str:
        return "/".join((*self.path, name))

    def data(self) -> bytes:
        size = sum(map(len, self._parts))
        if size > MAX_PACKET_BYTES:
            raise EdxmlError(Fault.TOO_LARGE, "/")
        return b"".join(self._parts)


def _write_record(record: Record, value: Any, depth: int, name: str, out: _Out) -> None:
    out.open(depth, name)
    _write_items(record.items, value, depth + 1, out)
    out.close(depth, name)


def _write_items(items: tuple[Item, ...], value: Any, depth: int, out: _Out) -> None:
    for item in items:
        if isinstance(item, Group):
            _write_group(item, value, depth, out)
        elif isinstance(item, Many):
            _write_many(item, getattr(value, item.attr), depth, out)
        elif isinstance(item, Field):
            _write_field(item, getattr(value, item.attr), depth, out)
        elif (inner := getattr(value, item.attr)) is not None:
            _write_record(item.record, inner, depth, item.element, out)


def _write_group(group: Group, value: Any, depth: int, out: _Out) -> None:
    held = (getattr(value, item.attr) for item in leaves(group.items))
    if not any(inner not in (None, ()) for inner in held):
        return
    out.open(depth, group.element)
    _write_items(group.items, value, depth + 1, out)
    out.close(depth, group.element)


def _write_field(field: Field, value: Any, depth: int, out: _Out) -> None:
    place = out.place(field.element)
    if value is not None:
        text = to_text(field, value, place)
        out.line(depth, f"<{PREFIX}:{field.element}>{text}</{PREFIX}:{field.element}>")
    elif field.required:
        raise EdxmlError(Fault.MISSING, place)


def _write_many(many: Many, values: tuple[Any, ...], depth: int, out: _Out) -> None:
    _check_count(many, values, out)
    if not values:
        return
    if many.wrapper:
        out.open(depth, many.wrapper)
    for number, value in enumerate(values, 1):
        _write_member(many, value, number, depth + bool(many.wrapper), out)
    if many.wrapper:
        out.close(depth, many.wrapper)


def _write_member(many: Many, value: Any, number: int, depth: int, out: _Out) -> None:
    place = out.place(f"{many.element}[{number}]")
    if isinstance(many.of, Record):
        if is_empty(many.of, value):
            raise EdxmlError(Fault.MISSING, place)
        _write_record(many.of, value, depth, many.element, out)
        return
    if not value:
        raise EdxmlError(Fault.MISSING, place)
    text = to_text(many.of, value, place)
    out.line(depth, f"<{PREFIX}:{many.element}>{text}</{PREFIX}:{many.element}>")


def _check_count(many: Many, values: tuple[Any, ...], out: _Out) -> None:
    if len(values) < many.least:
        raise EdxmlError(Fault.MISSING, out.place(many.element))
    if len(values) > many.most:
        raise EdxmlError(Fault.TOO_MANY, out.place(many.element))


def to_text(field: Field, value: Any, place: str) -> str:
    """Return the value of one field as escaped XML text.

    Raises:
        EdxmlError: it has not the field's form, or holds what would be read differently.
    """
    if field.kind in (Kind.WHOLE, Kind.CONSTANT):
        if type(value) is not int or not 0 <= value <= field.most:
            raise EdxmlError(Fault.VALUE_INVALID, place)
        return str(value)
    if field.kind in (Kind.FLAG, Kind.BIT):
        words = ("false", "true") if field.kind is Kind.FLAG else ("0", "1")
        return words[bool(value)]
    _check_text(field, value, place)
    return escape(value)


def _check_text(field: Field, text: str, place: str) -> None:
    if field.required and not text:
        raise EdxmlError(Fault.MISSING, place)
    if len(text) > field.most:
        raise EdxmlError(Fault.TOO_LONG, place)
    if text != text.strip():
        raise EdxmlError(Fault.SPACE_AROUND, place)
    if _ILLEGAL.search(text):
        raise EdxmlError(Fault.ILLEGAL_CHARACTER, place)
    if field.kind is Kind.STATUS and text not in STATUS_CODES:
        raise EdxmlError(Fault.STATUS_CODE_UNKNOWN, place)
    good = {Kind.DAY: is_day, Kind.TIME: is_time, Kind.ORGAN: _is_organ}.get(field.kind)
    if good is not None and not good(text):
        raise EdxmlError(Fault.VALUE_INVALID, place)


def _is_organ(text: str) -> bool:
    # "null" is what some systems write for nothing; a reader takes it so.
    return text not in ("", "null")


def escape(text: str) -> str:
    """Return `text` as XML character data; a carriage return would become a line feed."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\r", "&#13;")


def _check_receivers(document: Document) -> None:
    codes = [receiver.code for receiver in document.to]
    if len(set(codes)) != len(codes):  # Some e-offices refuse the packet.
        raise EdxmlError(Fault.REPEATED, "/edXML/edXMLEnvelope/edXMLHeader/MessageHeader/To")


def _check_attachments(document: Document) -> None:
    place = "/edXML/AttachmentEncoded/Attachment"
    sizes = [len(attachment.data) for attachment in document.attachments]
    ids = {attachment.content_id for attachment in document.attachments}
    if len(sizes) > MAX_ATTACHMENTS:
        raise EdxmlError(Fault.TOO_MANY, place)
    if sum(sizes) > MAX_CONTENT_BYTES or any(size > MAX_ATTACHMENT_BYTES for size in sizes):
        raise EdxmlError(Fault.ATTACHMENT_TOO_LARGE, place)
    if len(ids) != len(sizes):
        raise EdxmlError(Fault.REPEATED, f"{place}/ContentId")


def _texts(attachment: Attachment, place: str) -> Iterator[tuple[str, str]]:
    """Yield (element, escaped text) in the order of Attachment."""
    for field in ATTACHMENT_TEXTS:
        if field.attr == "content_type":
            value: str | None = content_type_of(attachment.name, attachment.data)
        else:
            value = getattr(attachment, field.attr)
        inner = f"{place}/{field.element}"
        if not value and field.attr in ("content_id", "name"):
            raise EdxmlError(Fault.MISSING, inner)
        if value is not None:
            yield field.element, to_text(field, value, inner)


def _write_manifest(attachments: tuple[Attachment, ...], out: _Out) -> None:
    out.open(2, "edXMLBody")
    out.line(3, '<edXML:edXMLManifest version="1.0">')
    for number, attachment in enumerate(attachments, 1):
        texts = dict(_texts(attachment, f"/edXML/AttachmentEncoded/Attachment[{number}]"))
        out.open(4, "Reference")
        for name in _MANIFEST_ORDER:
            if name in texts:
                out.line(5, f"<{PREFIX}:{name}>{texts[name]}</{PREFIX}:{name}>")
        out.close(4, "Reference")
    out.line(3, "</edXML:edXMLManifest>")
    out.close(2, "edXMLBody")


def _write_attachment(attachment: Attachment, place: str, out: _Out) -> None:
    name, data = attachment.name, attachment.data
    transported = wrap(name, data) if must_wrap(name, data) else data
    out.line(2, "<Attachment>")
    for element, text in _texts(attachment, place):
        out.line(3, f"<{element}>{text}</{element}>")
    out.raw(f'   <{PREFIX}:ContentTransferEncoded xmlns:{PREFIX}="{NAMESPACE}">'.encode())
    out.raw(b2a_base64(transported, newline=False))
    out.line(0, f"</{PREFIX}:ContentTransferEncoded>")
    out.line(2, "</Attachment>")
