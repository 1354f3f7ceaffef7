"""The tolerant reader: any bytes become a value with notes, or an error with code and place."""

from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from lgsp_edxml.arrivals import Arrival, read_attachments
from lgsp_edxml.errors import EdxmlError, Fault
from lgsp_edxml.fields import BUSINESS, HEADER, STATUS, TRACE
from lgsp_edxml.limits import MAX_PACKET_BYTES
from lgsp_edxml.model import Attachment, Business, Document, Issue, Packet, Status
from lgsp_edxml.notes import Deviation, Note, Notes
from lgsp_edxml.records import note_ignored, only, read_field, read_many, read_record
from lgsp_edxml.shapes import Field, Kind
from lgsp_edxml.tree import Node, parse

_ROOT: Final = "/edXML"
_ENVELOPE: Final = "/edXML/edXMLEnvelope"
_HEADER: Final = "/edXML/edXMLEnvelope/edXMLHeader"
_TYPE: Final = Field("BussinessDocType", "type", 999, Kind.WHOLE, required=True)
_ATTACHMENTS: Final = {"AttachmentEncoded", "edXMLAttachments"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read. `sha256` (hexadecimal) and `size` are those of the packet as received.

    `arrivals` go with `packet.attachments`, one for one.
    """

    packet: Packet
    notes: tuple[Note, ...]
    sha256: str
    size: int
    arrivals: tuple[Arrival, ...] = ()


def read_packet(data: bytes) -> Reading:
    """Read one packet: a document of any business type, or a status.

    Elements are found by local name in any order; every deviation that is tolerated is noted.

    Raises:
        EdxmlError: the packet cannot be read; the hub keeps the bytes and shows code and place.
    """
    if len(data) > MAX_PACKET_BYTES:
        raise EdxmlError(Fault.TOO_LARGE, "/")
    notes = Notes()
    root = parse(data, notes)
    if root.name != "edXML":
        raise EdxmlError(Fault.NOT_EDXML, "/")
    note_ignored(root, {"edXMLEnvelope", *_ATTACHMENTS}, _ROOT, notes)
    envelope = _need(root, "edXMLEnvelope", _ENVELOPE)
    note_ignored(envelope, {"edXMLHeader", "edXMLBody", *_ATTACHMENTS}, _ENVELOPE, notes)
    header = _need(envelope, "edXMLHeader", _HEADER)
    packet, arrivals = _read_packet(root, envelope, header, notes)
    return Reading(
        packet=packet,
        notes=notes.all(),
        sha256=sha256(data).hexdigest(),
        size=len(data),
        arrivals=arrivals,
    )


def _read_packet(
    root: Node, envelope: Node, header: Node, notes: Notes
) -> tuple[Packet, tuple[Arrival, ...]]:
    message = only(header, "MessageHeader", f"{_HEADER}/MessageHeader")
    status = only(header, "Status", f"{_HEADER}/Status")
    if message is None and status is not None:
        notes.add(Deviation.STATUS_ELEMENT, _HEADER)
        return _read_status(root, envelope, header, status, notes), ()
    message = _need(header, "MessageHeader", f"{_HEADER}/MessageHeader")
    if message.first("StatusCode") is not None:
        return _read_status(root, envelope, header, message, notes), ()
    note_ignored(header, {"MessageHeader", "TraceHeaderList"}, _HEADER, notes)
    attachments, arrivals = read_attachments(root, envelope, notes)
    return _read_document(header, message, notes, attachments), arrivals


def _read_status(root: Node, envelope: Node, header: Node, node: Node, notes: Notes) -> Status:
    # A status has no body and no files; what stands there is not read.
    note_ignored(root, {"edXMLEnvelope"}, _ROOT, notes)
    note_ignored(envelope, {"edXMLHeader"}, _ENVELOPE, notes)
    note_ignored(header, {node.name}, _HEADER, notes)
    return Status(**read_record(STATUS, node, f"{_HEADER}/{node.name}", notes))


def _read_document(
    header: Node, message: Node, notes: Notes, attachments: tuple[Attachment, ...]
) -> Document:
    place = f"{_HEADER}/TraceHeaderList"
    values = read_record(HEADER, message, f"{_HEADER}/MessageHeader", notes)
    trace = only(header, "TraceHeaderList", place) or Node("TraceHeaderList")
    note_ignored(trace, {"TraceHeader", "Bussiness"}, place, notes)
    _note_receivers([receiver.code for receiver in values["to"]], notes)
    return Document(
        **values,
        trace=read_many(TRACE, trace, place, notes),
        business=_read_business(trace, f"{place}/Bussiness", notes),
        attachments=attachments,
    )


def _read_business(trace: Node, place: str, notes: Notes) -> Business:
    node = only(trace, "Bussiness", place)
    if node is None:
        notes.add(Deviation.BUSINESS_ABSENT, place)
        return Issue()
    record = BUSINESS.get(read_field(_TYPE, node, place, notes))
    if record is None:
        raise EdxmlError(Fault.BUSINESS_UNKNOWN, f"{place}/{_TYPE.element}")
    business: Business = read_record(record, node, place, notes)
    return business


def _note_receivers(codes: list[str], notes: Notes) -> None:
    seen = Counter(codes)
    for number, code in enumerate(codes, 1):
        if seen[code] > 1:
            notes.add(Deviation.RECEIVER_REPEATED, f"{_HEADER}/MessageHeader/To[{number}]")


def _need(node: Node, name: str, place: str) -> Node:
    found = only(node, name, place)
    if found is None:
        raise EdxmlError(Fault.MISSING, place)
    return found
