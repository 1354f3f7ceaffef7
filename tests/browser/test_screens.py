"""Every screen: readable by everybody, on a phone and on a wall, whatever agencies write."""

import pytest
from playwright.sync_api import expect

from tests.browser import filled
from tests.browser.desk import DESK, Desk, answered_by, findings, settled, shoot, visit
from tests.browser.province import CONNECTOR, SCRIPT
from tests.browser.staff import Colleague
from tests.browser.traffic import dead_letters

PHONE, WALL = {"width": 320, "height": 640}, {"width": 1920, "height": 1080}

SCREENS = {
    "overview": "/",
    "messages": "/messages",
    "trace": "/messages/mot-cua-mau/{main}",
    "where": "/where?key=H99.22-261128-0001",
    "dead-letters": "/dead-letters?view=list",
    "jobs": "/retry-jobs",
    "held": "/held",
    "documents": "/documents",
    "reviews": "/reviews",
    "choices": "/reviews?tab=made",
    "connectors": "/connectors",
    "connector": f"/connectors/{CONNECTOR}",
    "connector-new": "/connector-new",
    "routes": "/routes",
    "simulator": "/routes?view=simulator",
    "shares": "/shares",
    "type-owners": "/shares?tab=owners",
    "share": "/shares/right/quyen-so-mau",
    "share-new": "/share-new",
    "versions": "/rules-versions",
    "applications": "/onboarding",
    "application": f"/onboarding/{filled.APPLICANT}",
    "application-new": "/onboarding-new",
    "lag": "/lag",
    "topics": "/topics",
    "schedules": "/schedules",
    "directory": "/directory",
    "organisation": "/directory/org-xa-xau",
    "import": "/directory?tab=import",
    "schemas": "/schemas?schema=dossier.received:1.0",
    "alerts": "/alerts",
    "alert-rules": "/alerts?tab=rules",
    "channels": "/alerts?tab=channels",
    "reports": "/reports",
    "report": "/reports?report=oldest",
    "deadlines": "/deadlines",
    "limits": "/deadlines?tab=limits",
    "certificates": "/certificates",
    "certificate": f"/certificates/{filled.CERTIFICATE}",
    "compromises": "/compromises",
    "compromise": f"/compromises/{filled.REPORT}",
    "log": "/log",
    "requests": "/requests?all=yes",
    "audit": "/audit",
    "users": "/users",
    "user": "/users/binh",
    "system": "/system",
    "profile": "/profile",
}
FILLED = {
    "documents": filled.DOCUMENTS,
    "reviews": filled.REVIEWS,
    "choices": filled.CHOICES,
    "certificates": filled.CERTIFICATES,
    "certificate": filled.ONE_CERTIFICATE,
    "compromises": filled.COMPROMISES,
    "compromise": filled.ONE_COMPROMISE,
    "log": filled.LOG,
    "applications": filled.APPLICATIONS,
    "application": filled.ONE_APPLICATION,
}
"""A screen without anything hides its faults."""
every_screen = pytest.mark.parametrize("screen", SCREENS)
INLINE = """
() => new Promise((told) => {
  addEventListener("securitypolicyviolation", (event) => told(event.effectiveDirective));
  const script = document.createElement("script");
  script.textContent = "window.hacked = 1";
  document.body.append(script);
})
"""
PICTURES = [
    "overview",
    "messages",
    "connectors",
    "users",
    "simulator",
    "reports",
    "schemas",
    "system",
    "certificates",
    "log",
]


@pytest.fixture(scope="module", autouse=True)
def trouble(province):
    """Leave a dead letter and a network that waits: screens without anything hide their faults."""
    dead_letters(province, "H99.10-261128-06", 2)
    path = f"/v1/admin/connectors/{CONNECTOR}/networks"
    asked = {"cidr": "10.98.0.0/24", "reason": "Máy chủ dự phòng của xã Mẫu (mẫu)"}
    Colleague(province.hub, "an").call("POST", path, asked)


def at(page, province, screen):
    answered_by(page, FILLED.get(screen, {}))
    visit(page, "/console" + SCREENS[screen].format(main=province.main))
    expect(page.locator("[data-kind=failed], [data-kind=forbidden]")).to_have_count(0)


@pytest.fixture(scope="module")
def tour(chromium, province):
    """Give one page that goes from screen to screen: a profile for each costs a second."""
    with Desk(chromium, province) as desk:
        yield desk.signed_in("an")


@every_screen
def test_a_screen_has_no_barrier_that_axe_knows_and_fits_a_phone(tour, province, axe, screen):
    tour.set_viewport_size(DESK)
    at(tour, province, screen)
    if screen in PICTURES:
        shoot(tour, f"console-{screen}")
    assert findings(tour, axe) == []
    tour.set_viewport_size(PHONE)
    assert tour.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.long
@every_screen
def test_nor_has_it_any_on_the_phone(tour, province, axe, screen):
    tour.set_viewport_size(PHONE)
    at(tour, province, screen)
    assert findings(tour, axe) == []


@pytest.mark.parametrize("screen", ["overview", "trace"])
def test_the_dark_theme_has_none_either(desk, province, axe, screen):
    page = desk.signed_in("an", color_scheme="dark")
    at(page, province, screen)
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert findings(page, axe) == []


def test_the_sign_in_has_none(desk, axe):
    page = desk.open()
    expect(page.locator("[name=password]")).to_be_visible()
    assert findings(page, axe) == []
    shoot(page, "console-sign-in")


@pytest.mark.parametrize("screen", ["overview", "trace"])
def test_a_screen_fills_a_wall(page, province, screen):
    page.set_viewport_size(WALL)
    at(page, province, screen)
    assert page.evaluate("document.documentElement.scrollWidth") <= WALL["width"]
    assert page.locator("main").bounding_box()["width"] > WALL["width"] * 0.8


@pytest.mark.parametrize("screen", ["directory", "organisation", "users", "user"])
def test_a_script_in_a_name_is_shown_as_the_name_that_it_is(page, province, screen):
    at(page, province, screen)
    expect(page.get_by_role("main")).to_contain_text(SCRIPT)


def test_a_script_as_a_business_key_is_text_in_the_list_and_on_the_trace(page, province):
    id = province.send("so-mau", "mot-cua-mau", key=SCRIPT)
    province.await_state("so-mau", id, "pending")
    visit(page, "/console/messages")
    page.get_by_role("link", name=SCRIPT).first.click()
    expect(page.get_by_role("heading", name=SCRIPT, level=1)).to_be_visible()


def test_the_policy_for_browsers_is_strict_and_keeps_an_inline_script_out(desk, page, province):
    answer = page.goto(f"{province.url}/messages")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    with page.expect_console_message(lambda one: "Content Security Policy" in one.text):
        assert page.evaluate(INLINE) == "script-src-elem"
    desk.faults.clear()  # this one was asked for


def test_a_page_that_does_not_exist_says_so(page, province):
    page.goto(f"{province.url}/khong-co")
    expect(page.get_by_text("Không có trang này")).to_be_visible()


def test_the_skip_link_leads_past_the_navigation(page):
    settled(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Tới nội dung chính")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_shortcuts_lead_to_screens_and_can_be_turned_off(page):
    settled(page)
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(page.get_by_role("heading", name="Bộ kết nối", level=1)).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Phím tắt")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.get_by_label("Dùng phím tắt một ký tự").uncheck()
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(page.get_by_role("heading", name="Cá nhân", level=1)).to_be_visible()
