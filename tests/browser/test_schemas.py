"""Schemas: what a change would have done to real messages, and a version's way to publication."""

import json
import re

from playwright.sync_api import expect

from hub.schemas.catalogue import load
from tests.browser.desk import findings, shoot, visit
from tests.browser.staff import WHY, Colleague

NAME = "dossier.received"
URN = f"urn:hub:schema:{NAME}:1."


def candidate(**changes):
    whole = load(f"{URN}0").document | {"$id": f"{URN}1"} | changes
    return json.dumps(whole, ensure_ascii=False, indent=2)


def said(page, button, reason):
    """Press a button that asks for a reason; give one."""
    page.get_by_role("button", name=button, exact=True).first.click()
    page.locator("[name=reason]").fill(reason)
    page.get_by_role("dialog").get_by_role("button", name=button, exact=True).click()


def test_a_replay_names_the_senders_that_a_change_would_break_and_shows_no_value(
    page, province, axe
):
    page.goto(f"{province.url}/schemas?tab=candidate&from={NAME}:1.0")
    expect(page.locator("[name=document]")).to_have_value(re.compile(f'"{URN}1"'))
    required = [*load(f"{URN}0").document["required"], "chua_ai_gui"]
    page.locator("[name=document]").fill(candidate(required=required))
    page.get_by_role("button", name="So với các bản đã công bố").click()
    expect(page.locator("[data-compatible=false]")).to_be_visible()
    page.get_by_role("button", name="Phát lại").click()
    told = page.locator("[data-impact]")
    expect(told.locator("[data-whole=true]")).not_to_have_attribute("data-broken", "0")
    for system in ("so-mau", "mot-cua-mau"):
        expect(told.get_by_role("link", name=system, exact=True)).to_be_visible()
    expect(told).to_contain_text("required at the root: chua_ai_gui")
    expect(told).not_to_contain_text("H99.22-261128")
    assert findings(page, axe) == []
    told.scroll_into_view_if_needed()
    shoot(page, "console-schema-impact")


def test_a_version_goes_from_draft_to_published_by_two_persons_with_its_reasons(
    page, province, axe
):
    page.goto(f"{province.url}/schemas?tab=candidate")
    page.locator("[name=document]").fill(candidate(description="Mô tả rõ hơn (mẫu)"))
    said(page, "Lưu dự thảo", "Làm rõ nghĩa (mẫu)")
    expect(page).to_have_url(re.compile(r"schema=dossier\.received%3A1\.1"))
    page.locator("[name=compare]").select_option(f"{NAME}:1.0")
    sides = page.locator("[data-sides]")
    expect(sides.locator(".diff-old", has_text=f"{URN}0")).to_be_visible()
    expect(sides.locator(".diff-new", has_text="Mô tả rõ hơn (mẫu)")).to_be_visible()
    assert findings(page, axe) == []
    sides.scroll_into_view_if_needed()
    shoot(page, "console-schema-difference")
    said(page, "Trình duyệt", "Xin duyệt (mẫu)")
    card = page.get_by_role("region", name=f"{NAME}:1.1")
    expect(card).to_contain_text("Chờ duyệt")
    binh = Colleague(province.hub, "binh")
    (waiting,) = [
        one for one in binh.call("GET", "/ops/requests")["items"] if one["target"] == f"{NAME}:1.1"
    ]
    binh.call("POST", f"/ops/requests/{waiting['id']}:approve", {"reason": WHY})
    visit(page, f"/console/schemas?schema={NAME}:1.1")
    expect(card).to_contain_text("Đã công bố")
    steps = page.locator("[data-history] li")
    expect(steps.filter(has_text="Làm rõ nghĩa (mẫu)")).to_contain_text("an")
    expect(steps.filter(has_text="Người thứ hai duyệt")).to_contain_text("binh")
