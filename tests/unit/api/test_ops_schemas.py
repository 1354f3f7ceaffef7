"""`/ops/schemas`: from the rules alone; a sample is looked at and forgotten."""

import json

import pytest

from tests.support import DOSSIER, GOOD_BODY

NAME = "dossier.received:1.0"


async def check(rig, sample, name=NAME, status=200):
    answer = await rig.http.post(f"/ops/schemas/{name}:check", json={"sample": sample})
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_a_subject_names_its_versions_its_type_and_who_uses_it(rig):
    items = (await rig.http.get("/ops/schemas")).json()["items"]
    (found,) = [one for one in items if one["name"] == "dossier.received"]
    assert (found["major"], found["minors"], found["type"]) == (1, [0], DOSSIER)
    assert found["vi"] == "Tiếp nhận hồ sơ"
    assert found["senders"] > 0
    assert found["takers"] > 0


async def test_a_sample_that_fits_breaks_no_rule(rig):
    found = await check(rig, GOOD_BODY.decode())
    assert (found["fits"], found["violations"]) == (True, [])


async def test_every_broken_rule_has_its_place_and_never_the_value(rig):
    sample = json.loads(GOOD_BODY) | {"agency": {"code": 7, "name": "Bí mật (mẫu)"}}
    del sample["dossier_code"]
    found = await check(rig, json.dumps(sample))
    places = {(one["pointer"], one["keyword"]) for one in found["violations"]}
    assert places >= {("/agency/code", "type"), ("", "required")}
    assert found["fits"] is False
    assert "Bí mật" not in json.dumps(found, ensure_ascii=False)


@pytest.mark.parametrize("sample", ["{", '{"a": 1, "a": 2}', '"\\ud800"'])
async def test_what_is_no_json_is_told_as_a_message_would_be(rig, sample):
    found = await check(rig, sample)
    assert (found["fits"], found["reason"]) == (False, "malformed_body")
    assert found["help"]["vi"]["meaning"]
