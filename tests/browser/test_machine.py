"""A screen on a wall, the way back for a connector, and the configuration as a file."""

import json

from playwright.sync_api import expect

from tests.browser.desk import sign_in, visit
from tests.browser.province import CONNECTOR
from tests.browser.staff import WHY

WALL = {"width": 1920, "height": 1080}


def act(page, does, nth=0):
    """Press a control and give the reason that its dialog asks for."""
    page.locator(f"[data-does='{does}']").nth(nth).click()
    page.locator("dialog [name=reason]").fill(WHY)
    page.locator("dialog [type=submit]").click()
    page.locator("dialog").wait_for(state="detached")


def test_a_wall_shows_figures_without_controls_and_changes_nothing(desk):
    page = desk.freshly("an", "/console/")
    act(page, "POST /ops/session/wall")
    wall = page.locator("main.wall")
    expect(wall.locator(".tile").first).to_be_visible()
    page.set_viewport_size(WALL)
    assert page.evaluate("document.documentElement.scrollWidth") <= WALL["width"]
    assert page.locator("button, a, input, [data-does]").count() == 0
    page.reload()  # it is the session's, not the page's
    expect(page.locator("main.wall .tile").first).to_be_visible()
    refused = page.evaluate(
        """async () => {
          const me = await (await fetch("/ops/me")).json();
          const headers = { "x-csrf-token": me.csrf, "content-type": "application/json" };
          const body = JSON.stringify({ reason: "Mẫu" });
          const answer = await fetch("/ops/system/bundle", { method: "POST", headers, body });
          return (await answer.json()).code;
        }"""
    )
    assert refused == "wall_only"
    page.keyboard.press("Escape")
    expect(page.locator("[name=password]")).to_be_visible()
    sign_in(page, "an")
    expect(page.locator("#main h1")).to_be_visible()


def test_a_connector_goes_back_to_how_it_was(desk, province):
    owner = province.owner
    path = f"/v1/admin/connectors/{CONNECTOR}"
    before = owner.call("GET", path)
    windows = [{"weekdays": [6], "start": "02:00", "end": "03:00"}]
    fields = {name: before[name] for name in ("adapter", "system", "config", "isolation", "limits")}
    change = {"change": "put_connector", "name": CONNECTOR, **fields, "windows": windows}
    owner.call("POST", "/v1/admin/changes", {"reason": WHY, "changes": [change]})
    page = desk.signed_in("an", "/console/profile")
    visit(page, f"/console/connectors/{CONNECTOR}")
    newest = page.locator("section li").filter(has=page.locator("summary")).first
    newest.locator("summary").click()
    expect(newest.locator(".diff-new").first).to_be_visible()
    act(page, "POST /v1/admin/connectors/{name}:rollback")
    expect(newest.locator("code").first).to_have_text("put_connector")
    assert owner.call("GET", path)["windows"] == before["windows"]


def test_a_file_shows_what_it_would_change_before_it_does(desk, province, tmp_path):
    owner = province.owner
    file = owner.call("GET", "/ops/config")
    new = {"change": "put_group", "name": "nhom-nhap-mau", "members": []}
    path = tmp_path / "cau-hinh.json"
    path.write_text(json.dumps(file | {"changes": [*file["changes"], new]}), encoding="utf-8")
    page = desk.signed_in("an", "/console/profile")
    visit(page, "/console/system")
    page.locator("[name=config]").set_input_files(path)
    expect(page.locator("code", has_text="group/nhom-nhap-mau")).to_be_visible()
    assert page.locator("[data-does='POST /v1/admin/changes']").count() == 1
    act(page, "POST /v1/admin/changes")
    assert owner.call("GET", "/v1/admin/groups/nhom-nhap-mau")["members"] == []
    path.write_text("không phải JSON", encoding="utf-8")
    page.locator("[name=config]").set_input_files(path)
    expect(page.locator(".notice-failed")).to_be_visible()
