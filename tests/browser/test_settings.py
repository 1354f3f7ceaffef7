"""What people set in the console: alert rules and channels, time limits, read-only mode."""

import json
import zipfile

import pytest
from playwright.sync_api import expect

from tests.browser.desk import PROFILE, settled, shoot
from tests.browser.province import CONNECTOR
from tests.browser.staff import WHY


def confirm(page, action, reason):
    dialog = page.get_by_role("dialog")
    dialog.locator("[name=reason]").fill(reason)
    dialog.get_by_role("button", name=action, exact=True).click()
    expect(dialog).to_have_count(0)


def test_a_rule_is_added_changed_and_removed_and_each_has_its_reason_in_the_trail(page, province):
    page.goto(f"{province.url}/alerts?tab=rules")
    page.get_by_role("button", name="Thêm quy tắc").click()
    page.locator("[name=name]").fill("cho-lau-mau")
    page.locator("[name=metric]").select_option("waiting_messages")
    page.locator("[name=threshold]").fill("250")
    confirm(page, "Lưu", "Báo sớm khi tồn đọng (mẫu)")
    row = page.get_by_role("row").filter(has_text="cho-lau-mau")
    expect(row).to_contain_text("250")
    shoot(page, "console-alerts")
    row.get_by_role("button", name="Sửa").click()
    page.locator("[name=threshold]").fill("300")
    confirm(page, "Lưu", "Ngưỡng cũ báo quá sớm (mẫu)")
    expect(row).to_contain_text("300")
    row.get_by_role("button", name="Bỏ").click()
    confirm(page, "Bỏ", "Hết cần (mẫu)")
    expect(row).to_have_count(0)
    deeds = province.owner.call("GET", "/ops/audit?target=alert-rules/cho-lau-mau")["items"]
    reasons = ["Hết cần (mẫu)", "Ngưỡng cũ báo quá sớm (mẫu)", "Báo sớm khi tồn đọng (mẫu)"]
    assert [deed["reason"] for deed in deeds] == reasons


def test_a_rule_that_the_hub_refuses_keeps_what_was_typed(page, province):
    page.goto(f"{province.url}/alerts?tab=channels")
    page.get_by_role("button", name="Thêm kênh").click()
    page.locator("[name=name]").fill("truc-mau")
    page.locator("[name=target]").fill("khong-phai-dia-chi")
    page.get_by_role("dialog").locator("[name=reason]").fill(WHY)
    page.get_by_role("dialog").get_by_role("button", name="Lưu", exact=True).click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("invalid_request")
    page.locator("[name=target]").fill("truc-mau@h99.example")
    confirm(page, "Lưu", WHY)
    row = page.get_by_role("row").filter(has_text="truc-mau@h99.example")
    row.get_by_role("button", name="Gửi thử").click()
    confirm(page, "Gửi thử", WHY)
    expect(page.get_by_text("Đã gửi thử")).to_be_visible()
    told = province.owner.call("GET", "/ops/alerts/tellings")["items"]
    assert [one for one in told if one["channel"] == "truc-mau"]


def test_a_time_limit_and_a_working_day_are_set_in_the_console(page, province):
    page.goto(f"{province.url}/deadlines?tab=limits")
    page.get_by_role("button", name="Thêm hạn xử lý").click()
    page.locator("[name=procedure]").fill("1.000777")
    page.locator("[name=name]").fill("Cấp bản sao (mẫu)")
    page.locator("[name=working_days]").fill("3")
    confirm(page, "Lưu", WHY)
    expect(page.get_by_role("row").filter(has_text="1.000777")).to_contain_text("Cấp bản sao (mẫu)")
    shoot(page, "console-deadlines")
    page.goto(f"{province.url}/deadlines?tab=days")
    page.get_by_role("button", name="Thêm ngày").click()
    page.locator("[name=day]").fill("2026-12-12")
    page.locator("[name=note]").fill("Làm bù (mẫu)")
    confirm(page, "Lưu", WHY)
    expect(page.get_by_role("row").filter(has_text="2026-12-12")).to_contain_text("làm bù")


# As a slow line may have it: what is sent first comes a second later than what is sent next.
_FIRST_IS_LATE = """
() => {
  const send = window.fetch;
  let late = true;
  window.fetch = async (request) => {
    if (late && request.url.endsWith("/ops/profile")) {
      late = false;
      await new Promise((over) => setTimeout(over, 1000));
    }
    return send(request);
  };
}
"""


def test_of_two_languages_chosen_in_a_row_the_second_stays(page, province):
    page.goto(f"{province.url}/profile")
    settled(page)
    page.evaluate(_FIRST_IS_LATE)
    answers = []

    def is_second(answer):
        answers.extend([answer] if answer.url.endswith(PROFILE) else [])
        return len(answers) == 2

    with page.expect_response(is_second):
        page.locator(".tools").get_by_role("button", name="English").click()
        page.locator(".tools").get_by_role("button", name="Tiếng Việt").click()
    page.reload()
    expect(page.get_by_role("heading", name="Cá nhân", level=1)).to_be_visible()


def test_a_choice_that_the_account_did_not_keep_is_said(page, province):
    page.goto(f"{province.url}/profile")
    settled(page)
    page.route(f"**{PROFILE}", lambda route: route.abort())
    page.locator(".tools").get_by_role("button", name="English").click()
    expect(page.locator(".toast")).to_contain_text("Not kept with the account")
    page.unroute(f"**{PROFILE}")
    with page.expect_response(f"**{PROFILE}"):
        page.locator(".tools").get_by_role("button", name="Tiếng Việt").click()


@pytest.fixture
def writable(province):
    """Let people change things again, whatever becomes of the test that turns it off."""
    yield
    province.owner.call("POST", "/ops/read-only", {"on": False, "reason": WHY})


@pytest.mark.usefixtures("writable")
def test_read_only_mode_is_turned_on_by_an_administrator_and_told_everybody_why(desk):
    page = desk.signed_in("quan", "/console/system")
    page.get_by_role("button", name="Bật chế độ chỉ đọc").click()
    confirm(page, "Bật chế độ chỉ đọc", "Đang chuyển máy chủ (mẫu)")
    expect(page.get_by_text("Do quan bật lúc")).to_be_visible()
    other = desk.signed_in("an", f"/console/connectors/{CONNECTOR}")
    expect(other.locator("#read-only")).to_contain_text("chế độ chỉ đọc")
    settled(other)
    controls = other.locator("main [data-does]")
    expect(controls.first).to_be_disabled()
    assert controls.evaluate_all("all => all.every(one => one.disabled && one.title !== '')")
    page.get_by_role("button", name="Tắt chế độ chỉ đọc").click()
    confirm(page, "Tắt chế độ chỉ đọc", "Đã chuyển xong (mẫu)")
    other.reload()
    settled(other)
    expect(other.locator("#read-only")).to_have_count(0)
    expect(controls.first).to_be_enabled()


def test_the_end_of_a_log_is_read(page, province):
    page.goto(f"{province.url}/system")
    page.locator("[name=log-process]").select_option("router")
    page.locator("[name=log-level]").select_option("info")
    expect(page.get_by_role("region", name="Nhật ký tiến trình")).to_contain_text("started")


@pytest.mark.long
def test_a_support_bundle_is_made_with_a_reason(page, province):
    page.goto(f"{province.url}/system")
    page.get_by_role("button", name="Lập gói hỗ trợ").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("[name=reason]").fill("Nhờ hỗ trợ (mẫu)")
    with page.expect_download() as downloaded:
        dialog.get_by_role("button", name="Lập gói hỗ trợ").click()
    with zipfile.ZipFile(downloaded.value.path()) as bundle:
        assert json.loads(bundle.read("processes.json"))["ready"] is True
    deeds = province.owner.call("GET", "/ops/audit?action=make_support_bundle")["items"]
    assert [(one["actor"], one["reason"]) for one in deeds] == [("an", "Nhờ hỗ trợ (mẫu)")]


def test_a_sample_is_checked_against_a_schema_with_the_place_of_each_fault(page, province):
    page.goto(f"{province.url}/schemas?schema=dossier.received:1.0")
    page.locator("[name=sample]").fill('{"agency": {"code": 7}}')
    page.get_by_role("button", name="Kiểm", exact=True).click()
    expect(page.locator("[data-fits=false]")).to_be_visible()
    expect(page.get_by_role("cell", name="/agency/code")).to_be_visible()


def test_a_report_by_pair_is_of_the_messages_and_says_nothing_of_the_views(page, province):
    page.goto(f"{province.url}/reports?report=pairs")
    row = page.get_by_role("row").filter(has_text="mot-cua-mau").filter(has_text="xa-mau")
    expect(row).to_be_visible()
    settled(page)
    expect(page.locator("main .notice")).to_have_count(0)
