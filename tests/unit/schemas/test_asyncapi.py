"""The generated AsyncAPI document holds together, and says of bodies what their schemas say."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from hub.schemas.asyncapi import Described, SystemDescribed, asyncapi
from hub.schemas.catalogue import example, shipped
from hub.schemas.event_types import SHIPPED
from hub.schemas.type_page import VersionShown, page

PARSER = Path(__file__).parents[2] / "asyncapi"
ODD = {
    "type": "object",
    "properties": {
        "a": {"type": "array", "prefixItems": [{"type": "string"}], "items": False},
        "b": {"$ref": "#/$defs/z", "title": "Mẫu"},
    },
    "$defs": {"z": {"type": "string"}},
    "dependentRequired": {"a": ["b"]},
    "unevaluatedProperties": False,
}
DOCUMENTS = {one.uri.removeprefix("urn:hub:schema:"): one.document for one in shipped()}


def described() -> dict[str, Any]:
    types = [
        Described(
            type=kind.type,
            documents={
                name: one for name, one in DOCUMENTS.items() if name.startswith(kind.schema)
            },
            recipients=("urn:hub:all",),
        )
        for kind in SHIPPED
    ]
    odd = Described(type="vn.gov.mau.v1", documents={"mau:1.0": ODD})
    return asyncapi(
        SystemDescribed(
            system="mot-cua-mau",
            hub="H99",
            rules_version=3,
            host="hub.example:443",
            protocol="https",
            inbox_topic="hub.inbox.mot-cua-mau",
            urgent_topic="hub.inbox.mot-cua-mau.urgent",
            sends=[*types[:14], odd],
            takes=types[10:],
        )
    )


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_every_reference_leads_to_something_in_the_document() -> None:
    document = described()
    for reference in set(references(document)):
        place: Any = document
        for part in reference.removeprefix("#/").split("/"):
            place = place[part.replace("~1", "/")]


def test_bodies_that_fit_the_schema_fit_its_description() -> None:
    components = described()["components"]
    for kind in SHIPPED:
        schema = {"$ref": f"#/components/schemas/{kind.schema}_{kind.major}.0"}
        engine = jsonschema_rs.Draft7Validator(
            {**schema, "components": components}, validate_formats=True, offline=True
        )
        body = example(kind.schema)
        if body is not None:
            assert engine.is_valid(body), kind.schema
            assert not engine.is_valid({**body, "khong-co": 1}), kind.schema


@pytest.mark.long
def test_the_official_parser_finds_nothing_wrong(tmp_path: Path) -> None:
    if shutil.which("npm") is None:
        pytest.skip("no npm here: the official parser is a JavaScript library")
    for name in ("package.json", "package-lock.json", "parse.mjs"):
        shutil.copy(PARSER / name, tmp_path)
    install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    installed = subprocess.run(install, cwd=tmp_path, capture_output=True, timeout=240, check=False)
    if installed.returncode:
        pytest.skip("the npm registry does not answer here")
    found = subprocess.run(
        ["node", "parse.mjs"],
        cwd=tmp_path,
        input=json.dumps(described()).encode(),
        capture_output=True,
        timeout=120,
        check=True,
    )
    assert json.loads(found.stdout) == {"parsed": True, "wrong": []}


def test_a_page_shows_fields_and_codes_and_nothing_of_it_is_markup() -> None:
    document = {
        "description": "<script>alert(1)</script>",
        "properties": {"ma": {"enum": ["<b>"], "title": "Mã"}, "z": {"$ref": "#/$defs/z"}},
        "$defs": {"z": {"properties": {"trong": {"type": "string"}}}},
        "required": ["ma"],
    }
    shown = VersionShown(name="mau:1.0", state="approved", document=document, example={"a": "<i>"})
    text = page("vn.gov.mau.v1", [shown], ["<u>mau"], [], "/types.css")
    assert "<script" not in text.replace("<!doctype", "")
    assert "<b>" not in text
    assert "<u>mau" not in text
    assert "<code>z.trong</code>" in text
    assert "Nobody yet." in text
