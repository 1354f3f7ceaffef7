"""A district is split: its history leads on, its post waits for a person. Files of agencies."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from hub.directory.organisations import legal_day
from tests.browser import filled
from tests.browser.desk import answered_by, findings, settled, shoot, visit
from tests.browser.province import DOCUMENT
from tests.browser.staff import WHY
from tests.browser.test_settings import confirm
from tests.browser.test_trust import LETTER

DISTRICT, CODE = "org-huyen-chia", "H99.30"
HEIRS = {"xa-mot": "UBND xã Một (mẫu)", "xa-hai": "UBND xã Hai (mẫu)"}


@pytest.fixture(scope="module")
def split(province):
    """Split a district of the province into two communes, as of today."""
    today = legal_day(datetime.now(UTC))
    province.hub.register_all({"huyen-chia": CODE, "xa-mot": "H99.31", "xa-hai": "H99.32"})
    heir = {"change": "put_organisation", "level": "commune", "parent": "org-so-mau"}
    began = {"valid_from": today.isoformat()}
    ended = {"valid_to": (today - timedelta(days=1)).isoformat(), "state": "merged"}
    province.hub.change(
        *(heir | began | {"id": f"org-{name}", "name": shown} for name, shown in HEIRS.items()),
        {
            "change": "put_organisation",
            "id": DISTRICT,
            "name": "UBND huyện Chia (mẫu)",
            "level": "district",
            "successors": [f"org-{name}" for name in HEIRS],
        }
        | ended,
    )
    return today


def test_the_tree_leads_by_keyboard_to_a_page_whose_history_leads_to_the_successors(
    desk, split, axe
):
    page = desk.signed_in("quan", "/console/directory")
    settled(page)
    branch = page.get_by_role("listitem").filter(has_text="Sở Nội vụ (mẫu)").last
    branch.get_by_role("button", name="Sở Nội vụ (mẫu)").focus()
    page.keyboard.press("Enter")
    expect(branch.get_by_role("link", name=HEIRS["xa-mot"])).to_be_visible()
    expect(page.get_by_role("link", name="UBND huyện Chia (mẫu)")).to_have_count(0)
    page.locator("[name=name]").fill("h99 30")
    page.get_by_role("link", name="UBND huyện Chia (mẫu)").click()
    step = page.locator("[data-turn=split]")
    expect(step).to_contain_text(split.strftime("%d/%m/%Y"))
    expect(page.get_by_role("region", name="Mã định danh")).to_contain_text(CODE)
    assert findings(page, axe) == []
    shoot(page, "console-succession")
    step.get_by_role("link", name=HEIRS["xa-hai"]).click()
    expect(page.get_by_role("heading", name=HEIRS["xa-hai"], level=1)).to_be_visible()
    page.get_by_role("button", name="Sửa", exact=True).first.click()
    dialog = page.get_by_role("dialog")
    dialog.locator("[name=name]").fill("UBND xã Hai Mới (mẫu)")
    dialog.locator("[name=parent]").fill("huyen mau")
    expect(dialog.get_by_role("list", name="Cơ quan khớp")).to_contain_text("UBND huyện Mẫu")
    assert findings(page, axe) == []
    dialog.locator("[name=parent]").press("Enter")
    confirm(page, "Lưu", "Nghị quyết mẫu về đổi tên")
    expect(page.locator("[data-turn=renamed]").last).to_contain_text("UBND xã Hai Mới (mẫu)")
    expect(page.locator("[data-turn=moved]").last).to_contain_text("→ UBND huyện Mẫu")


@pytest.mark.usefixtures("split")
def test_a_letter_to_the_split_district_goes_to_whom_the_operator_chooses(page, province, axe):
    with province.hub.client("so-mau") as client:
        to, body = [f"org:{CODE}"], json.loads(LETTER.read_text())
        id = client.submit(DOCUMENT, body, wait=10, recipients=to, subject="31/CV-MAU").id
    province.await_state("so-mau", id, "manual_review")
    visit(page, "/console/reviews")
    row = page.get_by_role("row").filter(has_text=id)
    expect(row).to_contain_text("Gợi ý")
    row.get_by_role("button", name="Chọn nơi nhận").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("[data-system=xa-hai] input").uncheck()
    assert findings(page, axe) == []
    shoot(page, "console-manual-review")
    confirm(page, "Giao cho nơi đã chọn", "Việc này thuộc xã Một (mẫu)")
    expect(row).to_have_count(0)
    page.get_by_role("link", name="Đã chọn").click()
    made = page.get_by_role("row").filter(has_text=id)
    expect(made).to_contain_text("Việc này thuộc xã Một (mẫu)")
    expect(made.locator("[data-system=xa-hai]")).to_contain_text("Không được chọn")
    expect(made.locator("[data-system=xa-mot]")).to_contain_text("Chờ gửi")
    asked = f"/ops/audit?action=choose_recipient&target=message/so-mau/{id}"
    assert [one["actor"] for one in province.owner.call("GET", asked)["items"]] == ["an"]


FILE = {"name": "danh-ba.csv", "mimeType": "text/csv"}


def test_a_file_is_looked_at_before_it_is_taken_and_what_is_left_out_says_why(desk, province):
    page = desk.signed_in("quan", "/console/directory?tab=import")
    rows = "code,name\nH99.71,Xã Bảy Mốt (mẫu)\nH99.72,\n"
    page.locator("[name=organisations]").set_input_files(FILE | {"buffer": rows.encode()})
    plan = page.locator("[data-plan]")
    expect(plan.get_by_role("row").filter(has_text="dòng 2")).to_contain_text("Không có tên")
    plan.get_by_role("button", name="Nhập", exact=True).click()
    confirm(page, "Nhập", WHY)
    expect(plan).to_have_count(0)
    assert province.owner.call("GET", "/ops/directory/H99.71")["stands"] == "active"


def test_a_file_that_would_end_much_stops_until_the_number_is_typed(desk):
    page = desk.signed_in("quan", "/console/directory?tab=import")
    answered_by(page, filled.TRUNCATED)
    page.locator("[name=organisations]").set_input_files(FILE | {"buffer": b"code,name"})
    plan = page.locator("[data-plan]")
    expect(plan.get_by_role("alert")).to_contain_text("kết thúc 40 trong 60 cơ quan")
    plan.get_by_role("button", name="Nhập", exact=True).click()
    page.get_by_role("dialog").locator("[name=closing]").fill("40")
    with page.expect_request("**/v1/admin/directory:import?*") as asked:
        confirm(page, "Nhập", WHY)
    assert "closing=40" in asked.value.url
