"""What somebody sends on purpose: refused with code and place, quickly and in little memory."""

import base64
import io
import struct
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lgsp_edxml import limits
from lgsp_edxml.errors import EdxmlError
from lgsp_edxml.reader import read_packet
from lgsp_edxml.writer import write_packet

from tests.unit.edxml.builders import (
    DOCUMENT,
    PDF,
    STATUS,
    edited,
    fault_of,
    noted,
    with_file,
    zip_of,
)

ATTACHMENT = "/edXML/AttachmentEncoded/Attachment[1]"
HEADER = "/edXML/edXMLEnvelope/edXMLHeader/MessageHeader"
ROOT = '<edXML xmlns="http://www.mic.gov.vn/TBT/QCVN_102_2016">'


def carrying(data, name="mẫu.doc"):
    """Return a packet whose one attachment transports exactly `data`."""
    transported = base64.b64encode(data).decode()
    return edited(with_file(name, PDF), (base64.b64encode(PDF).decode(), transported))


def before_root(text):
    return edited(DOCUMENT, (ROOT, f"{text}{ROOT}"))


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE edXML>",
        '<!DOCTYPE edXML SYSTEM "http://127.0.0.1:9/mau.dtd">',
        '<!DOCTYPE edXML [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE edXML [<!ENTITY a "mau"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE edXML [<!ENTITY % p SYSTEM "http://127.0.0.1:9/"> %p;]>',
    ],
)
def test_no_dtd_is_ever_read(doctype):
    assert fault_of(before_root(doctype)) == ("dtd_forbidden", "/")


def test_an_entity_that_nobody_declared_is_no_text():
    data = edited(DOCUMENT, (">Nội dung mẫu<", ">&mau;<"))
    assert fault_of(data)[0] == "not_well_formed"


def test_elements_nested_without_end_are_refused():
    assert fault_of(b"<edXML>" * 100_000)[0] == "too_deep"
    inside_signature = edited(DOCUMENT, ("<edXML:To>", "<Signature>" + "<a>" * 100 + "<edXML:To>"))
    assert fault_of(inside_signature)[0] == "too_deep"


def test_elements_without_number_are_refused(monkeypatch):
    monkeypatch.setattr("lgsp_edxml.tree.MAX_ELEMENTS", 1_000)
    data = edited(DOCUMENT, ("<edXML:Subject>", "<a/>" * 1_001 + "<edXML:Subject>"))
    assert fault_of(data) == ("too_many_elements", HEADER)


@pytest.mark.parametrize("token", ['<a b="{}"/>', "<!--{}-->", "<?a {}?>", "<{}/>"])
def test_one_endless_tag_is_refused_before_it_is_whole(token):
    text = token.format("a" * 3 * limits.MAX_TOKEN_BYTES)
    assert fault_of(edited(STATUS, ("<edXML:From>", f"{text}<edXML:From>")))[0] == "token_too_large"


def test_attributes_without_number_are_refused():
    names = " ".join(f"xmlns:a{n}='m'" for n in range(limits.MAX_ATTRIBUTES + 1))
    data = edited(STATUS, ("<edXML:From>", f"<edXML:From {names}>"))
    assert fault_of(data) == ("too_many", f"{HEADER}/From")


def test_notes_do_not_grow_with_names_that_the_sender_chooses():
    strange = "".join(f"<p{n}:x q{n}:y='m' z{n}='m'/>" for n in range(300))
    data = edited(STATUS, ("<edXML:From>", f"{strange}<edXML:From>"))
    reading, notes = noted(data)
    assert notes == {"unbound_prefix", "prefix_other", "attribute_ignored", "element_ignored"}
    assert len(reading.notes) < 10


def test_a_long_text_is_refused_where_it_is():
    data = edited(DOCUMENT, (DOCUMENT.content, "m" * (limits.MAX_TEXT_CHARS + 1)))
    assert fault_of(data) == ("too_long", f"{HEADER}/Content")


def test_a_packet_over_the_limit_is_not_parsed(monkeypatch):
    monkeypatch.setattr("lgsp_edxml.reader.MAX_PACKET_BYTES", 1_000)
    assert fault_of(b" " * 1_001) == ("too_large", "/")


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("From", f"{HEADER}/From"),
        ("DocumentId", f"{HEADER}/DocumentId"),
        ("Subject", f"{HEADER}/Subject"),
        ("Priority", f"{HEADER}/OtherInfo/Priority"),
        ("Bussiness", "/edXML/edXMLEnvelope/edXMLHeader/TraceHeaderList/Bussiness"),
    ],
)
def test_what_two_readers_could_read_differently_is_refused(name, place):
    tag = f"<edXML:{name}>"
    twice = write_packet(DOCUMENT).replace(tag.encode(), f"<edXML:{name}/>{tag}".encode(), 1)
    assert fault_of(twice) == ("repeated", place)


def test_a_second_envelope_or_header_cannot_hide():
    second = edited(STATUS, (" </edXML:edXMLEnvelope>", " </edXML:edXMLEnvelope><edXMLEnvelope/>"))
    assert fault_of(second) == ("repeated", "/edXML/edXMLEnvelope")


# The attachments.


def test_more_attachments_than_allowed_are_refused():
    one = edited(with_file("mau.pdf", PDF)).decode()
    start, end = one.index("  <Attachment>"), one.index(" </AttachmentEncoded>")
    many = one[:start] + one[start:end] * (limits.MAX_ATTACHMENTS + 1) + one[end:]
    assert fault_of(many.encode()) == ("too_many", "/edXML/AttachmentEncoded/Attachment")


def test_an_attachment_over_the_limit_is_refused_while_it_is_decoded(monkeypatch):
    monkeypatch.setattr("lgsp_edxml.payload.MAX_ATTACHMENT_BYTES", len(PDF) - 1)
    data = write_packet(with_file("mau.pdf", PDF))
    assert fault_of(data) == (
        "attachment_too_large",
        "/edXML/AttachmentEncoded/Attachment/ContentTransferEncoded",
    )


def test_all_attachments_together_have_a_limit(monkeypatch):
    monkeypatch.setattr("lgsp_edxml.arrivals.MAX_CONTENT_BYTES", len(PDF) + 3)
    place = "/edXML/AttachmentEncoded/Attachment[2]"
    assert fault_of(write_packet(DOCUMENT)) == ("attachment_too_large", place)


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    bomb = zip_of([("a.doc", bytes(60_000_000))])
    data = carrying(bomb)
    tracemalloc.start()
    assert fault_of(data) == ("zip_bomb", ATTACHMENT)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200 * len(bomb) + 20_000_000


def test_a_zip_bomb_that_lies_about_its_size_gives_no_more_than_it_says():
    bomb = bytearray(zip_of([("a.doc", bytes(5_000_000))]))
    at = bomb.rindex(b"PK\x01\x02")
    struct.pack_into("<I", bomb, at + 24, 3)
    reading, notes = noted(carrying(bytes(bomb)))
    assert len(reading.packet.attachments[0].data) == len(bomb)
    assert "zip_unreadable" in notes


def test_a_zip_that_declares_one_entry_and_holds_thousands_is_not_listed():
    data = bytearray(zip_of([(f"{n}", b"") for n in range(9_000)]))
    struct.pack_into("<HH", data, len(data) - 14, 1, 1)
    reading, notes = noted(carrying(bytes(data)))
    assert reading.packet.attachments[0].data == bytes(data)
    assert "zip_unreadable" in notes


def test_a_zip_s_second_end_record_is_not_believed():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a", b"m")
    data = bytearray(buffer.getvalue())
    data[-22:-22] = b"PK\x06\x07" + bytes(16)
    assert "zip_unreadable" in noted(carrying(bytes(data)))[1]


@pytest.mark.parametrize(
    "entry",
    [
        "../../mau.doc",
        "/etc/mau.doc",
        "..\\mau.doc",
        "C:\\mau.doc",
        "C:mau.doc",
        "mau/mau.doc",
        "..",
        "mau.doc\x00.pdf",
    ],
)
def test_a_name_that_points_out_of_its_zip_is_refused(entry):
    placeholder = "m" * len(entry)
    data = zip_of([(placeholder, b"mau")]).replace(placeholder.encode(), entry.encode())
    assert fault_of(carrying(data)) == ("zip_entry_unsafe", ATTACHMENT)


def test_an_encrypted_wrapper_is_refused():
    data = bytearray(zip_of([("mau.doc", b"mau")]))
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    assert fault_of(carrying(bytes(data))) == ("zip_encrypted", ATTACHMENT)


def test_entries_of_the_same_name_are_never_chosen_from():
    with pytest.warns(UserWarning, match="Duplicate"):
        data = zip_of([("mau.doc", b"one"), ("mau.doc", b"two")])
    reading, notes = noted(carrying(data))
    assert reading.packet.attachments[0].data == data
    assert "zip_kept" in notes


def test_only_one_layer_of_zip_is_taken_off():
    inner = zip_of([("mau.doc", b"mau")])
    reading, _ = noted(carrying(zip_of([("mau.doc", inner)])))
    assert reading.packet.attachments[0].data == inner


@pytest.mark.parametrize("name", ["../mau.pdf", "..\\mau.pdf", "/mau.pdf", "a/../../mau.pdf"])
def test_an_attachment_s_name_is_text_and_noted_when_it_looks_like_a_path(name):
    reading, notes = noted(write_packet(with_file(name, PDF)))
    assert reading.packet.attachments[0].name == name
    assert notes == {"attachment_name_unsafe"}


# Anything at all.


def outcome(data):
    """Return `read` or the fault's code; what else is raised fails the test."""
    try:
        read_packet(data)
    except EdxmlError as error:
        return str(error.fault)
    return "read"


@given(st.binary(max_size=300))
def test_any_bytes_are_an_error_with_a_code(data):
    with pytest.raises(EdxmlError):
        read_packet(data)


@given(st.data())
def test_a_damaged_packet_is_read_or_refused_and_nothing_else(data):
    packet = bytearray(write_packet(data.draw(st.sampled_from([DOCUMENT, STATUS]))))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(packet) - 1))
        end = at + data.draw(st.integers(0, 40))
        packet[at:end] = data.draw(st.binary(max_size=8) | st.just(bytes(packet[at:end]) * 2))
    assert outcome(bytes(packet))


@given(st.data())
def test_a_damaged_zip_is_opened_kept_or_refused_and_nothing_else(data):
    damaged = bytearray(zip_of([("mau.doc", b"mau" * 30)]))
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(4, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    found = outcome(carrying(bytes(damaged)))
    assert found in {"read", "zip_encrypted", "zip_entry_unsafe", "zip_bomb"}
