"""What is shown keeps up with the hub, and says so when it cannot."""

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.browser.wire import Wire


@pytest.fixture
def wire(province):
    with Wire(province.hub.port) as found:
        yield found


def test_a_list_follows_what_happens(page, province):
    page.goto(f"{province.url}/messages")
    expect(page.locator("[data-live=live]")).to_be_visible()
    province.send("so-mau", "xa-mau", key="H99-TRUC-TIEP-1")
    expect(page.get_by_role("link", name="H99-TRUC-TIEP-1")).to_be_visible()


def test_a_dropped_stream_is_seen_and_what_was_missed_is_read_again(chromium, province, wire):
    with Desk(chromium, province, wire.url) as desk:
        page = desk.signed_in("an", "/console/messages")
        expect(page.locator("[data-live=live]")).to_be_visible()
        wire.cut()
        expect(page.locator("[data-live=reconnecting]")).to_be_visible()
        province.send("so-mau", "xa-mau", key="H99-TRUC-TIEP-2")
        wire.mend()
        expect(page.locator("[data-live=live]")).to_be_visible()
        expect(page.get_by_role("link", name="H99-TRUC-TIEP-2")).to_be_visible()


def test_a_page_without_its_hub_says_so_and_comes_back(chromium, province, wire):
    with Desk(chromium, province, wire.url) as desk:
        page = desk.signed_in("an", "/console/lag")
        expect(page.get_by_role("region", name="hub-router", exact=True)).to_be_visible()
        wire.cut()
        expect(page.locator("[data-kind=failed]")).to_contain_text("Không liên lạc được với trục")
        wire.mend()
        page.get_by_role("button", name="Thử lại").click()
        expect(page.get_by_role("region", name="hub-router", exact=True)).to_be_visible()


def test_a_person_can_pause_it(page):
    expect(page.locator("[data-live=live]")).to_be_visible()
    page.locator("button.live").click()
    expect(page.locator("[data-live=off]")).to_be_visible()
