"""The official form, byte by byte, and what the strict writer does not write."""

import hashlib
from dataclasses import replace

import pytest
from lgsp_edxml.errors import EdxmlError
from lgsp_edxml.limits import MAX_ATTACHMENTS
from lgsp_edxml.model import Attachment, Hop, Organisation, Replace, Response
from lgsp_edxml.names import STATUS_CODES
from lgsp_edxml.reader import read_packet
from lgsp_edxml.writer import write_packet

from tests.unit.edxml.builders import (
    BUSINESSES,
    DOCUMENT,
    SENDER,
    STATUS,
    noted,
    of_kind,
    with_file,
)

OFFICIAL_STATUS = """\
<?xml version="1.0" encoding="UTF-8"?>
<edXML xmlns="http://www.mic.gov.vn/TBT/QCVN_102_2016">
 <edXML:edXMLEnvelope xmlns:edXML="http://www.mic.gov.vn/TBT/QCVN_102_2016">
  <edXML:edXMLHeader>
   <edXML:MessageHeader>
    <edXML:From>
     <edXML:OrganId>H99.32</edXML:OrganId>
     <edXML:OrganName>Sở Mẫu Hai</edXML:OrganName>
     <edXML:OrganizationInCharge>UBND tỉnh Mẫu</edXML:OrganizationInCharge>
    </edXML:From>
    <edXML:ResponseFor>
     <edXML:OrganId>000.00.31.H99</edXML:OrganId>
     <edXML:Code>4/SMM-VPĐT</edXML:Code>
     <edXML:PromulgationDate>2026/02/03</edXML:PromulgationDate>
     <edXML:DocumentId>000.00.31.H99,2026/02/03,4/SMM-VPĐT</edXML:DocumentId>
    </edXML:ResponseFor>
    <edXML:StaffInfo>
     <edXML:Department>Văn phòng mẫu</edXML:Department>
     <edXML:Staff>Cán Bộ Mẫu</edXML:Staff>
     <edXML:Mobile>84</edXML:Mobile>
     <edXML:Email>cb@mau.example</edXML:Email>
    </edXML:StaffInfo>
    <edXML:StatusCode>03</edXML:StatusCode>
    <edXML:Description>Đã vào sổ (mẫu)</edXML:Description>
    <edXML:Timestamp>2026/02/03 09:00:00</edXML:Timestamp>
   </edXML:MessageHeader>
  </edXML:edXMLHeader>
 </edXML:edXMLEnvelope>
</edXML>
"""

OFFICIAL_TAIL = """\
   <edXML:edXMLManifest version="1.0">
    <edXML:Reference>
     <edXML:ContentId>cid:1</edXML:ContentId>
     <edXML:ContentType>application/pdf</edXML:ContentType>
     <edXML:Description>Mẫu</edXML:Description>
     <edXML:AttachmentName>mẫu.pdf</edXML:AttachmentName>
    </edXML:Reference>
   </edXML:edXMLManifest>
  </edXML:edXMLBody>
 </edXML:edXMLEnvelope>
 <AttachmentEncoded>
  <Attachment>
   <ContentId>cid:1</ContentId>
   <AttachmentName>mẫu.pdf</AttachmentName>
   <Description>Mẫu</Description>
   <ContentType>application/pdf</ContentType>
   <edXML:ContentTransferEncoded xmlns:edXML="http://www.mic.gov.vn/TBT/QCVN_102_2016">bcOi</edXML:ContentTransferEncoded>
  </Attachment>
 </AttachmentEncoded>
</edXML>
"""


def test_a_status_is_written_byte_by_byte_as_the_official_form():
    assert write_packet(STATUS).decode() == OFFICIAL_STATUS


def test_attachments_stand_beside_the_envelope_unprefixed_but_for_their_base64():
    file = Attachment(content_id="cid:1", name="mẫu.pdf", description="Mẫu", data="mâ".encode()[:3])
    written = write_packet(replace(DOCUMENT, attachments=(file,))).decode()
    assert written.endswith(OFFICIAL_TAIL)


def test_the_header_stands_in_the_official_order():
    text = write_packet(DOCUMENT).decode()
    order = [
        *("From", "To", "DocumentId", "Code", "PromulgationInfo", "DocumentType", "Subject"),
        *("Content", "SignerInfo", "DueDate", "OtherInfo", "ResponseFor", "SteeringType"),
        *("ResponseForTask", "ApplicationType", "ToPlaces", "TraceHeaderList", "Bussiness"),
        "edXMLBody",
    ]
    places = [text.index(f"  <edXML:{name}>") for name in order]
    assert places == sorted(places)


def test_the_same_value_gives_the_same_bytes():
    # The hash is of this form itself: whoever changes it changes what all neighbours receive.
    raw_only = replace(DOCUMENT, attachments=DOCUMENT.attachments[:1])
    assert write_packet(raw_only) == write_packet(replace(raw_only))
    digest = hashlib.sha256(write_packet(raw_only)).hexdigest()
    assert digest == "050b9864dfdf25afd2dc67d651cf2736498999559c471d15f091f143736d8b81"


@pytest.mark.parametrize("kind", [*BUSINESSES, "document.status"])
def test_what_is_written_is_read_as_the_same_value_without_a_note(kind):
    reading = read_packet(write_packet(of_kind(kind)))
    assert reading.packet == of_kind(kind)
    assert reading.notes == ()


@pytest.mark.parametrize("code", STATUS_CODES)
def test_every_status_code_is_written_and_read(code):
    status = replace(STATUS, status_code=code)
    assert read_packet(write_packet(status)).packet == status


@pytest.mark.parametrize(
    ("change", "fault", "place"),
    [
        ({"subject": ""}, "missing", "MessageHeader/Subject"),
        ({"subject": "a" * 4001}, "too_long", "MessageHeader/Subject"),
        ({"subject": " mẫu"}, "space_around", "MessageHeader/Subject"),
        ({"subject": "mẫu\x01"}, "illegal_character", "MessageHeader/Subject"),
        ({"subject": "mẫu\ud800"}, "illegal_character", "MessageHeader/Subject"),
        ({"due_date": "30/10/2026"}, "value_invalid", "MessageHeader/DueDate"),
        ({"due_date": "2026/02/30"}, "value_invalid", "MessageHeader/DueDate"),
        ({"priority": 5}, "value_invalid", "OtherInfo/Priority"),
        ({"priority": True}, "value_invalid", "OtherInfo/Priority"),
        ({"to": ()}, "missing", "MessageHeader/To"),
        ({"to": (SENDER, SENDER)}, "repeated", "MessageHeader/To"),
        ({"to": (Organisation(code="null"),)}, "value_invalid", "To/OrganId"),
        ({"trace": (Hop(),)}, "missing", "TraceHeaderList/TraceHeader[1]"),
        ({"trace": (Hop(at="2026-02-03T08:00:00"),)}, "value_invalid", "TraceHeader/Timestamp"),
        ({"response_for": (Response(),)}, "missing", "MessageHeader/ResponseFor[1]"),
        ({"to_places": ("",)}, "missing", "ToPlaces/Place[1]"),
        ({"appendixes": ("m",) * 501}, "too_many", "OtherInfo/Appendix"),
        ({"business": Replace(reason="mẫu", replacements=())}, "missing", "ReplacementInfo"),
    ],
)
def test_what_the_form_does_not_allow_is_not_written(change, fault, place):
    with pytest.raises(EdxmlError) as caught:
        write_packet(replace(DOCUMENT, **change))
    assert caught.value.fault == fault
    assert place in caught.value.place


def test_a_status_code_without_a_definition_is_not_written():
    with pytest.raises(EdxmlError, match="status_code_unknown"):
        write_packet(replace(STATUS, status_code="14"))


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        ([Attachment(content_id="", name="mau.pdf", data=b"")], "missing"),
        ([Attachment(content_id="cid:1", name="", data=b"")], "missing"),
        ([Attachment(content_id="cid:1", name="mau.pdf", data=b"")] * 2, "repeated"),
        ([Attachment(content_id="cid:1", name="m", data=b"")] * (MAX_ATTACHMENTS + 1), "too_many"),
    ],
)
def test_attachments_that_a_reader_could_not_tell_apart_are_not_written(files, fault):
    with pytest.raises(EdxmlError) as caught:
        write_packet(replace(DOCUMENT, attachments=tuple(files)))
    assert caught.value.fault == fault


@pytest.mark.parametrize(
    ("name", "declared"),
    [
        ("mẫu.PDF", "application/pdf"),
        ("mẫu.docx", "application/docx"),
        ("mẫu.xsl", "application/xsl"),
        ("mẫu.xlsx", "application/zip"),
        ("mẫu", "application/zip"),
    ],
)
def test_only_the_reference_library_s_extensions_travel_unwrapped(name, declared):
    data = write_packet(with_file(name, b"mau"))
    reading = read_packet(data)
    assert reading.arrivals[0].content_type == declared
    assert reading.arrivals[0].unwrapped is (declared == "application/zip")
    assert reading.packet == with_file(name, b"mau")


def test_texts_cannot_break_out_of_their_element():
    subject = "</edXML:Subject><edXML:To>&amp;]]>\r\n"
    document = replace(DOCUMENT, subject=f"{subject}mẫu")
    assert read_packet(write_packet(document)).packet == document


def test_a_document_in_the_other_known_order_has_no_note():
    text = write_packet(DOCUMENT).decode()
    line = f"    <edXML:DocumentId>{DOCUMENT.document_id}</edXML:DocumentId>\n"
    places = text[text.index("    <edXML:ToPlaces>") : text.index("   </edXML:MessageHeader>")]
    moved = text.replace(line, "").replace(places, "")
    moved = moved.replace("    <edXML:OtherInfo>", f"{places}    <edXML:OtherInfo>")
    moved = moved.replace("   </edXML:MessageHeader>", f"{line}   </edXML:MessageHeader>")
    reading, notes = noted(moved.encode())
    assert reading.packet == DOCUMENT
    assert notes == set()
