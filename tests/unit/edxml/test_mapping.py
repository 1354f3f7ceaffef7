"""Packets to the canonical bodies of the hub's documents and back, checked with its schemas."""

import hashlib
from functools import cache
from pathlib import Path

import orjson
import pytest
from lgsp_edxml.errors import EdxmlError
from lgsp_edxml.mapping import from_body, kind_of, objects_of, to_body
from lgsp_edxml.notes import Deviation
from lgsp_edxml.reader import read_packet
from lgsp_edxml.writer import write_packet

from hub.schemas.catalogue import load
from hub.schemas.validate import compile_schema
from tests.unit.edxml.builders import BUSINESSES, DOCUMENT, PDF, STATUS, edited, of_kind, with_file
from tests.unit.edxml.test_tolerances import DIFFERENT

KINDS = [*BUSINESSES, "document.status"]
EXAMPLES = Path("hub/schemas/examples")


@cache
def schema(kind):
    return compile_schema(load(f"urn:hub:schema:{kind}:1.0").raw)


def violation(packet, body):
    """Return what the schema of the packet's kind says, as the hub runs it (jsonschema-rs)."""
    return schema(kind_of(packet)).check(orjson.loads(orjson.dumps(body)))


def body_of(packet):
    return to_body(read_packet(write_packet(packet)))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_gives_a_body_that_fits_its_schema(kind):
    packet = of_kind(kind)
    assert kind_of(packet) == kind
    assert violation(packet, body_of(packet)) is None
    assert from_body(body_of(packet), objects_of(packet)) == packet


@pytest.mark.parametrize("code", DIFFERENT)
def test_whatever_was_tolerated_the_body_fits_its_schema_and_names_the_repair(code):
    reading = read_packet(DIFFERENT[code])
    body = to_body(reading)
    assert violation(reading.packet, body) is None
    assert code in body["repairs"]


def test_all_repairs_together_fit_the_schema():
    limit = load("urn:hub:schema:document.issued:1.0").document["properties"]["repairs"]
    assert len(Deviation) <= limit["maxItems"]


def example(kind, name):
    return orjson.loads((EXAMPLES / kind / f"{name}.json").read_bytes())


def files_of(body):
    return {file["object"]["hash"]: PDF for file in body.get("attachments", ())}


def without_transport(body):
    """Return what both directions must agree on: not who read the packet, nor how it travelled."""
    gone = {"original", "repairs", "extensions"}
    body = {key: value for key, value in body.items() if key not in gone}
    for file in body.get("attachments", ()):
        for key in ("object", "transported_sha256", "content_type"):
            file.pop(key, None)
    for timed in (*body.get("trace", ()), body):
        timed.pop("at_text", None)
    return body


@pytest.mark.parametrize("kind", KINDS)
def test_the_catalogue_s_full_examples_become_packets_and_come_back(kind):
    wanted = example(kind, "valid-full")
    packet = from_body(wanted, files_of(wanted))
    body = body_of(packet)
    assert violation(packet, body) is None
    assert without_transport(body) == without_transport(wanted)


@pytest.mark.parametrize("kind", KINDS)
def test_a_body_with_a_day_that_does_not_exist_is_a_value_that_is_not_written(kind):
    body = example(kind, "valid-minimal")  # Its only day or time is a text that nobody can read.
    packet = from_body(body, files_of(body))
    with pytest.raises(EdxmlError) as caught:
        write_packet(packet)
    assert caught.value.fault == "value_invalid"
    assert caught.value.place.endswith(("/PromulgationDate", "/Timestamp"))


def test_a_day_given_as_readable_text_is_written_in_the_official_form():
    body = body_of(STATUS)
    body["response_for"].pop("promulgation_date")
    body["response_for"]["promulgation_date_text"] = "3/2/2026"
    assert from_body(body, {}) == STATUS


def test_the_original_packet_is_named_by_the_hash_of_its_bytes_as_received():
    data = b"1212" + edited(STATUS)
    body = to_body(read_packet(data), "mẫu.edxml")
    assert body["original"] == {
        "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
        "size": len(data),
        "media_type": "application/xml",
        "name": "mẫu.edxml",
    }
    assert body["repairs"] == ["junk_before_declaration"]


def test_a_file_is_named_by_its_own_hash_and_by_that_of_its_transport():
    raw, wrapped = body_of(DOCUMENT)["attachments"]
    assert raw["object"]["hash"] == f"sha256:{hashlib.sha256(PDF).hexdigest()}"
    assert raw["object"]["hash"].endswith(raw["transported_sha256"])
    assert not wrapped["object"]["hash"].endswith(wrapped["transported_sha256"])
    assert objects_of(DOCUMENT)[raw["object"]["hash"]] == PDF


@pytest.mark.parametrize(
    ("name", "data", "media_type"),
    [
        ("mẫu.txt", PDF, "application/pdf"),
        ("mẫu.pdf", b"mau", "application/octet-stream"),
        ("mẫu.txt", b"mau", "text/plain"),
        ("mẫu.bin", b"\x89PNG\r\n\x1a\n", "image/png"),
        ("mẫu.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/msword"),
    ],
)
def test_a_media_type_comes_from_the_bytes_and_then_from_the_name(name, data, media_type):
    assert body_of(with_file(name, data))["attachments"][0]["object"]["media_type"] == media_type


@pytest.mark.parametrize(
    ("name", "safe"),
    [("../../mẫu.pdf", "mẫu.pdf"), ("C:\\x\\mẫu.pdf", "mẫu.pdf"), ("..", "tep"), ("a/", "tep")],
)
def test_an_object_s_name_is_never_a_path(name, safe):
    file = body_of(with_file(name, PDF))["attachments"][0]
    assert (file["name"], file["object"]["name"]) == (name, safe)


def test_times_are_vietnamese_and_days_that_cannot_be_read_stay_text():
    body = to_body(read_packet(edited(DOCUMENT, (">2026/03/04<", ">2014/02/30<"))))
    assert body["trace"][1] == {"at": "2026-02-03T08:00:05+07:00", "at_text": "2026/02/03 08:00:05"}
    assert body["due_date_text"] == "2014/02/30"
    assert "due_date" not in body


def test_a_time_in_another_zone_is_written_on_vietnamese_clocks():
    body = body_of(STATUS) | {"at": "2026-02-03T02:00:00Z", "at_text": "2026-02-03 02:00"}
    assert from_body(body, {}) == STATUS


@pytest.mark.parametrize(
    ("change", "fault", "place"),
    [
        ({"subject": None}, "missing", "/subject"),
        ({"business": {"type": 9}}, "business_unknown", "/business/type"),
        ({"business": {"type": 1}}, "missing", "/business/reason"),
        ({"promulgation": {"place": "Mẫu"}}, "missing", "/promulgation/date"),
        ({"due_date": "2026-02-30"}, "value_invalid", "/due_date"),
        ({"trace": [{"at": "mẫu"}]}, "value_invalid", "/trace/0/at"),
    ],
)
def test_a_body_that_no_packet_can_hold_is_an_error_with_a_pointer(change, fault, place):
    with pytest.raises(EdxmlError) as caught:
        from_body(body_of(DOCUMENT) | change, objects_of(DOCUMENT))
    assert (str(caught.value.fault), caught.value.place) == (fault, place)


def test_a_file_whose_bytes_were_not_given_is_an_error():
    with pytest.raises(EdxmlError) as caught:
        from_body(body_of(DOCUMENT), {})
    assert (caught.value.fault, caught.value.place) == (
        "object_missing",
        "/attachments/0/object/hash",
    )
