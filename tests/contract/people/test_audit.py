"""The trail of people, and read-only mode."""

import csv
import io

from tests.control_support import organisation
from tests.people_rig import WHY, problem

STORES = ("sqlite", "postgresql")
OPERATOR = {"role": "operator"}


async def entries(desk, **wanted):
    answer = await desk.machine().get("/ops/audit", params=wanted)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_a_change_of_roles_tells_before_and_after(desk):
    await desk.add("binh", OPERATOR)
    body = {"grants": [{"role": "auditor"}], "reason": WHY}
    await desk.machine().post("/ops/users/binh:roles", json=body)
    entry, _ = await entries(desk, action="give_roles", target="user/binh")
    (target,) = entry["targets"]
    assert (entry["actor"], entry["reason"], entry["result"]) == ("an", WHY, "done")
    assert target["before"] == {"grants": [OPERATOR]}
    assert target["after"] == {"grants": [{"role": "auditor"}]}


async def test_a_change_of_the_rules_tells_before_and_after(desk):
    machine = desk.machine()
    for name in ("Tên cũ (mẫu)", "Tên mới (mẫu)"):
        body = {"reason": WHY, "changes": [organisation("xa-c", name=name)]}
        await machine.post("/v1/admin/changes", json=body)
    last, first = await entries(desk, target="organisation/xa-c")
    (new,), (old,) = last["targets"], first["targets"]
    assert (new["before"]["name"], new["after"]["name"]) == ("Tên cũ (mẫu)", "Tên mới (mẫu)")
    assert (old["before"], old["after"]["name"]) == (None, "Tên cũ (mẫu)")
    one = (await machine.get(f"/ops/audit/{last['id']}")).json()
    assert one["targets"] == last["targets"]


async def test_the_trail_is_narrowed_and_comes_in_pages(desk, clock):
    for number in range(5):
        await desk.add(f"so-{number}", OPERATOR)
        clock.pass_by(minutes=1)
    found: list[str] = []
    before = None
    while True:
        more: dict[str, int] = {} if before is None else {"before": before}
        wanted = {"target": "user/so-*", "action": "add_user", "limit": 2}
        page = (await desk.machine().get("/ops/audit", params=wanted | more)).json()
        found += [one["targets"][0]["entity"] for one in page["items"]]
        before = page["next"]
        if before is None:
            break
    assert found == [f"user/so-{number}" for number in reversed(range(5))]
    since = clock.now.replace(minute=clock.now.minute - 2).isoformat()
    assert len(await entries(desk, action="add_user", since=since)) == 2
    assert await entries(desk, actor="khong-ai") == []
    assert await entries(desk, target="user/so%*") == []


async def test_what_one_entry_touched_comes_in_parts(desk):
    changes = [organisation(f"xa-{number}") for number in range(30)]
    await desk.machine().post("/v1/admin/changes", json={"reason": WHY, "changes": changes})
    (entry,) = await entries(desk, target="organisation/xa-7")
    assert (entry["changes"], len(entry["targets"])) == (30, 20)
    after = entry["targets"][-1]["entity"]
    rest = await desk.machine().get(f"/ops/audit/{entry['id']}", params={"after": after})
    assert len(rest.json()["targets"]) == 10


async def test_the_export_is_csv_that_no_spreadsheet_runs_and_is_in_the_trail(desk):
    body = {"name": "binh", "display": "B (mẫu)", "reason": '=HYPERLINK("http://x")'}
    await desk.machine().post("/ops/users", json=body)
    answer = await desk.machine().get("/ops/audit.csv", params={"target": "user/binh"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    (row,) = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert (row["actor"], row["action"], row["target"]) == ("an", "add_user", "user/binh")
    assert row["reason"].startswith("'=")
    assert [one["actor"] for one in await entries(desk, action="export_audit")] == ["an"]


async def test_what_is_not_there_is_not_found(desk):
    problem(await desk.machine().get("/ops/audit/999999"), 404, "not_found")


async def test_in_read_only_mode_nobody_changes_anything_but_the_mode(desk):
    machine = desk.machine()
    browser = await desk.arrive("binh", OPERATOR)
    turned = await machine.post("/ops/read-only", json={"on": True, "reason": WHY})
    assert (turned.json()["on"], turned.json()["by"]) == (True, "an")
    body = {"reason": WHY, "changes": [organisation("xa-c")]}
    problem(await machine.post("/v1/admin/changes", json=body), 403, "read_only")
    assert (await browser.get("/ops/me")).json()["read_only"] is True
    assert (await machine.get("/v1/admin/rules")).status_code == 200
    # To sign out and to choose a password is about oneself.
    assert (await browser.delete("/ops/session")).status_code == 204
    await machine.post("/ops/read-only", json={"on": False, "reason": WHY})
    assert (await machine.post("/v1/admin/changes", json=body)).status_code == 200
    (off, on) = await entries(desk, target="flag/read_only")
    assert (on["targets"][0]["before"], on["targets"][0]["after"]) == (False, True)
    assert (off["targets"][0]["before"], off["targets"][0]["after"]) == (True, False)
