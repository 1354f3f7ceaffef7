"""The configuration as a file, and what a file would change."""

import json

from tests.control_support import change_set, connector, organisation, system, wish
from tests.people_rig import WHY, problem


async def exported(desk):
    answer = await desk.machine().get("/ops/config")
    assert answer.status_code == 200, answer.text
    assert "attachment" in answer.headers["content-disposition"]
    return answer.json()


async def preview(desk, file):
    answer = await desk.machine().post("/ops/config:preview", json=file)
    assert answer.status_code == 200, answer.text
    return answer.json()


def outcomes(report):
    return {one["entity"]: one["outcome"] for one in report["lines"] if one["outcome"] != "same"}


def renamed(file, id, name):
    for one in file["changes"]:
        if one["change"] == "put_organisation" and one["id"] == id:
            one["name"] = name
    return file


async def test_what_was_exported_changes_nothing_here(desk, control):
    await control.write(change_set(connector(config={"url": "http://10.9.8.7/"})), actor="an")
    file = await exported(desk)
    assert {one["change"] for one in file["changes"]} >= {"put_organisation", "put_connector"}
    report = await preview(desk, file)
    assert (outcomes(report), report["refusal"]) == ({}, None)
    (entry,) = (await desk.machine().get("/ops/audit?action=export_config")).json()["items"]
    assert entry["actor"] == "an"


async def test_a_changed_file_is_taken_in_by_the_one_door(desk):
    file = renamed(await exported(desk), "xa-b", "Xã B mới (mẫu)")
    file["changes"].append(organisation("xa-moi"))
    report = await preview(desk, file)
    assert outcomes(report) == {"organisation/xa-b": "changed", "organisation/xa-moi": "new"}
    wanted = [one["after"] for one in report["lines"] if one["outcome"] != "same"]
    body = {"reason": WHY, "changes": wanted}
    answer = await desk.machine().post("/v1/admin/changes", json=body)
    assert answer.json()["changed"] == 2
    assert outcomes(await preview(desk, file)) == {}


async def test_what_somebody_changed_here_meanwhile_is_a_conflict(desk, control):
    file = renamed(await exported(desk), "xa-b", "Xã B mới (mẫu)")
    await control.write(change_set(organisation("xa-b", name="Xã B khác (mẫu)")), actor="binh")
    report = await preview(desk, file)
    assert outcomes(report) == {"organisation/xa-b": "conflict"}
    (line,) = [one for one in report["lines"] if one["outcome"] == "conflict"]
    assert (line["before"]["name"], line["after"]["name"]) == ("Xã B khác (mẫu)", "Xã B mới (mẫu)")


async def test_a_file_of_another_hub_conflicts_with_all_that_differs(desk):
    file = renamed(await exported(desk), "xa-b", "Xã B mới (mẫu)") | {"hash": "00" * 32}
    assert outcomes(await preview(desk, file)) == {"organisation/xa-b": "conflict"}


async def test_what_the_hub_would_refuse_is_said_before(desk):
    file = await exported(desk)
    file["changes"].append(system("he-moi", organisation="khong-co"))
    report = await preview(desk, file)
    assert report["refusal"]["code"] == "unknown_entity"
    assert (await exported(desk))["version"] == report["version"]


async def test_a_suspended_system_comes_in_suspended(desk, control):
    await control.write(
        change_set({"change": "suspend_system", "system": "he-thong-a"}), actor="an"
    )
    file = await exported(desk)
    assert {"change": "suspend_system", "system": "he-thong-a"} in file["changes"]
    assert outcomes(await preview(desk, file)) == {}


async def test_a_file_makes_no_keys_and_gives_no_orders(desk):
    file = await exported(desk)
    for change in (wish("ket-noi-a"), {"change": "delete_organisation", "id": "xa-b"}):
        bad = file | {"changes": [change]}
        problem(await desk.machine().post("/ops/config:preview", json=bad), 422, "invalid_request")
    assert "jwk" not in json.dumps(file)
