"""The console shows what somebody may do; the hub enforces it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.desk import settled

LINKS = {
    "an": ["Tổng quan", "Thông điệp", "Văn bản ở đâu?", "Thư chết", "Bộ kết nối", "Nhật ký"],
    "chi": ["Văn bản ở đâu?"],
}
HIDDEN = {"an": [], "chi": ["Thông điệp", "Thư chết", "Bộ kết nối", "Nhật ký", "Người dùng"]}


@pytest.mark.parametrize("name", LINKS)
def test_the_navigation_has_what_one_may_see(desk, name):
    page = desk.signed_in(name, "/console/profile")
    nav = page.get_by_role("navigation", name="Các trang")
    for link in LINKS[name]:
        expect(nav.get_by_role("link", name=link, exact=True)).to_be_visible()
    for link in HIDDEN[name]:
        expect(nav.get_by_role("link", name=link, exact=True)).to_have_count(0)


@pytest.mark.parametrize("path", ["/messages", "/dead-letters", "/connectors", "/audit", "/users"])
def test_who_types_the_address_of_a_screen_is_told_that_it_is_not_his(desk, path):
    page = desk.signed_in("chi", f"/console{path}")
    expect(page.locator("[data-kind=forbidden]").first).to_contain_text("không có quyền")


def test_an_operator_of_one_agency_sees_the_overview_of_its_part(desk):
    page = desk.signed_in("tam", "/console/?by=system")
    settled(page)
    expect(page.get_by_role("note")).to_contain_text("không phải của cả trục")
    tiles = page.locator(".tile-name")
    expect(tiles.filter(has_text="Đã nhận")).to_be_visible()
    expect(tiles.filter(has_text="Độ trễ lớn nhất")).to_have_count(0)
    page.get_by_text("Xem dưới dạng bảng").click()
    ways = page.get_by_role("table", name="Luồng trong tỉnh").locator("tbody tr")
    expect(ways.first).to_be_visible()
    # Whatever went from one of the others to another is not there.
    assert [row for row in ways.all_inner_texts() if "xa-mau" not in row] == []


def test_a_clerk_finds_a_document_of_his_own_agency_only(desk):
    page = desk.signed_in("chi", "/console/where")
    page.locator("[name=where-key]").fill("H99.22-261128-0001")
    page.get_by_role("button", name="Tra cứu").click()
    headings = page.get_by_role("main").get_by_role("heading", level=2)
    expect(headings.first).to_have_text(re.compile(r"UBND xã Mẫu"))
    expect(page.get_by_role("main")).not_to_contain_text("undefined")
    page.locator("[name=where-key]").fill("H99.22-261128-0010")
    page.get_by_role("button", name="Tra cứu").click()
    expect(page.locator("[data-kind=empty]")).to_be_visible()
    settled(page)
