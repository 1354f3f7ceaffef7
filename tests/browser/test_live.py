"""What is shown keeps up with the hub, and says so when it cannot."""

import time

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.browser.staff import WHY, Colleague, choose_password
from tests.browser.wire import Wire

WAIT_SECONDS = 60


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


def test_a_stream_ends_with_the_session_that_opened_it(province):
    watcher = Colleague(province.hub, "binh")
    with watcher.stream("/ops/live") as stream:
        assert stream.readline().startswith(b"retry:")
        watcher.call("DELETE", "/ops/session")
        assert b": still here\n" not in read_to_the_end(stream)


def test_a_stream_ends_when_an_administrator_takes_the_account_or_a_role_away(province):
    first = province.owner.add("em", "Em (mẫu)", "operator")
    choose_password(province.hub, "em", first)
    for order, change in (
        (":roles", {"grants": [{"role": "auditor"}], "reason": WHY}),
        (":disable", {"reason": WHY}),
    ):
        with Colleague(province.hub, "em").stream("/ops/live") as stream:
            assert stream.readline().startswith(b"retry:")
            province.owner.call("POST", f"/ops/users/em{order}", change)
            assert b": still here\n" not in read_to_the_end(stream)


def read_to_the_end(stream):
    """Return what is left. A stream that goes on tells a sign of life every 15 s and never ends."""
    deadline = time.monotonic() + WAIT_SECONDS
    lines = []
    while line := stream.readline():
        assert time.monotonic() < deadline, "the stream goes on"
        lines.append(line)
    return lines
