"""One hub with a small province, one Chromium; each test has a browser profile of its own."""

import base64
import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.desk import Desk
from tests.browser.peer import Peer
from tests.browser.province import settle
from tests.browser.traffic import day
from tests.running_hub import RunningHub

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
# Headless Chromium as root in a container: it has no sandbox of its own there.
ARGUMENTS = ("--no-sandbox", "--disable-dev-shm-usage", "--force-color-profile=srgb")


# The first is the same engine without windows and profiles: two thirds of the processor time.
PROGRAMS = ("chromium-headless-shell", "chromium", "google-chrome")


@pytest.fixture(scope="session")
def chromium():
    """Give one browser; without Chromium on the machine the tests are skipped, and say so."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)
    if path is None or not Path(path).exists():
        pytest.skip(
            f"no Chromium here (Debian: apt-get install {PROGRAMS[0]}; or set CHROMIUM=/path)"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def province(chromium, tmp_path_factory):  # noqa: ARG001  (asked for first)
    """Give the hub with its people and a day's traffic. `chromium` first: else nothing starts."""
    settings = {"HUB_CONNECTORS_ALLOW_LOOPBACK": "true", "CONNECTOR_XA_MAU_SECRET": SECRET}
    with RunningHub(tmp_path_factory.mktemp("hub"), **settings) as hub, Peer() as peer:
        found = settle(hub, peer)
        day(found)
        yield found


@pytest.fixture(scope="session")
def axe():
    """Give the text of axe-core; without the console's packages the tests are skipped."""
    path = Path(__file__).parents[2] / "dashboard" / "node_modules" / "axe-core" / "axe.min.js"
    if not path.exists():
        pytest.skip("no axe-core here: npm ci --prefix dashboard")
    return path.read_text(encoding="utf-8")


@pytest.fixture
def desk(chromium, province):
    """Open pages; at the end nothing may have gone wrong in any of them."""
    with Desk(chromium, province) as found:
        yield found


@pytest.fixture
def page(desk):
    """Give a page on which an operator is signed in."""
    return desk.signed_in("an")
