"""Who gets what, and how a system is connected: asked for, approved by another person, in force."""

import io
import json
import uuid
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from lgsp_client import HubRefused, Identity, KeyRing, SyncHubClient
from lgsp_message.key_proof import sign_key_proof
from lgsp_message.keys import public_jwk, verifying_key
from playwright.sync_api import expect

from tests.browser.desk import findings, settled, shoot
from tests.browser.province import DOSSIER
from tests.browser.staff import WHY
from tests.browser.test_settings import confirm
from tests.running_hub import HUB
from tests.support import GOOD_BODY

SYSTEM, TWIN = "ioc-mau", "sandbox-ioc-mau"
TRIED = "thu-mau"


def approve(desk, target):
    """Let the second person approve what waits in the one list of requests."""
    second = desk.signed_in("binh", "/console/requests")
    card = second.locator("li.card").filter(has_text=target)
    card.get_by_role("button", name="Xem trước tác động").click()
    expect(card.locator("[data-effect]")).to_contain_text("thông điệp của 24 giờ qua")
    card.get_by_role("button", name="Duyệt", exact=True).click()
    confirm(second, "Duyệt", "Đúng thẩm quyền (mẫu)")
    expect(card).to_have_count(0)


def test_a_subscription_is_asked_for_approved_by_a_second_person_and_paused(desk, page, axe):
    page.goto(f"{desk.url}/console/shares")
    page.get_by_role("link", name="Đề nghị quyền hoặc đăng ký").click()
    page.locator("[name=system]").fill("xa-mau")
    page.locator("[name=type]").fill(DOSSIER)
    page.locator("[name=areas]").fill("org-so-mau")
    page.locator("[name=conditions]").fill("khong-hieu")
    page.locator("[name=id]").fill("dk-mau")
    page.get_by_role("button", name="Đề nghị", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("khong-hieu")
    page.locator("[name=conditions]").fill("")
    page.get_by_role("button", name="Đề nghị", exact=True).click()
    confirm(page, "Đề nghị", "Điều hành của xã Mẫu (mẫu)")
    expect(page.get_by_role("region", name="Đang chờ duyệt")).to_contain_text("dk-mau")
    approve(desk, "dk-mau")
    page.goto(f"{desk.url}/console/shares?who=xa-mau&kind=subscription")
    page.get_by_role("link", name="dk-mau").press("Enter")
    steps = page.get_by_role("table", name="Các bước").locator("tbody tr")
    expect(steps).to_have_count(3)
    expect(steps.nth(0)).to_contain_text("Điều hành của xã Mẫu (mẫu)")
    expect(steps.nth(1)).to_contain_text("binh")
    settled(page)
    assert findings(page, axe) == []
    shoot(page, "console-share")
    page.get_by_role("button", name="Tạm dừng").click()
    confirm(page, "Tạm dừng", WHY)
    expect(page.get_by_role("button", name="Cho chạy tiếp")).to_be_visible()
    expect(steps).to_have_count(4)


def test_the_newest_change_of_the_rules_is_undone_in_one_step(page, province):
    policy = {"change": "put_document_policy", "type": DOSSIER, "policy": "record"}
    version = province.hub.change(policy, reason="Sẽ bỏ (mẫu)")
    page.goto(f"{province.url}/rules-versions")
    page.get_by_role("row").filter(has_text="Sẽ bỏ (mẫu)").get_by_role(
        "button", name="Bỏ thay đổi này"
    ).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Xem trước tác động").click()
    expect(dialog.locator("[data-effect]")).to_contain_text("1 mục quy tắc sẽ khác")
    confirm(page, "Quay lại phiên bản này", "Đặt nhầm (mẫu)")
    expect(page.get_by_role("row").filter(has_text="Đặt nhầm (mẫu)")).to_be_visible()
    head = province.owner.call("GET", "/v1/admin/rules")
    assert head["version"] == version + 1
    kept = province.owner.call("GET", "/v1/admin/document-policies")["items"]
    assert DOSSIER not in [one["id"] for one in kept]


class Newcomer:
    """A program of the agency that connects; its keys never leave it."""

    def __init__(self, url):
        self._url = url

    def public_part(self, system):
        """Make a key, and return what `hub key new --json` prints."""
        key = ec.generate_private_key(ec.SECP256R1())
        self.identity = Identity.of(key, system=system, hub=HUB)
        at, jti = datetime.now(UTC), uuid.uuid4().hex
        proof = sign_key_proof(key, "ES256", system=system, hub=HUB, at=at, jti=jti)
        jwk = public_jwk(key.public_key())
        return json.dumps({"system": system, "jwk": jwk, "alg": "ES256", "proof": proof})

    def drill(self):
        """Do in the sandbox all that the checklist wants."""
        body = json.loads(GOOD_BODY)
        more: dict[str, Any] = {"recipients": [f"system:{TWIN}"], "subject": "H-1"}
        with SyncHubClient(self._url, self.identity) as client:
            with suppress(HubRefused):
                client.submit(DOSSIER, {"sai": True}, wait=10, id="m-1", **more)
            sent = client.compose(DOSSIER, body, id="m-1", **more)
            client.send(sent, wait=10)
            client.send(sent, wait=10)
            earlier = datetime.now(UTC) - timedelta(hours=1)
            client.submit(DOSSIER, body, wait=10, id="m-2", time=earlier, **more)
            ref = client.upload(io.BytesIO(b"mau"), name="mau.txt", media_type="text/plain")
            client.submit(DOSSIER, body, wait=10, id="m-3", objects=[ref.hash], **more)
            client.submit(DOSSIER, body, wait=10, id="retry-503-1", **more)
            self._acknowledge(client)

    def _acknowledge(self, client):
        own = verifying_key(self.identity.key.public_key(), self.identity.algorithm)
        ring = KeyRing({TWIN: {own.thumbprint: own}})
        with client.receive(verify=ring, until_empty=True) as deliveries:
            for delivery in deliveries:
                delivery.ack("acknowledged")


def register_key(page, newcomer, system):
    page.locator("[name=public-part]").fill(newcomer.public_part(system))
    page.get_by_role("button", name="Đăng ký khóa").click()
    confirm(page, "Đăng ký khóa", WHY)


def reached(page, stage):
    expect(page.locator(f"[data-stage={stage}]")).to_be_visible()


def registered(page, province, system):
    page.goto(f"{province.url}/onboarding-new")
    page.locator("[name=system]").fill(system)
    page.locator("[name=name]").fill("Trung tâm điều hành (mẫu)")
    page.locator("[name=organisation]").fill("org-xa-mau")
    page.locator("[name=sends]").fill(DOSSIER)
    page.get_by_role("button", name="Đăng ký", exact=True).click()
    confirm(page, "Đăng ký", WHY)
    reached(page, "registered")


def test_a_system_is_registered_with_a_key_of_its_twin_and_a_message_is_tried(page, province, axe):
    newcomer = Newcomer(province.hub.url)
    registered(page, province, TRIED)
    page.locator("[name=public-part]").fill(newcomer.public_part(TRIED))
    page.get_by_role("button", name="Đăng ký khóa").click()
    expect(page.get_by_role("alert")).to_contain_text(f"tạo cho {TRIED}")
    register_key(page, newcomer, f"sandbox-{TRIED}")
    reached(page, "keyed")
    page.get_by_role("button", name="Thử", exact=True).click()
    expect(page.locator("[data-tried=admitted]")).to_be_visible()
    settled(page)
    assert findings(page, axe) == []
    page.evaluate("scrollTo(0, 0)")
    shoot(page, "console-onboarding")


@pytest.mark.long
def test_a_system_goes_from_registration_to_production(desk, page, province):
    newcomer = Newcomer(province.hub.url)
    registered(page, province, SYSTEM)
    register_key(page, newcomer, TWIN)
    newcomer.drill()
    province.await_state(TWIN, "m-3", "acknowledged")
    page.get_by_role("button", name="Xem lại").click()
    reached(page, "conforming")
    expect(page.locator("[data-check][data-done=false]")).to_have_count(0)
    page.get_by_role("button", name="Đề nghị vận hành").click()
    confirm(page, "Đề nghị vận hành", WHY)
    reached(page, "submitted")
    approve(desk, SYSTEM)
    page.reload()
    reached(page, "approved")
    # An integrator gives no key its system: that is for who keeps the agency's keys.
    expect(page.locator("[name=public-part]")).to_have_count(0)
    keeper = desk.signed_in("quan", f"/console/onboarding/{SYSTEM}")
    register_key(keeper, newcomer, SYSTEM)
    reached(keeper, "in_production")
