"""A million recorded messages and a thousand dead letters: lists stay lists, decisions whole."""

import contextlib
import csv
import re
import sqlite3
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Desk, settled
from tests.browser.staff import WHY, Owner, choose_password
from tests.many_messages import DELIVERIES, SQLITE
from tests.running_hub import RunningHub

pytestmark = pytest.mark.long

MANY, DEAD = 1_000_000, 1_200
EXPORTED = 50_000
PAGE = 50
DAYS = "range=custom&since=2026-11-22T00:00&until=2026-12-31T00:00"
EXPORT_SECONDS = 300_000
_DEAD = """
INSERT INTO dead_letters (source, id, recipient, connector, code, fingerprint, text, attempts, at)
SELECT source, id, 'he-thong-mau', 'ket-noi-mau', 'peer_refused', 'mau-mot-nguyen-nhan',
       'Bên nhận từ chối (mẫu)', 3, decided_at
FROM messages WHERE outcome = 'admitted' ORDER BY decided_at DESC LIMIT :count
"""


@dataclass
class Large:
    """What `Desk` needs to know of a hub with much in it."""

    hub: RunningHub
    sessions: dict[str, Any]


@pytest.fixture(scope="module")
def large(chromium, tmp_path_factory):  # noqa: ARG001  (asked for first: without it nothing starts)
    """Give a hub whose search projection was filled while it stood still."""
    hub = RunningHub(tmp_path_factory.mktemp("large"))
    hub.start()
    try:
        for name in ("an", "binh"):
            roles = ("operator", "investigator")
            choose_password(hub, name, Owner(hub).add(name, f"{name} (mẫu)", *roles))
        hub.stop()
        fill(hub.home.database)
        hub.launch()
        hub.await_ready()
        yield Large(hub, {})
    finally:
        hub.stop()


def fill(database):
    """Write what the recorder would have written."""
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(SQLITE, {"count": MANY})
        connection.execute(DELIVERIES)
        connection.execute(_DEAD, {"count": DEAD})


@pytest.fixture
def desk(chromium, large):
    with Desk(chromium, large) as found:
        yield found


def rows(page):
    return page.locator("[data-rows] tbody tr")


def first_ids(page):
    settled(page)
    return page.locator("[data-rows] a.document").evaluate_all("all => all.map(one => one.href)")


def test_a_million_messages_are_paged_there_and_back_with_a_bounded_page(desk):
    page = desk.signed_in("an", f"/console/messages?{DAYS}")
    expect(rows(page)).to_have_count(PAGE)
    seen = [first_ids(page)]
    for _ in range(5):
        page.get_by_role("button", name="Trang sau").click()
        expect(page.get_by_role("link", name=re.compile("^H99")).first).not_to_have_attribute(
            "href", re.sub("^https?://[^/]+", "", seen[-1][0])
        )
        seen.append(first_ids(page))
    assert len({one for ids in seen for one in ids}) == 6 * PAGE, "a row twice, or left out"
    # What the page holds is the page, however many were looked at.
    assert page.evaluate("document.querySelectorAll('*').length") < 40 * PAGE
    page.get_by_role("button", name="Trang trước").click()
    expect(page.locator("[data-rows] a.document").first).to_have_attribute(
        "href", re.sub("^https?://[^/]+", "", seen[-2][0])
    )
    assert first_ids(page) == seen[-2]


def test_among_a_million_each_kind_of_search_finds_its_few(desk):
    page = desk.signed_in("an", "/console/messages?key=H99-4111")
    expect(rows(page)).to_have_count(3)
    page.goto(f"{desk.url}/console/messages?{DAYS}&state=retrying&priority=urgent&source=khong-co")
    expect(page.locator("[data-kind=empty]")).to_be_visible()
    page.goto(f"{desk.url}/console/messages?{DAYS}&reason=not_permitted")
    expect(rows(page)).to_have_count(PAGE)
    expect(page.get_by_text("2.000 thông điệp")).to_be_visible()


def test_a_count_is_an_estimate_until_somebody_asks_for_the_number(desk):
    page = desk.signed_in("an", f"/console/messages?{DAYS}")
    expect(page.get_by_text(re.compile("Khoảng .* thông điệp"))).to_be_visible()
    page.get_by_role("button", name="Đếm chính xác").click()
    expect(page.get_by_text("1.000.000 thông điệp")).to_be_visible()


def test_fifty_thousand_rows_are_exported_whole_and_more_than_allowed_is_refused(desk):
    # Ten messages a second: 5,000 seconds from the first one on.
    until = "range=custom&since=2026-11-22T07:00&until=2026-11-22T08:23:20"
    page = desk.signed_in("an", f"/console/messages?{until}")
    expect(page.get_by_role("link", name="CSV")).to_be_visible()
    with page.expect_download(timeout=EXPORT_SECONDS) as downloaded:
        page.get_by_role("link", name="CSV").click()
    text = downloaded.value.path().read_text(encoding="utf-8-sig").splitlines()
    header, *lines = csv.reader(text)
    assert len({line[header.index("id")] for line in lines}) == len(lines) == EXPORTED
    answer = page.request.get(
        f"{desk.url}/ops/messages/export?format=csv&since=2026-11-22T00:00:00Z"
    )
    assert (answer.status, answer.json()["code"]) == (422, "too_many")


def test_more_than_five_hundred_dead_letters_need_two_persons_at_two_browsers(desk, large):
    page = desk.signed_in("an", "/console/dead-letters")
    group = page.locator("[data-fingerprint=mau-mot-nguyen-nhan]")
    expect(group).to_contain_text("1.200")
    group.get_by_role("button", name="Bỏ tất cả…").click()
    page.locator("[name=reason]").fill("Bên nhận đã đóng hệ thống (mẫu)")
    page.get_by_role("dialog").get_by_role("button", name="Xem trước").click()
    expect(page).to_have_url(re.compile("/retry-jobs/"))
    expect(page.get_by_role("main")).to_contain_text("một người khác người yêu cầu phải xác nhận")
    expect(page.get_by_role("button", name=re.compile("^Xác nhận"))).to_be_disabled()
    second = desk.signed_in("binh", page.url.removeprefix(desk.url))
    second.get_by_role("button", name="Xác nhận 1.200 thư").click()
    second.get_by_role("dialog").locator("[name=reason]").fill(WHY)
    second.get_by_role("dialog").get_by_role("button", name="Xác nhận 1.200 thư").click()
    for one in (page, second):
        expect(one.get_by_role("main")).to_contain_text("1.200 / 1.200", timeout=120_000)
        expect(one.get_by_role("main")).to_contain_text("binh")
    told = Owner(large.hub).call("GET", "/ops/retry-jobs")["items"][0]
    assert (told["asked_by"], told["confirmed_by"], told["handled"]) == ("an", "binh", DEAD)
