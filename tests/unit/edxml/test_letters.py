"""What a packet is as a message: the same letter has one key, whatever way it came."""

import json
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from lgsp_edxml.letters import letter_of, usable_code
from lgsp_edxml.model import Attachment, Document, Hop, Organisation
from lgsp_edxml.reader import read_packet
from lgsp_edxml.writer import write_packet

from tests.unit.edxml.builders import BUSINESSES, DOCUMENT, PDF, STATUS, of_kind
from tests.unit.edxml.strategies import PACKET

HERE = ("H99.32",)


def letter(packet):
    return letter_of(read_packet(write_packet(packet)))


@given(PACKET)
def test_the_same_packet_gives_the_same_letter(packet):
    assert letter(packet) == letter(packet)


@given(PACKET)
def test_whatever_the_packet_the_key_is_an_id_and_the_subject_is_clean(packet):
    found = letter(packet)
    assert len(found.key(HERE)) == 64
    assert json.loads(found.body)
    subject = found.subject or "-"
    assert subject.isprintable()
    assert unicodedata.is_normalized("NFC", subject)


def test_another_hop_or_another_wrapping_is_the_same_letter():
    hop = Hop(code="001.00.20.TT2", at="2026/02/03 08:00:00")
    moved = replace(DOCUMENT, trace=(*DOCUMENT.trace, hop))
    assert letter(moved).key(HERE) == letter(DOCUMENT).key(HERE)
    assert letter(moved).core == letter(DOCUMENT).core
    assert letter(moved).body != letter(DOCUMENT).body


@pytest.mark.parametrize(
    "changed",
    [
        replace(DOCUMENT, from_=Organisation(code="H99.77")),
        replace(DOCUMENT, document_id="H99.31,2026/02/03,5/SMM"),
        replace(DOCUMENT, business=BUSINESSES["document.withdrawn"]),
        replace(DOCUMENT, attachments=(Attachment(content_id="1", name="k.pdf", data=PDF + b"x"),)),
    ],
)
def test_sender_document_business_and_files_make_the_key(changed):
    assert letter(changed).key(HERE) != letter(DOCUMENT).key(HERE)


def test_other_receivers_here_make_another_message_in_any_order_the_same():
    found = letter(DOCUMENT)
    assert found.key(("a",)) != found.key(("b",))
    assert found.key(("a", "b")) == found.key(("b", "a", "b"))


def test_a_document_id_in_nfd_is_the_same_document():
    other = replace(DOCUMENT, document_id=unicodedata.normalize("NFD", DOCUMENT.document_id))
    assert letter(other).key(HERE) == letter(DOCUMENT).key(HERE)
    assert letter(other).subject == letter(DOCUMENT).subject


def test_another_subject_is_the_same_key_but_not_the_same_content():
    other = replace(DOCUMENT, subject="V/v khác (mẫu)")
    assert letter(other).key(HERE) == letter(DOCUMENT).key(HERE)
    assert letter(other).core != letter(DOCUMENT).core


def test_each_status_of_a_document_is_its_own_message():
    later = replace(STATUS, status_code="04")
    assert letter(later).key(HERE) != letter(STATUS).key(HERE)
    assert letter(STATUS).subject == STATUS.response_for.document_id


@pytest.mark.parametrize("kind", [*BUSINESSES, "document.status"])
def test_each_kind_names_its_schema(kind):
    assert letter(of_kind(kind)).kind == kind


def test_receivers_are_distinct_and_usable():
    to = ("H99.32", "H99.32", "000.00.23 .H99", "Sở/Mẫu", "000.00.32.H99")
    packet = Document(
        **{
            **{name: getattr(DOCUMENT, name) for name in DOCUMENT.__slots__},
            "to": tuple(Organisation(code=code) for code in to),
        }
    )
    data = write_packet(replace(packet, to=tuple(dict.fromkeys(packet.to))))
    found = letter_of(read_packet(data))
    assert found.receivers == ("H99.32", "000.00.23.H99", "000.00.32.H99")


@pytest.mark.parametrize("code", ["", "Sở", "a/b", ".H99", "x" * 65])
def test_what_cannot_be_an_address_is_none(code):
    assert usable_code(code) is None
