"""Browser pages as operators have them, and what must never happen in one."""

import json
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.browser.staff import PASSWORD

SHOTS = Path(__file__).parents[2] / "docs" / "img"
DESK = {"width": 1280, "height": 860}
# By a page that is none: so the screen is made anew, and nothing of the last one is taken for it.
_GO = """
async (address) => {
  for (const one of ["/console/khong-co", address]) {
    history.pushState(null, "", one);
    dispatchEvent(new PopStateEvent("popstate"));
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  }
}
"""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PROFILE = "/ops/profile"
WAIT_MS = 30_000
"""Two cores, a broker and a browser: an answer may take its time; an assertion ends at once."""
expect.set_options(timeout=WAIT_MS)


class Desk:
    """Opens pages. Use it as `with`: on leaving, every page must have kept the rules."""

    def __init__(self, chromium, province, url=""):
        self.province = province
        self.url = url or province.hub.url
        self._chromium = chromium
        self._contexts = []
        self.faults = []

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        hacked = [page.url for page in self._pages() if page.evaluate("'hacked' in window")]
        for context in self._contexts:
            context.close()
        if kind is None:
            assert self.faults == []
            assert hacked == [], "a script in what an agency wrote has run"

    def open(self, path="/console/", **options):
        """Return a page of a new profile at this address."""
        wanted = {"viewport": DESK, "locale": "vi-VN", "color_scheme": "light"} | options
        context = self._chromium.new_context(**wanted)
        context.set_default_timeout(WAIT_MS)
        self._contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("console", self._heard)
        page.on("request", self._asked)
        page.goto(self.url + path)
        return page

    def signed_in(self, name, path="/console/", **options):
        """Return a page on which somebody is signed in, by the session of an earlier test."""
        kept = self.province.sessions
        if name not in kept:
            kept[name] = self.freshly(name, "/console/profile").context.storage_state()
        return self.open(path, storage_state=kept[name], **options)

    def freshly(self, name, path="/console/"):
        """Return a page on which somebody has just signed in: a session of its own."""
        page = self.open(path)
        sign_in(page, name)
        page.locator("#main").wait_for()
        return page

    def _pages(self):
        return [page for context in self._contexts for page in context.pages]

    def _heard(self, message):
        if "Content Security Policy" in message.text:
            self.faults.append(message.text)

    def _asked(self, request):
        there, here = urlsplit(request.url), urlsplit(self.url)
        if there.scheme in {"http", "https"} and there.netloc != here.netloc:
            self.faults.append(f"asked elsewhere: {there.netloc}")


def sign_in(page, name, password=PASSWORD):
    """Fill in the form and send it, in the page or in the dialog over it."""
    page.locator("[name=name]").fill(name)
    page.locator("[name=password]").fill(password)
    page.locator("[name=password]").press("Enter")


def read_in(page, name):
    """Choose a language; return once the hub keeps it: this person's next page begins with it."""
    with page.expect_response(f"**{PROFILE}"):
        page.get_by_role("button", name=name).click()


def visit(page, address):
    """Go to a screen as a link of the console does: loading the page anew costs half a second."""
    page.evaluate(_GO, address)
    settled(page)


def settled(page):
    """Return once the screen shows something else than that it loads."""
    page.get_by_role("heading", level=1).wait_for()
    page.locator("[data-kind=loading]").first.wait_for(state="detached")
    page.locator("[aria-busy=true]").first.wait_for(state="detached")


def answered_by(page, answers):
    """Answer these addresses in the hub's place, for as long as the page is open."""
    for pattern, told in answers.items():
        page.route(pattern, lambda route, _, told=told: route.fulfill(json=told))


def findings(page, axe):
    """Return the barriers that axe finds on a page."""
    page.evaluate(axe)  # by the browser's own debugger: the page's policy takes no other script
    options = json.dumps({"runOnly": TAGS, "resultTypes": ["violations"]})
    found = page.evaluate(f"axe.run(document, {options})")["violations"]
    return [(one["id"], one["nodes"][0]["html"][:200]) for one in found]


def shoot(page, name):
    """Keep a picture of a screen for the documents."""
    SHOTS.mkdir(exist_ok=True)
    page.evaluate("document.fonts.ready.then(() => 1)")
    page.screenshot(path=SHOTS / f"{name}.png", animations="disabled")
