"""Who comes in, and what happens when a session ends under somebody's hands."""

from playwright.sync_api import expect

from tests.browser.desk import sign_in
from tests.browser.province import CONNECTOR
from tests.browser.staff import PASSWORD, Colleague


def test_a_first_password_must_be_replaced_before_anything_else(desk, province):
    first = province.owner.add("dung", "Phạm Văn Dũng (mẫu)", "operator")
    page = desk.open("/console/messages")
    sign_in(page, "dung", first)
    expect(page.get_by_role("heading", name="Đổi mật khẩu")).to_be_visible()
    expect(page.get_by_role("navigation")).to_have_count(0)
    for field, value in (("old", first), ("new", "câu mới của riêng tôi (mẫu)")):
        page.locator(f"[name={field}]").fill(value)
    page.locator("[name=repeat]").fill("không giống")
    expect(page.get_by_role("button", name="Đổi mật khẩu")).to_be_disabled()
    page.locator("[name=repeat]").fill("câu mới của riêng tôi (mẫu)")
    page.get_by_role("button", name="Đổi mật khẩu").click()
    expect(page.get_by_role("heading", name="Thông điệp", level=1)).to_be_visible()


def test_a_wrong_password_is_told_in_plain_words_and_not_kept_in_the_form(desk):
    page = desk.open()
    sign_in(page, "an", "sai hoàn toàn")
    expect(page.get_by_role("alert")).to_contain_text("Tên hay mật khẩu không đúng")
    expect(page.locator("[name=password]")).to_have_value("")
    expect(page.locator("[name=name]")).to_have_value("an")


def test_sign_out_ends_the_session(desk):
    page = desk.freshly("an")
    page.get_by_role("button", name="Đăng xuất").click()
    expect(page.locator("[name=password]")).to_be_visible()
    page.reload()
    expect(page.locator("[name=password]")).to_be_visible()


def test_who_begins_with_the_last_screen_finds_it_again_and_nobody_else_does(desk):
    page = desk.freshly("an", "/console/profile")
    page.locator("[name=start]").select_option("last")
    page.goto(f"{desk.url}/console/audit?target=user/an")
    expect(page.get_by_role("heading", name="Nhật ký", level=1)).to_be_visible()
    for name, first in (("an", "Nhật ký"), ("tam", "Tổng quan"), ("chi", "Văn bản ở đâu?")):
        page.get_by_role("button", name="Đăng xuất").click()
        expect(page.locator("[name=password]")).to_be_visible()
        sign_in(page, name)
        expect(page.get_by_role("heading", name=first, level=1)).to_be_visible()
        assert "target" not in page.url, "what one looked for is not the next one's"


def test_a_session_that_ends_in_mid_action_loses_neither_the_page_nor_the_reason(desk, province):
    page = desk.freshly("binh", f"/console/connectors/{CONNECTOR}")
    page.get_by_role("button", name="Khởi động lại").click()
    page.locator("[name=reason]").fill("Phiên hết giữa chừng (mẫu)")
    Colleague(province.hub, "binh").call("DELETE", "/ops/session?everywhere=true")
    page.get_by_role("dialog").get_by_role("button", name="Khởi động lại").click()
    again = page.get_by_role("dialog", name="Phiên làm việc đã hết")
    expect(again).to_be_visible()
    again.locator("[name=password]").fill(PASSWORD)
    again.get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_text("Đã ra lệnh")).to_be_visible()
    deeds = Colleague(province.hub, "an").call("GET", "/ops/audit?actor=binh")["items"]
    assert "Phiên hết giữa chừng (mẫu)" in [deed["reason"] for deed in deeds]


def test_another_person_does_not_finish_what_one_began(desk, province):
    page = desk.freshly("binh", f"/console/connectors/{CONNECTOR}")
    page.get_by_role("button", name="Khởi động lại").click()
    page.locator("[name=reason]").fill("Việc của Bình (mẫu)")
    Colleague(province.hub, "binh").call("DELETE", "/ops/session?everywhere=true")
    page.get_by_role("dialog").get_by_role("button", name="Khởi động lại").click()
    again = page.get_by_role("dialog", name="Phiên làm việc đã hết")
    again.locator("[name=name]").fill("an")
    again.locator("[name=password]").fill(PASSWORD)
    again.get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_role("link", name="Nguyễn Văn An (mẫu)")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    deeds = Colleague(province.hub, "an").call("GET", "/ops/audit")["items"]
    assert "Việc của Bình (mẫu)" not in [deed["reason"] for deed in deeds]
