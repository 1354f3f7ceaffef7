"""A hub without TLS: this machine's own browser, and nobody else's."""

import httpx2
import pytest

from hub.api.browser import Browser
from tests.admin_rig import admin_app
from tests.people_rig import WHY, Desk, problem, sign_in

HERE = "http://127.0.0.1:8640"
OPERATOR = {"role": "operator"}


@pytest.fixture
async def desk(control):
    app = admin_app(control, browser=Browser())
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)

    def opened(base_url=HERE, **more):
        return httpx2.AsyncClient(transport=transport, base_url=base_url, **more)

    made = Desk(app, opened)
    yield made
    await made.close()


@pytest.mark.parametrize("here", [HERE, "http://localhost:8640", "http://[::1]:8640"])
async def test_a_browser_of_this_machine_signs_in_without_tls_and_the_name_says_so(desk, here):
    made = await desk.add("binh", OPERATOR)
    browser = desk.opened(base_url=here, headers={"origin": here})
    desk.clients.append(browser)
    answer = await sign_in(browser, "binh", made["first_password"])
    assert answer.status_code == 200, answer.text
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("hub-loopback=")
    assert "secure" not in cookie
    assert {"httponly", "samesite=strict"} <= {part.strip() for part in cookie.split(";")}
    assert (await browser.get("/ops/me")).json()["name"] == "binh"


@pytest.mark.parametrize(
    "host", ["hub.test", "127.0.0.1.ke-gian.test", "10.0.0.7:8640", "localhost.ke-gian.test", ""]
)
async def test_a_name_that_leads_here_from_elsewhere_is_not_this_machine(desk, host):
    """An attacker whose DNS answers 127.0.0.1, or a hub that was opened to a network."""
    made = await desk.add("binh", OPERATOR)
    browser = desk.browser(host=host, origin=f"http://{host}")
    refused = problem(await sign_in(browser, "binh", made["first_password"]), 403, "csrf_refused")
    assert "HUB_API_PUBLIC_URL" in refused["detail"]


async def test_another_port_of_this_machine_is_another_site(desk):
    made = await desk.add("binh", OPERATOR)
    browser = desk.browser(origin="http://127.0.0.1:9999")
    answer = await sign_in(browser, "binh", made["first_password"])
    problem(answer, 403, "csrf_refused")


async def test_a_wrong_token_is_not_made_good_by_a_cookie_beside_it(desk):
    made = await desk.add("binh", OPERATOR)
    browser = desk.browser(origin=HERE)
    await sign_in(browser, "binh", made["first_password"])
    for wrong in ("Bearer khac", "Basic x", "Bearer"):
        answer = await browser.get("/ops/me", headers={"authorization": wrong})
        problem(answer, 401, "unauthorized")


async def test_a_token_needs_no_console_to_come_from(desk):
    body = {"on": False, "reason": WHY}
    answer = await desk.machine().post("/ops/read-only", json=body)
    assert answer.status_code == 200
    assert (await desk.machine().get("/ops/me")).json()["csrf"] is None
