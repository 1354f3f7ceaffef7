"""What cannot be read: each has its code and place, and words in two languages."""

import base64
import re

import pytest
from lgsp_edxml.errors import WORDS, EdxmlError, Fault
from lgsp_edxml.reader import read_packet

from tests.unit.edxml.builders import DOCUMENT, PDF, STATUS, edited, fault_of, of_kind

HEADER = "/edXML/edXMLEnvelope/edXMLHeader/MessageHeader"
BUSINESS = "/edXML/edXMLEnvelope/edXMLHeader/TraceHeaderList/Bussiness"
PAYLOAD = "/edXML/AttachmentEncoded/Attachment/ContentTransferEncoded"
BASE64 = base64.b64encode(PDF).decode()
UPDATED, REPLACED = of_kind("document.updated"), of_kind("document.replaced")


def without(packet, element):
    """Return the packet without any element of that name."""
    pattern = rf"(?s)<(?:edXML:)?{element}[ >].*?</(?:edXML:)?{element}>"
    text, count = re.subn(pattern, "", edited(packet).decode())
    assert count
    return text.encode()


CORPUS = [
    (b"", "not_well_formed", "line 1, column 0"),
    (b"mau", "not_well_formed", "line 1, column 0"),
    (edited(DOCUMENT)[:-9], "not_well_formed", ""),
    (edited(DOCUMENT) + b"<x/>", "not_well_formed", ""),
    (edited(DOCUMENT, ("</edXML:To>", "</edXML:From>")), "not_well_formed", ""),
    (edited(DOCUMENT, ('"UTF-8"', '"mau-8"')), "not_well_formed", ""),
    (edited(DOCUMENT).replace("Mẫu".encode(), b"M\xff"), "not_well_formed", ""),
    (b"<edoc/>", "not_edxml", "/"),
    (b"<Signature/>", "not_edxml", "/"),
    (b"<edXML/>", "missing", "/edXML/edXMLEnvelope"),
    (b"<edXML><edXMLEnvelope/></edXML>", "missing", "/edXML/edXMLEnvelope/edXMLHeader"),
    (without(DOCUMENT, "MessageHeader"), "missing", HEADER),
    (without(DOCUMENT, "From"), "missing", f"{HEADER}/From"),
    (without(DOCUMENT, "To"), "missing", f"{HEADER}/To"),
    (without(DOCUMENT, "Subject"), "missing", f"{HEADER}/Subject"),
    (without(DOCUMENT, "FullName"), "missing", f"{HEADER}/SignerInfo/FullName"),
    (without(DOCUMENT, "CodeNumber"), "missing", f"{HEADER}/Code/CodeNumber"),
    (without(STATUS, "ResponseFor"), "missing", f"{HEADER}/ResponseFor"),
    (without(STATUS, "Timestamp"), "missing", f"{HEADER}/Timestamp"),
    (without(UPDATED, "BussinessDocReason"), "missing", f"{BUSINESS}/BussinessDocReason"),
    (without(UPDATED, "BussinessDocumentInfo"), "missing", f"{BUSINESS}/BussinessDocumentInfo"),
    (
        without(REPLACED, "ReplacementInfoList"),
        "missing",
        f"{BUSINESS}/ReplacementInfoList/ReplacementInfo",
    ),
    (without(DOCUMENT, "BussinessDocType"), "missing", f"{BUSINESS}/BussinessDocType"),
    (
        edited(DOCUMENT, ("DocType>0<", "DocType>4<")),
        "business_unknown",
        f"{BUSINESS}/BussinessDocType",
    ),
    (
        edited(DOCUMENT, ("DocType>0<", "DocType>mới<")),
        "value_invalid",
        f"{BUSINESS}/BussinessDocType",
    ),
    (
        edited(UPDATED, ("ReceiverType>0<", "ReceiverType>2<")),
        "value_invalid",
        f"{BUSINESS}/BussinessDocumentInfo/ReceiverList/Receiver[1]/ReceiverType",
    ),
    (edited(STATUS, ("Code>03<", "Code>07<")), "status_code_unknown", f"{HEADER}/StatusCode"),
    (edited(STATUS, ("Code>03<", "Code>999<")), "status_code_unknown", f"{HEADER}/StatusCode"),
    (edited(STATUS, ("Code>03<", "Code>mẫu<")), "status_code_unknown", f"{HEADER}/StatusCode"),
    (edited(STATUS, ("000.00.31.H99<", "null<")), "missing", f"{HEADER}/ResponseFor/OrganId"),
    (edited(DOCUMENT, (">4<", f">{'4' * 51}<")), "too_long", f"{HEADER}/Code/CodeNumber"),
    (edited(DOCUMENT, (BASE64, BASE64[:-1])), "not_base64", PAYLOAD),
    (edited(DOCUMENT, (BASE64, "Mẫu" * 4)), "not_base64", PAYLOAD),
    (edited(DOCUMENT, (BASE64, BASE64[:4] + "=" + BASE64[4:])), "not_base64", PAYLOAD),
    (
        without(DOCUMENT, "ContentTransferEncoded"),
        "missing",
        "/edXML/AttachmentEncoded/Attachment[1]",
    ),
]


@pytest.mark.parametrize(("data", "fault", "place"), CORPUS)
def test_what_cannot_be_read_says_what_is_wrong_and_where(data, fault, place):
    found, where = fault_of(data)
    assert found == fault
    assert where == place or (not place and where.startswith("line "))


def test_base64_that_goes_on_after_its_end_is_refused_across_pieces():
    assert fault_of(edited(DOCUMENT, (BASE64, "bQ==bQ==")))[0] == "not_base64"
    split = edited(DOCUMENT, (BASE64, "bQ==<!-- mẫu -->bQ=="))
    assert fault_of(split)[0] == "not_base64"


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_has_words_in_vietnamese_and_english_with_the_place(fault):
    error = EdxmlError(fault, "/mau")
    vietnamese, english = WORDS[fault]
    assert vietnamese != english
    assert error.vietnamese.startswith(vietnamese)
    assert error.english.startswith(english)
    assert error.vietnamese.endswith("/mau")
    assert error.english.endswith("/mau")


def test_an_error_never_repeats_what_the_packet_holds():
    data = edited(STATUS, ("Code>03<", "Code>Bí danh mẫu<"))
    with pytest.raises(EdxmlError) as caught:
        read_packet(data)
    assert "danh" not in f"{caught.value} {caught.value.vietnamese} {caught.value.english}"
