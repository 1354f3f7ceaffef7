"""What stands where: one table for the reader, the writer and the mapping.

The order of a table is the order in which elements are written: that of the reference library and
of the official sample packets. Lengths are those of the hub's `document.*` schemas; what single
e-offices take at most is less, and not known to be the regulation's.
"""

from collections.abc import Iterator
from typing import Final

from lgsp_edxml import model
from lgsp_edxml.shapes import Field, Group, Item, Kind, Many, One, Record, name_of

ORGANISATION: Final = Record(
    model.Organisation,
    (
        Field("OrganId", "code", 50, Kind.ORGAN, required=True),
        Field("OrganizationInCharge", "in_charge", 500),
        Field("OrganName", "name", 500),
        Field("OrganAdd", "address", 1000),
        Field("Email", "email", 200),
        Field("Telephone", "telephone", 100),
        Field("Fax", "fax", 100),
        Field("Website", "website", 500),
    ),
    any_order=True,
)

STATUS_SENDER: Final = Record(
    model.Organisation,
    (ORGANISATION.items[0], ORGANISATION.items[2], ORGANISATION.items[1], *ORGANISATION.items[3:]),
    any_order=True,
)
"""Official status packets name the agency before the one in charge."""

CODE: Final = Record(
    model.Code,
    (
        Field("CodeNumber", "number", 50, required=True),
        Field("CodeNotation", "notation", 100, required=True),
    ),
)

PROMULGATION: Final = Record(
    model.Promulgation,
    (
        Field("Place", "place", 200, default=""),
        Field("PromulgationDate", "date", 50, Kind.DAY, required=True),
    ),
)

DOCUMENT_TYPE: Final = Record(
    model.DocumentType,
    (
        Field("Type", "type", 100),
        Field("TypeDetail", "type_detail", 100),
        Field("TypeName", "type_name", 500),
    ),
)

SIGNER: Final = Record(
    model.Signer,
    (
        Field("Competence", "competence", 200),
        Field("Position", "position", 200),
        Field("FullName", "full_name", 200, required=True),
    ),
    any_order=True,
)

BUSINESS_STAFF: Final = Record(
    model.Staff,
    (
        Field("Department", "department", 500),
        Field("Staff", "staff", 200),
        Field("Email", "email", 200),
        Field("Mobile", "mobile", 50),
    ),
    any_order=True,
)

STATUS_STAFF: Final = Record(
    model.Staff,
    (*BUSINESS_STAFF.items[:2], BUSINESS_STAFF.items[3], BUSINESS_STAFF.items[2]),
    any_order=True,
)

_RESPONSE_REST: Final = (
    Field("Code", "code", 200),
    Field("PromulgationDate", "promulgation_date", 50, Kind.DAY),
    Field("DocumentId", "document_id", 256),
)

RESPONSE: Final = Record(
    model.Response, (Field("OrganId", "organ_code", 50, Kind.ORGAN), *_RESPONSE_REST)
)

STATUS_RESPONSE: Final = Record(
    model.Response, (Field("OrganId", "organ_code", 50, Kind.ORGAN, required=True), *_RESPONSE_REST)
)

_TEXT_500: Final = Field("", "", 500)

HEADER: Final = Record(
    dict,
    (
        One("From", "from_", ORGANISATION, required=True),
        Many("", "To", "to", ORGANISATION, 4000, least=1),
        Field("DocumentId", "document_id", 256, required=True),
        One("Code", "code", CODE, required=True),
        One("PromulgationInfo", "promulgation", PROMULGATION, required=True),
        One("DocumentType", "document_type", DOCUMENT_TYPE, default=model.DocumentType()),
        Field("Subject", "subject", 4000, required=True),
        Field("Content", "content", 20000),
        One("SignerInfo", "signer", SIGNER, required=True),
        Field("DueDate", "due_date", 50, Kind.DAY),
        Group(
            "OtherInfo",
            (
                Field("Priority", "priority", 4, Kind.WHOLE),
                Field("SphereOfPromulgation", "sphere_of_promulgation", 500),
                Field("TyperNotation", "typer_notation", 50),
                Field("PromulgationAmount", "promulgation_amount", 1_000_000, Kind.WHOLE),
                Field("PageAmount", "page_amount", 1_000_000, Kind.WHOLE),
                Field("Direction", "direction", 0, Kind.FLAG),
                Many("", "ReplyFors", "reply_fors", _TEXT_500, 200),
                Many("", "ReferenceCodes", "reference_codes", _TEXT_500, 200),
                Many("Appendixes", "Appendix", "appendixes", Field("", "", 4000), 500),
            ),
        ),
        Many("", "ResponseFor", "response_for", RESPONSE, 200),
        Field("SteeringType", "steering_type", 3, Kind.WHOLE),
        Many("ResponseForTask", "TaskCode", "response_for_task", Field("", "", 200), 200),
        Field("ApplicationType", "application_type", 100),
        Many("ToPlaces", "Place", "to_places", Field("", "", 2000), 4000),
    ),
    orders=(
        (
            *("From", "To", "Code", "PromulgationInfo", "DocumentType", "Subject", "Content"),
            *("SignerInfo", "DueDate", "ToPlaces", "OtherInfo", "ResponseFor", "SteeringType"),
            "DocumentId",
        ),
    ),
)
"""MessageHeader of a document packet. The second order is that of the regulation as a provincial
client numbers it; both occur."""

STATUS: Final = Record(
    dict,
    (
        One("From", "from_", STATUS_SENDER, required=True),
        One("ResponseFor", "response_for", STATUS_RESPONSE, required=True),
        One("StaffInfo", "staff", STATUS_STAFF),
        Field("StatusCode", "status_code", 2, Kind.STATUS, required=True),
        Field("Description", "description", 4000),
        Field("Timestamp", "at", 50, Kind.TIME, required=True),
    ),
)

HOP: Final = Record(
    model.Hop,
    (
        Field("OrganId", "code", 50, Kind.ORGAN),
        Field("Timestamp", "at", 50, Kind.TIME),
    ),
)

TRACE: Final = Many("", "TraceHeader", "trace", HOP, 200)

_TYPE: Final = Field("BussinessDocType", "type", 3, Kind.CONSTANT)
_REASON: Final = Field("BussinessDocReason", "reason", 4000, required=True)
_PAPER: Final = Field("Paper", "paper", 1, Kind.WHOLE)
_STAFF: Final = One("StaffInfo", "staff", BUSINESS_STAFF)

_RECEIVER: Final = Record(
    model.Receiver,
    (
        Field("OrganId", "code", 50, Kind.ORGAN, required=True),
        Field("ReceiverType", "type", 1, Kind.WHOLE, required=True),
    ),
)

_REPLACEMENT: Final = Record(
    model.Replacement,
    (
        Field("DocumentId", "document_id", 256, required=True),
        Many("OrganIdList", "OrganId", "organ_codes", Field("", "", 50, Kind.ORGAN), 4000),
    ),
)

BUSINESS: Final = {
    0: Record(
        model.Issue,
        (
            Field("DocumentId", "document_id", 256),
            _TYPE,
            Field("BussinessDocReason", "reason", 4000),
            _PAPER,
            _STAFF,
        ),
    ),
    1: Record(model.Withdraw, (_TYPE, _REASON, _PAPER, _STAFF)),
    2: Record(
        model.Update,
        (
            Field("DocumentId", "document_id", 256),
            _TYPE,
            _REASON,
            _PAPER,
            Group(
                "BussinessDocumentInfo",
                (
                    Field(
                        "DocumentInfo", "content_changed", 0, Kind.BIT, required=True, default=False
                    ),
                    Field(
                        "DocumentReceiver",
                        "receivers_changed",
                        0,
                        Kind.BIT,
                        required=True,
                        default=False,
                    ),
                    Many("ReceiverList", "Receiver", "receivers", _RECEIVER, 4000),
                ),
                required=True,
            ),
            _STAFF,
        ),
    ),
    3: Record(
        model.Replace,
        (
            _TYPE,
            _REASON,
            _PAPER,
            Many(
                "ReplacementInfoList",
                "ReplacementInfo",
                "replacements",
                _REPLACEMENT,
                500,
                least=1,
            ),
            _STAFF,
        ),
    ),
}
"""Bussiness (the regulation's spelling) by BussinessDocType."""

ATTACHMENT_TEXTS: Final = (
    Field("ContentId", "content_id", 200),
    Field("AttachmentName", "name", 500),
    Field("Description", "description", 2000),
    Field("FieldName", "field_name", 200),
    Field("MimeType", "mime_type", 200),
    Field("ContentType", "content_type", 200),
)


def _elements(items: tuple[Item, ...]) -> Iterator[str]:
    for item in items:
        yield name_of(item)
        if isinstance(item, Group):
            yield from _elements(item.items)
        elif isinstance(item, One):
            yield from _elements(item.record.items)
        elif isinstance(item, Many):
            yield item.element
            yield from _elements(item.of.items) if isinstance(item.of, Record) else ()


ELEMENTS: Final = frozenset(
    {
        *("edXML", "edXMLEnvelope", "edXMLHeader", "MessageHeader", "Status", "TraceHeaderList"),
        *("Bussiness", "edXMLBody", "edXMLManifest", "Reference", "AttachmentEncoded"),
        *("Attachment", "ContentTransferEncoded", "edXMLAttachments", "AttachmentData"),
        *_elements((*HEADER.items, *STATUS.items, TRACE, *ATTACHMENT_TEXTS)),
        *(name for record in BUSINESS.values() for name in _elements(record.items)),
    }
)
"""The names of all elements that are read: only these may stand in a place."""
