"""What real products send is read, and each deviation is noted: one row for each."""

import base64
import re

import pytest
from lgsp_edxml.limits import MAX_DEPTH
from lgsp_edxml.model import Issue
from lgsp_edxml.names import NAMESPACE
from lgsp_edxml.notes import Deviation
from lgsp_edxml.zips import content_type_of

from tests.unit.edxml.builders import (
    DOCUMENT,
    PDF,
    SENDER,
    STATUS,
    edited,
    noted,
    with_file,
    zip_of,
)

UUID = "00000000-0000-4000-8000-000000000000"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'


def carrying(name, declared, payload):
    """Return a packet with this one attachment exactly as declared and transported."""
    data = edited(with_file(name, PDF)).decode()
    real = content_type_of(name, PDF)
    data = re.sub(r"(ContentTransferEncoded [^>]*>)[^<]*", rf"\g<1>{payload}", data)
    return data.replace(f"ContentType>{real}<", f"ContentType>{declared}<").encode()


def encoded(data):
    return base64.b64encode(data).decode()


DIFFERENT = {
    # The bytes and names.
    "byte_order_mark": b"\xef\xbb\xbf" + edited(DOCUMENT),
    "junk_before_declaration": b"1212" + edited(DOCUMENT),
    "encoding_not_utf8": DECLARATION.replace("UTF-8", "UTF-16").encode("utf-16")
    + edited(DOCUMENT, (DECLARATION, "")).decode().encode("utf-16-le"),
    "unbound_prefix": edited(
        DOCUMENT,
        ("<AttachmentEncoded>", "<edXML:AttachmentEncoded>"),
        ("</AttachmentEncoded>", "</edXML:AttachmentEncoded>"),
    ),
    "prefix_missing": edited(DOCUMENT, ("<edXML:", "<"), ("</edXML:", "</")),
    "prefix_other": edited(DOCUMENT, ("edXML:", "ns0:"), ("xmlns:edXML", "xmlns:ns0")),
    "namespace_missing": edited(
        DOCUMENT,
        (f' xmlns="{NAMESPACE}"', ""),
        (f' xmlns:edXML="{NAMESPACE}"', ""),
        ("edXML:", ""),
    ),
    "namespace_old": edited(DOCUMENT, (NAMESPACE, "http://www.e-doc.vn/Schema/")),
    "namespace_other": edited(DOCUMENT, (NAMESPACE, "urn:mau")),
    # The elements.
    "status_element": edited(STATUS, ("edXML:MessageHeader>", "edXML:Status>")),
    "element_order": edited(
        DOCUMENT,
        ("<edXML:Content>Nội dung mẫu</edXML:Content>", ""),
        ("    <edXML:Subject>", "<edXML:Content>Nội dung mẫu</edXML:Content><edXML:Subject>"),
    ),
    "element_ignored": edited(
        DOCUMENT, ("<edXML:Subject>", "<edXML:Mau>m</edXML:Mau><edXML:Subject>")
    ),
    "text_ignored": edited(DOCUMENT, ("<edXML:To>", "<edXML:To>mẫu")),
    "attribute_ignored": edited(DOCUMENT, ("<edXML:TraceHeader>", '<edXML:TraceHeader id="1">')),
    "signature_ignored": edited(
        DOCUMENT, ("</edXML:edXMLHeader>", "<Signature><A>m</A></Signature></edXML:edXMLHeader>")
    ),
    "empty_element": edited(
        DOCUMENT, ("    <edXML:SteeringType>", "<edXML:ResponseFor/><edXML:SteeringType>")
    ),
    "element_missing": edited(DOCUMENT, ("<edXML:Place>Mẫu</edXML:Place>", "")),
    "business_absent": re.sub(rb"(?s)<edXML:Bussiness>.*</edXML:Bussiness>", b"", edited(DOCUMENT)),
    # The values.
    "space_around": edited(DOCUMENT, (">Nội dung mẫu<", "> Nội dung mẫu\n<")),
    "day_form": edited(DOCUMENT, (">2026/03/04<", ">04/03/2026<")),
    "day_unreadable": edited(DOCUMENT, (">2026/03/04<", ">2014/02/30<")),
    "time_form": edited(DOCUMENT, (">2026/02/03 08:00:05<", ">2026-02-03T08:00:05<")),
    "time_unreadable": edited(DOCUMENT, (">2026/02/03 08:00:05<", ">hôm qua<")),
    "number_spelling": edited(DOCUMENT, ("PageAmount>1<", "PageAmount>01<")),
    "flag_spelling": edited(DOCUMENT, (">true<", ">True<")),
    "value_unreadable": edited(DOCUMENT, ("PageAmount>1<", "PageAmount>một<")),
    "status_code_spelling": edited(STATUS, ("StatusCode>03<", "StatusCode>3<")),
    "status_code_14": edited(STATUS, ("StatusCode>03<", "StatusCode>14<")),
    "organ_code_spelling": edited(DOCUMENT, (">000.00.32.H99<", ">000 00.32 .H99<")),
    "organ_code_null": edited(
        DOCUMENT,
        ("<edXML:TraceHeader>", "<edXML:TraceHeader><edXML:OrganId>null</edXML:OrganId>"),
        (
            "     <edXML:OrganId>000.00.31.H99</edXML:OrganId>\n     <edXML:Timestamp>",
            "<edXML:Timestamp>",
        ),
    ),
    "receiver_repeated": edited(DOCUMENT, (">000.00.32.H99<", ">H99.32<")),
    # The attachments.
    "base64_space": carrying("mẫu.pdf", "application/pdf", f" JVBE\r\n{encoded(PDF)[4:]}\n"),
    "home_made_attachments": edited(
        with_file("mẫu.pdf", PDF),
        (" </edXML:edXMLEnvelope>\n <AttachmentEncoded>", "<edXML:edXMLAttachments>"),
        ("</AttachmentEncoded>", "</edXML:edXMLAttachments></edXML:edXMLEnvelope>"),
        ("ContentTransferEncoded", "AttachmentData"),
    ),
    "reference_unmatched": re.sub(
        rb"(?s)<edXML:Reference>.*</edXML:Reference>", b"", edited(DOCUMENT)
    ),
    "joined_by_position": edited(DOCUMENT, ("<edXML:ContentId>cid:1<", "<edXML:ContentId>x<")),
    "content_id_repeated": edited(DOCUMENT, (">cid:2<", ">cid:1<")),
    "content_type_differs": edited(
        DOCUMENT, ("<edXML:ContentType>application/pdf", "<edXML:ContentType>application/zip")
    ),
    "content_type_wrong": carrying(
        "mẫu.pdf", "application/pdf", encoded(zip_of([(f"{UUID}.pdf", PDF)]))
    ),
    "zip_kept": carrying("mẫu.doc", "application/zip", encoded(zip_of([("a", b"1"), ("b", b"2")]))),
    "zip_unreadable": carrying("mẫu.txt", "application/zip", encoded(b"PK\x03\x04 h")),
    "attachment_name_unsafe": carrying("../mẫu.pdf", "application/pdf", encoded(PDF)),
    "attachment_name_repeated": edited(DOCUMENT, ("Bảng mẫu.txt", "Công văn mẫu.pdf")),
    "packet_in_packet": carrying(
        "mẫu.doc", "application/zip", encoded(zip_of([(f"{UUID}.edxml", b"<edXML/>")]))
    ),
}


@pytest.mark.parametrize("code", DIFFERENT)
def test_a_deviation_is_read_and_noted_with_its_place(code):
    reading, notes = noted(DIFFERENT[code])
    assert code in notes
    assert all(note.place.startswith("/") for note in reading.notes)


def test_every_deviation_has_a_row():
    assert set(map(str, Deviation)) == set(DIFFERENT)


UNCHANGED = [
    "byte_order_mark",
    "junk_before_declaration",
    "encoding_not_utf8",
    "unbound_prefix",
    "prefix_missing",
    "prefix_other",
    "namespace_missing",
    "namespace_old",
    "namespace_other",
    "element_order",
    "element_ignored",
    "text_ignored",
    "attribute_ignored",
    "signature_ignored",
    "empty_element",
    "space_around",
    "number_spelling",
    "flag_spelling",
    "reference_unmatched",
    "joined_by_position",
    "content_type_differs",
]


@pytest.mark.parametrize("code", UNCHANGED)
def test_the_value_does_not_change_by_what_is_tolerated(code):
    assert noted(DIFFERENT[code])[0].packet == DOCUMENT


def test_a_packet_without_business_is_a_new_document():
    assert noted(DIFFERENT["business_absent"])[0].packet.business == Issue()


@pytest.mark.parametrize("code", [*UNCHANGED[:3], "prefix_missing", "day_form", "base64_space"])
def test_a_single_deviation_gives_a_single_note(code):
    assert noted(DIFFERENT[code])[1] == {code}


def test_the_axis_own_unbound_attachments_are_read_in_the_first_pass():
    reading, notes = noted(
        edited(
            DOCUMENT,
            ("<AttachmentEncoded>", "<edXML:AttachmentEncoded>"),
            ("</AttachmentEncoded>", "</edXML:AttachmentEncoded>"),
            ("<Attachment>", '<edXML:Attachment xlink:href="cid:1">'),
            ("</Attachment>", "</edXML:Attachment>"),
            (f' xmlns:edXML="{NAMESPACE}">JVB', ">JVB"),
        )
    )
    assert reading.packet == DOCUMENT
    assert notes == {"unbound_prefix", "prefix_other", "attribute_ignored"}


@pytest.mark.parametrize(
    "payload", [f"\n{encoded(PDF)}", f"{encoded(PDF)} ", f"\n{encoded(PDF)}\n"]
)
def test_white_space_around_base64_is_not_silent(payload):
    reading, notes = noted(carrying("mẫu.pdf", "application/pdf", payload))
    assert notes == {"base64_space"}
    assert reading.packet.attachments[0].data == PDF


def test_status_14_is_read_as_15_and_says_so():
    assert noted(DIFFERENT["status_code_14"])[0].packet.status_code == "15"


@pytest.mark.parametrize("spelling", ["3", "003", " 03 "])
def test_other_spellings_of_a_status_code_are_read(spelling):
    data = edited(STATUS, ("StatusCode>03<", f"StatusCode>{spelling}<"))
    assert noted(data)[0].packet == STATUS


def test_an_agency_s_code_is_carried_as_written():
    codes = [to.code for to in noted(DIFFERENT["organ_code_spelling"])[0].packet.to]
    assert codes == ["H99.32", "000 00.32 .H99"]


def test_a_day_that_does_not_exist_is_kept_as_written():
    assert noted(DIFFERENT["day_unreadable"])[0].packet.due_date == "2014/02/30"


@pytest.mark.parametrize(
    ("name", "declared", "transported", "file"),
    [
        ("mẫu.pdf", "application/pdf", PDF, PDF),
        ("mẫu.doc", "application/zip", zip_of([(f"{UUID}.doc", b"mau")]), b"mau"),
        ("mẫu.pdf", "application/pdf", zip_of([(f"{UUID}.pdf", PDF)]), PDF),
        ("mẫu.txt", "text/plain", zip_of([("mau.txt", b"mau")]), b"mau"),
        ("mẫu.zip", "application/zip", zip_of([(f"{UUID}.zip", b"mau")]), b"mau"),
        ("mẫu", "application/zip", zip_of([("mau", b"mau")]), b"mau"),
    ],
)
def test_a_wrapping_zip_is_taken_off_once_whatever_was_declared(name, declared, transported, file):
    reading, _ = noted(carrying(name, declared, encoded(transported)))
    assert reading.packet.attachments[0].data == file
    assert reading.packet.attachments[0].name == name
    assert reading.arrivals[0].unwrapped is (file != transported)
    assert reading.arrivals[0].transported_size == len(transported)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("mẫu.zip", zip_of([("mau.txt", b"mau")])),
        ("mẫu.docx", zip_of([("word/document.xml", b"<mau/>")])),
        ("mẫu.doc", zip_of([("a.txt", b"1"), ("b.txt", b"2")])),
        ("mẫu.txt", b"PK\x03\x04 no zip at all"),
        ("mẫu.txt", zip_of([("a.txt", b"mau")])[:-30]),
        ("mẫu.txt", zip_of([("a.txt", b"mau" * 99)], method=12)),
    ],
)
def test_a_zip_that_does_not_wrap_or_cannot_be_opened_is_kept(name, data):
    reading, _ = noted(carrying(name, "application/zip", encoded(data)))
    assert reading.packet.attachments[0].data == data
    assert not reading.arrivals[0].unwrapped


def test_a_file_in_a_wrapper_that_lies_about_its_checksum_is_kept_as_it_came():
    data = bytearray(zip_of([("a.txt", b"mau" * 9)]))
    data[data.rindex(b"PK\x01\x02") + 16] ^= 1
    reading, notes = noted(carrying("mẫu.txt", "application/zip", encoded(bytes(data))))
    assert reading.packet.attachments[0].data == bytes(data)
    assert "zip_unreadable" in notes


def test_nesting_up_to_the_limit_is_read():
    depth = MAX_DEPTH - 6
    inside = "<x>" * depth + "</x>" * depth
    data = edited(DOCUMENT, ("<edXML:Subject>", f"{inside}<edXML:Subject>"))
    assert noted(data)[0].packet == DOCUMENT


def test_the_packet_s_own_hash_is_that_of_the_bytes_as_received():
    plain, odd = noted(edited(STATUS))[0], noted(b"1212" + edited(STATUS))[0]
    assert plain.packet == odd.packet
    assert plain.sha256 != odd.sha256
    assert odd.size == plain.size + 4


def test_places_never_show_what_the_sender_named_or_wrote():
    data = edited(DOCUMENT, (SENDER.name, "<Bi.Mat.Mau a:b='1'>Bí danh mẫu</Bi.Mat.Mau>"))
    shown = " ".join(note.place for note in noted(data)[0].notes)
    assert "Mau" not in shown
    assert "/edXML/edXMLEnvelope/edXMLHeader/MessageHeader/From/OrganName" in shown
