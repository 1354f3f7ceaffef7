"""Which schema a type may name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.schemas.event_types import SHIPPED, parse_schema, schema_fits_type

RECEIVED = "vn.gov.dossier.received.v1"


@pytest.mark.parametrize("kind", SHIPPED, ids=lambda kind: kind.type)
def test_a_shipped_type_takes_every_minor_version_of_its_schema(kind):
    assert schema_fits_type(kind.type, f"urn:hub:schema:{kind.schema}:1.0")
    assert schema_fits_type(kind.type, f"urn:hub:schema:{kind.schema}:1.17")
    assert not schema_fits_type(kind.type, f"urn:hub:schema:{kind.schema}:2.0")


def test_a_registered_type_follows_the_same_rule():
    assert schema_fits_type(
        "vn.gov.lam-dong.tourism.visit.v3", "urn:hub:schema:lam-dong.tourism.visit:3.1"
    )
    assert not schema_fits_type("vn.gov.tourism.visit.v3", "urn:hub:schema:tourism.visits:3.1")


def test_a_shipped_schema_belongs_to_its_own_family():
    assert schema_fits_type("vn.hub.receipt.v1", "urn:hub:schema:receipt:1.0")
    assert not schema_fits_type("vn.gov.receipt.v1", "urn:hub:schema:receipt:1.0")
    assert not schema_fits_type("vn.hub.dossier.received.v1", "urn:hub:schema:dossier.received:1.0")


@pytest.mark.parametrize(
    ("event_type", "dataschema"),
    [
        (RECEIVED, ""),
        ("", "urn:hub:schema:dossier.received:1.0"),
        (RECEIVED, "urn:hub:schema:dossier.received:1"),
        (RECEIVED, "urn:hub:schema:dossier.received:01.0"),
        (RECEIVED, "urn:hub:schema:dossier.received:1.00"),
        (RECEIVED, "urn:hub:schema:dossier.received:1.0\n"),
        (RECEIVED + "\n", "urn:hub:schema:dossier.received:1.0"),
        (RECEIVED, "urn:hub:schema:dossier.received:١.0"),
        (RECEIVED, "URN:hub:schema:dossier.received:1.0"),
        (RECEIVED, "https://evil.example/dossier.received/1.0"),
        ("vn.gov.dossier.received", "urn:hub:schema:dossier.received:1.0"),
        ("vn.gov.dossier.received.v0", "urn:hub:schema:dossier.received:0.0"),
        ("com.other.dossier.received.v1", "urn:hub:schema:dossier.received:1.0"),
        ("vn.gov.../../x.v1", "urn:hub:schema:../../x:1.0"),
        ("vn.gov." + "a" * 200 + ".v1", "urn:hub:schema:" + "a" * 200 + ":1.0"),
    ],
)
def test_what_is_malformed_does_not_fit(event_type, dataschema):
    assert not schema_fits_type(event_type, dataschema)


@given(st.text(), st.text())
def test_any_text_gets_an_answer(event_type, dataschema):
    assert schema_fits_type(event_type, dataschema) in {True, False}


@given(st.from_regex(r"\A[a-z]{1,9}(\.[a-z]{1,9})?\Z"), st.integers(1, 9999), st.integers(0, 9999))
def test_a_parsed_schema_name_prints_as_it_was_written(name, major, minor):
    text = f"urn:hub:schema:{name}:{major}.{minor}"
    assert str(parse_schema(text)) == text
