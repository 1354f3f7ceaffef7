import pytest

from hub.decision.facts import DECLARED, facts
from hub.schemas.catalogue import shipped
from hub.schemas.event_types import SHIPPED
from tests.support import NOW, build_rules

DAY = NOW.date()
PLAIN = ("enum", "const", "boolean", "integer", "date", "date-time")


def told(type_, body):
    return facts(type_, body, build_rules().directory, DAY)


def subschema(type_, path):
    [kind] = [one for one in SHIPPED if one.type == type_]
    [document] = [one.document for one in shipped() if one.uri.endswith(f":{kind.schema}:1.0")]
    schema = document
    for name in path:
        schema = schema["properties"][name]
        if "$ref" in schema:
            schema = document["$defs"][schema["$ref"].rpartition("/")[2]]
    return schema


@pytest.mark.parametrize(
    ("type_", "fact"), [(name, fact) for name, many in DECLARED.items() for fact in many], ids=str
)
def test_a_declared_fact_stands_in_the_schema_and_is_no_free_text(type_, fact):
    schema = subschema(type_, fact.path)
    if schema.get("type") != "string" or "enum" in schema:
        assert {"enum", "const"} & set(schema) or schema["type"] in {"integer", "boolean"}
        return
    assert schema.get("format") in {"date", "date-time"} or schema["maxLength"] <= 100


@pytest.mark.parametrize(
    "value",
    ["Nguyễn Văn Mẫu", "NguyenVanMau", "000000000000", "0900000000", "a b", "1" * 101, 7, None],
)
def test_what_may_be_a_person_is_not_taken_as_a_code(value):
    body = {"procedure": {"code": value}}
    assert "procedure" not in told("vn.gov.dossier.submitted.v1", body)


def test_a_payment_reference_of_digits_only_is_told_by_its_hash():
    found = told("vn.gov.dossier.fee-paid.v1", {"reference": "012345678901", "amount": 5})
    assert found["key"].startswith("sha256-")
    assert "012345678901" not in str(found)


def test_facts_of_a_valid_body_are_taken_and_texts_are_not():
    body = {
        "procedure": {"code": "1.000001.H99", "name": "Đăng ký (mẫu)"},
        "applicant": {"name": "Nguyễn Văn Mẫu", "identity": {"number": "000000000000"}},
        "submitted_at": "2026-03-10T08:00:00+07:00",
        "channel": "2",
        "summary": "Nguyễn Văn Mẫu xin (mẫu)",
    }
    assert told("vn.gov.dossier.submitted.v1", body) == {
        "procedure": "1.000001.H99",
        "submitted_at": "2026-03-10T01:00:00+00:00",
        "online": True,
    }


@pytest.mark.parametrize("amount", [-1, 10**15 + 1, True, "5", 1.5])
def test_an_amount_is_a_bounded_whole_number(amount):
    assert "amount" not in told("vn.gov.dossier.fee-paid.v1", {"amount": amount})


def test_a_type_that_declares_nothing_tells_nothing():
    assert told("vn.gov.citizen.notice.v1", {"recipient": {"name": "Mẫu"}}) == {}
