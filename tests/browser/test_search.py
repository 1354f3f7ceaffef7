"""Where is document X: from the question to the trace, by keyboard alone, from every list."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from tests.browser.desk import read_in, settled, shoot
from tests.browser.province import KEY, REFUSED


def test_search_to_trace_needs_no_mouse(page, province):
    settled(page)
    page.keyboard.press("/")
    page.keyboard.type(KEY)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Thông điệp", level=1)).to_be_focused()
    expect(page.locator("[data-rows] tbody tr")).to_have_count(1)
    page.keyboard.press("j")
    expect(page.get_by_role("link", name=KEY)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=KEY, level=1)).to_be_focused()
    assert page.url.endswith(f"/console/messages/mot-cua-mau/{province.main}")


def test_a_trace_says_for_every_recipient_where_it_is_and_who_must_act(page, province):
    page.goto(f"{province.url}/messages/mot-cua-mau/{province.main}")
    pushed, fetched = (page.locator(f"[data-recipient={one}]") for one in ("xa-mau", "so-mau"))
    expect(pushed).to_contain_text("Đã đến")
    expect(pushed).to_contain_text("bên nhận")
    expect(fetched).to_contain_text("Chờ gửi")
    expect(page.locator(".timeline")).to_contain_text("Đã nhận")
    shoot(page, "console-trace")


def test_a_refusal_has_its_reason_in_words(page, province):
    page.goto(f"{province.url}/messages/xa-xau/{province.refused}")
    card = page.locator(".reason").first
    expect(card).to_contain_text("not_permitted")
    expect(card).to_contain_text("Đề nghị cấp quyền")
    read_in(page, "English")
    expect(card).to_contain_text("Ask for the access right")
    read_in(page, "Tiếng Việt")
    expect(card).to_contain_text("Đề nghị cấp quyền")


def test_filters_stand_in_the_address_and_each_tab_has_its_own(page, province):
    page.goto(f"{province.url}/messages")
    page.locator("[name=state]").select_option("pending")
    expect(page).to_have_url(re.compile("state=pending"))
    expect(page.locator("[data-rows] tbody tr").first).to_contain_text("Chờ gửi")
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator("[name=state]")).to_have_value("pending")
    other.locator("[name=state]").select_option("delivered")
    expect(other).to_have_url(re.compile("state=delivered"))
    assert "state=pending" in page.url


def test_a_list_without_a_find_says_so_and_offers_a_way_out(page, province):
    page.goto(f"{province.url}/messages?key=khong-co")
    expect(page.locator("[data-kind=empty]")).to_contain_text("Không có thông điệp nào khớp")
    page.get_by_role("link", name="Xóa bộ lọc").click()
    expect(page.locator("[data-rows] tbody tr").first).to_be_visible()


def test_decomposed_vietnamese_finds_the_same(page, province):
    id = province.send("so-mau", "xa-mau", key="H99-Mẫu-Đường")
    province.await_state("so-mau", id, "delivered")
    typed = unicodedata.normalize("NFD", "H99-Mẫu-Đường")
    page.goto(f"{province.url}/messages")
    page.locator("[name=key]").fill(typed)
    expect(page.get_by_role("link", name="H99-Mẫu-Đường")).to_be_visible()


def test_on_a_machine_whose_clock_is_ten_years_off_the_last_days_are_still_the_last(page, province):
    page.clock.set_system_time(datetime.now(UTC) - timedelta(days=3650))
    page.goto(f"{province.url}/messages?range=7d&key={KEY}")
    row = page.locator("[data-rows] tbody tr").filter(has_text=KEY)
    expect(row).to_be_visible()
    expect(row.locator(".time-ago")).not_to_contain_text("năm")
    expect(row.locator(".time-ago")).not_to_contain_text("ngày")


def test_the_neighbours_of_a_trace_are_those_of_the_list(page, province):
    page.goto(f"{province.url}/messages?state=pending")
    links = page.locator("[data-rows] a.document")
    expect(links.nth(1)).to_be_visible()
    second = links.nth(1).get_attribute("href")
    links.first.click()
    page.get_by_role("link", name="Thông điệp sau").click()
    expect(page).to_have_url(re.compile(f"{re.escape(second)}$"))
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("[")
    expect(page).not_to_have_url(re.compile(f"{re.escape(second)}$"))


def test_a_body_is_given_byte_for_byte_with_a_reason_that_is_in_the_trail(page, province):
    page.goto(f"{province.url}/messages/xa-xau/{province.refused}")
    page.get_by_role("button", name="Xem và tải nội dung").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Xem và tải nội dung")).to_be_disabled()
    page.locator("[name=reason]").fill("Sở Mẫu hỏi vì sao bị từ chối (mẫu)")
    with page.expect_download() as downloaded:
        dialog.get_by_role("button", name="Xem và tải nội dung").click()
    told = page.locator("[data-body]")
    expect(told).to_contain_text("<script>window.hacked=1</script>")
    assert downloaded.value.path().read_text() == told.text_content()
    page.goto(f"{province.url}/audit")
    expect(page.get_by_text("Sở Mẫu hỏi vì sao bị từ chối (mẫu)").first).to_be_visible()


def test_a_saved_view_comes_back_with_its_filters(page, province):
    page.goto(f"{province.url}/messages?key={REFUSED}")
    page.get_by_role("button", name="Lưu bộ lọc").click()
    page.locator("[name=view-name]").fill("Bị từ chối (mẫu)")
    page.get_by_role("dialog").locator("[name=reason]").fill("Dùng hằng ngày (mẫu)")
    page.get_by_role("dialog").get_by_role("button", name="Lưu bộ lọc").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.goto(f"{province.url}/messages")
    page.get_by_role("button", name="Bộ lọc đã lưu").click()
    page.get_by_role("link", name="Bị từ chối (mẫu)").click()
    expect(page).to_have_url(re.compile(f"key={REFUSED}"))
    expect(page.locator("[data-rows] tbody tr")).to_have_count(1)


def test_a_trace_is_read_stage_by_stage_and_the_stage_stands_in_the_address(page, province):
    page.goto(f"{province.url}/messages/mot-cua-mau/{province.main}")
    tabs = page.get_by_role("navigation", name="Từng chặng")
    tabs.get_by_role("link", name="Đã gửi").click()
    expect(page).to_have_url(re.compile("stage=sent"))
    expect(page.locator("[data-stage=sent]")).to_contain_text("Đã đến")
    tabs.get_by_role("link", name="Đã nhận", exact=True).click()
    expect(page.locator("[data-stage=received]")).to_contain_text("ce_source")
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator("[data-stage=received]")).to_be_visible()


def test_a_search_by_route_and_size_stands_in_the_address(page, province):
    path = f"/messages?range=7d&key={KEY}&route=*/*/vn.gov.dossier.received.v1"
    page.goto(f"{province.url}{path}&size_from=10&retried=false&verdict=none")
    expect(page.locator("[data-rows] tbody tr")).to_have_count(1)
    page.goto(f"{province.url}{path}&size_from=250000")
    expect(page.locator("[data-kind=empty]")).to_be_visible()
