"""What every shipped schema promises."""

from collections.abc import Iterator
from typing import Any

import pytest

from hub.schemas.catalogue import load, lock, shipped
from hub.schemas.event_types import SHIPPED
from hub.schemas.validate import compile_schema

DOCUMENTS = {published.uri: published.document for published in shipped()}

DOSSIER = (
    *("submitted", "received", "transferred", "step", "supplement-requested", "fee-due"),
    *("fee-paid", "result", "returned", "withdrawn", "deadline-changed"),
)
DOCUMENT = ("issued", "withdrawn", "updated", "replaced", "status")
MEETING = ("invitation", "papers", "changed", "conclusion")
PROMISED = {
    *(f"vn.gov.dossier.{name}.v1" for name in DOSSIER),
    *(f"vn.gov.document.{name}.v1" for name in DOCUMENT),
    *(f"vn.gov.petition.{name}.v1" for name in ("received", "assigned", "answered")),
    *(f"vn.gov.meeting.{name}.v1" for name in MEETING),
    "vn.gov.citizen.notice.v1",
    "vn.gov.citizen.rating.v1",
    "vn.gov.record.changed.v1",
    "vn.gov.population.lookup.v1",
    "vn.gov.population.answer.v1",
    "vn.hub.receipt.v1",
    "vn.hub.withdrawal.v1",
}


def subschemas(schema: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(schema, dict):
        yield place, schema
        for key, value in schema.items():
            yield from subschemas(value, f"{place}/{key}")


EVERY = [(uri, place, part) for uri, doc in DOCUMENTS.items() for place, part in subschemas(doc)]


def test_a_published_version_never_changes():
    assert {published.uri: published.sha256 for published in shipped()} == lock()


def test_every_promised_type_is_shipped_with_a_schema():
    assert {kind.type for kind in SHIPPED} == PROMISED
    assert {f"urn:hub:schema:{kind.schema}:{kind.major}.0" for kind in SHIPPED} == set(DOCUMENTS)


def test_no_two_types_share_a_name():
    assert len({kind.type for kind in SHIPPED}) == len(SHIPPED)
    assert len({kind.schema for kind in SHIPPED}) == len(SHIPPED)


@pytest.mark.parametrize("kind", SHIPPED, ids=lambda kind: kind.type)
def test_the_schema_carries_the_names_of_its_type(kind):
    document = DOCUMENTS[f"urn:hub:schema:{kind.schema}:1.0"]
    assert document["title"] == kind.vi
    assert document["description"].startswith(kind.en)


@pytest.mark.parametrize("uri", DOCUMENTS)
def test_the_id_is_the_place_in_the_catalogue(uri):
    assert DOCUMENTS[uri]["$id"] == uri
    assert load(uri).document == DOCUMENTS[uri]
    assert compile_schema(load(uri).raw).uri == uri


@pytest.mark.parametrize("uri", DOCUMENTS)
def test_the_root_is_closed_and_extensions_is_open(uri):
    document = DOCUMENTS[uri]
    assert document["type"] == "object"
    assert document["additionalProperties"] is False
    extensions = document["properties"]["extensions"]
    assert set(extensions) == {"title", "description", "type"}
    assert extensions["type"] == "object"


def test_every_property_has_a_vietnamese_title_and_an_english_description():
    for uri, place, part in EVERY:
        for name, field in part.get("properties", {}).items():
            if place.endswith("/if"):
                continue
            assert field["title"], (uri, place, name)
            assert field["description"].rstrip().endswith("."), (uri, place, name)


def test_every_pattern_is_anchored_at_both_ends():
    patterns = {part["pattern"] for _, _, part in EVERY if isinstance(part.get("pattern"), str)}
    assert patterns
    for pattern in patterns:
        assert pattern.startswith("^"), pattern
        assert pattern.endswith("$"), pattern
        assert not pattern.endswith("\\$"), pattern
        assert "|" not in pattern or "(" in pattern, pattern


def test_every_text_and_every_list_has_a_limit():
    for uri, place, part in EVERY:
        if part.get("type") == "string":
            bounded = {"maxLength", "pattern"} & set(part)
            assert bounded, (uri, place)
        if part.get("type") == "array":
            assert "maxItems" in part, (uri, place)


def test_equal_names_in_defs_mean_equal_definitions():
    seen: dict[str, Any] = {}
    for uri, document in DOCUMENTS.items():
        for name, part in document.get("$defs", {}).items():
            assert seen.setdefault(name, part) == part, (uri, name)


@pytest.mark.parametrize(
    "uri",
    ["", "urn:hub:schema:none:1.0", "urn:hub:schema:receipt:1.9", "urn:hub:schema:..:1.0", "x"],
)
def test_an_unknown_schema_is_an_error_not_an_empty_one(uri):
    with pytest.raises(KeyError):
        load(uri)
