"""What is proved: evidence as a file, documents held for signatures, a stolen key, the log."""

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

import hub.schemas
from tests.browser import filled
from tests.browser.desk import answered_by, findings, read_in, settled, shoot
from tests.browser.province import DOCUMENT
from tests.browser.staff import WHY
from tests.browser.test_settings import confirm
from tests.page_pdf import page_pdf

LETTER = Path(hub.schemas.__file__).parent / "examples" / "document.issued" / "valid-minimal.json"


def test_evidence_is_taken_as_a_file_with_a_reason_that_is_in_the_trail(page, province):
    page.goto(f"{province.url}/messages/mot-cua-mau/{province.main}")
    page.get_by_role("button", name="Lấy gói bằng chứng").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("[name=stage]").select_option("delivered")
    dialog.locator("[name=recipient]").select_option("xa-mau")
    dialog.locator("[name=reason]").fill("Xã Mẫu hỏi đã nhận chưa (mẫu)")
    with page.expect_download() as downloaded:
        dialog.get_by_role("button", name="Lấy gói bằng chứng").click()
    assert downloaded.value.suggested_filename == f"mot-cua-mau_{province.main}.asice"
    with zipfile.ZipFile(io.BytesIO(downloaded.value.path().read_bytes())) as bundle:
        assert bundle.read("mimetype") == b"application/vnd.etsi.asic-e+zip"
        assert any(name.endswith("index.json") for name in bundle.namelist())
    expect(dialog).to_have_count(0)
    deeds = province.owner.call("GET", "/ops/audit?action=evidence")["items"]
    assert "Xã Mẫu hỏi đã nhận chưa (mẫu)" in [deed["reason"] for deed in deeds]


def test_a_claim_that_nobody_can_prove_yet_keeps_the_dialog_and_says_why(page, province):
    page.goto(f"{province.url}/messages/mot-cua-mau/{province.main}")
    page.get_by_role("button", name="Lấy gói bằng chứng").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("[name=stage]").select_option("admitted")
    dialog.locator("[name=not-by]").fill("2099-01-01T00:00:00")
    dialog.locator("[name=reason]").fill(WHY)
    dialog.get_by_role("button", name="Lấy gói bằng chứng").click()
    expect(dialog.get_by_role("alert")).to_contain_text("invalid_request")
    expect(dialog.locator("[name=reason]")).to_have_value(WHY)


@pytest.fixture
def held(province):
    """Have a letter held: its type demands valid signatures, and its PDF has none."""
    policy = {"change": "put_document_policy", "type": DOCUMENT}
    province.hub.change(policy | {"policy": "require"}, reason=WHY)
    with province.hub.client("so-mau") as client:
        pdf = io.BytesIO(page_pdf("Văn bản mẫu"))
        ref = client.upload(pdf, name="van-ban-mau.pdf", media_type="application/pdf")
        sent = client.submit(
            DOCUMENT,
            json.loads(LETTER.read_text()),
            wait=10,
            recipients=["system:mot-cua-mau"],
            subject="12/CV-MAU",
            objects=[ref.hash],
        )
    yield sent.id
    province.hub.change(policy | {"policy": "off"}, reason=WHY)


def test_a_letter_without_a_signature_waits_for_a_person_who_sees_why_and_decides(
    page, province, axe, held
):
    page.goto(f"{province.url}/documents")
    row = page.get_by_role("row").filter(has_text=held)
    expect(row).to_contain_text("Phải có người quyết định")
    row.get_by_role("link", name="12/CV-MAU").click()
    verdict = page.locator("[data-verdict]")
    expect(verdict).to_contain_text("chỉ giao khi hợp lệ")
    expect(verdict).to_contain_text("Chưa xác định")
    expect(verdict.locator(".reason")).to_contain_text("not_signed")
    expect(page.locator("[data-signer]")).to_contain_text("Dùng được")
    settled(page)
    assert findings(page, axe) == []
    shoot(page, "console-verdict")
    verdict.get_by_role("link", name="Tới danh sách chờ kiểm chữ ký").click()
    row.get_by_role("button", name="Kiểm lại").click()
    confirm(page, "Kiểm lại", "Bên cấp chứng thư đã trả lời (mẫu)")
    row.get_by_role("button", name="Cho đi tiếp").click()
    confirm(page, "Cho đi tiếp", "Đã gọi điện cho Sở Mẫu (mẫu)")
    province.await_state("so-mau", held, "pending")
    expect(row).to_have_count(0)
    deeds = province.owner.call("GET", f"/ops/audit?target=message/so-mau/{held}")["items"]
    told = [(deed["actor"], deed["reason"]) for deed in deeds]
    assert ("an", "Đã gọi điện cho Sở Mẫu (mẫu)") in told


def test_what_a_type_demands_of_documents_is_seen_and_changed_with_a_reason(page, province, axe):
    page.goto(f"{province.url}/documents")
    page.get_by_role("link", name="Chính sách theo loại").click()
    row = page.get_by_role("row").filter(has_text=DOCUMENT)
    expect(row).to_contain_text("Không kiểm")
    settled(page)
    assert findings(page, axe) == []
    for policy, shown, told in (
        ("record", "Ghi lại", "Thông điệp đang giữ vẫn được giữ"),
        ("off", "Không kiểm", "Nới lỏng"),
    ):
        row.get_by_role("button", name="Sửa").click()
        page.get_by_role("dialog").locator("[name=policy]").select_option(policy)
        expect(page.get_by_role("dialog")).to_contain_text(told)
        confirm(page, "Lưu", f"Quy chế mẫu: {policy}")
        expect(row).to_contain_text(shown)
    shoot(page, "console-document-policies")
    deeds = province.owner.call("GET", f"/ops/audit?target=document_policy/{DOCUMENT}")["items"]
    reasons = [deed["reason"] for deed in deeds]
    assert reasons[:2] == ["Quy chế mẫu: off", "Quy chế mẫu: record"]


def test_a_stolen_key_is_reported_by_one_confirmed_by_another_and_its_messages_are_listed(
    desk, province
):
    key = province.hub.register("xa-lo", code="H99.22.9").key_id
    province.hub.allow("xa-lo")
    id = province.send("xa-lo", "so-mau", key="H99.22-261128-0900")
    province.await_state("xa-lo", id, "pending")
    page = desk.signed_in("quan", "/console/compromises")
    page.get_by_role("button", name="Báo lộ khóa").click()
    page.locator("[name=system]").fill("xa-lo")
    page.locator("[name=thumbprint]").fill(key)
    since = filled.NOW - timedelta(days=1)
    page.locator("[name=since]").fill(since.strftime("%Y-%m-%dT%H:%M:%S"))
    confirm(page, "Báo lộ khóa", "Máy của xã bị mất (mẫu)")
    expect(page.get_by_role("heading", name="xa-lo", level=1)).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Chờ người thứ hai")
    row = page.get_by_role("row").filter(has_text=id)
    expect(row).to_contain_text("Ký bằng khóa này")
    page.get_by_role("link", name="Tới trang Chờ duyệt").click()
    asked = page.get_by_role("listitem").filter(has_text=f"xa-lo/{key}")
    expect(asked).to_be_visible()
    expect(asked.get_by_role("button", name="Duyệt", exact=True)).to_have_count(0)
    call = province.owner.call
    (waiting,) = [
        one for one in call("GET", "/ops/requests")["items"] if one["kind"] == "key_compromise"
    ]
    call("POST", f"/ops/requests/{waiting['id']}:approve", {"reason": WHY})
    page.get_by_role("navigation", name="Các trang").get_by_role("link", name="Lộ khóa").click()
    page.get_by_role("link", name="xa-lo").click()
    expect(page.get_by_role("main")).to_contain_text("Đã xác nhận lộ")
    row.get_by_role("link").click()
    expect(page.locator("[data-doubt]")).to_be_visible()
    expect(page.locator("[data-signer] .reason")).to_contain_text("key_compromised")


def test_the_log_grows_and_says_that_nobody_stamps_or_witnesses_it_here(page, province):
    page.goto(f"{province.url}/log")
    standing = page.get_by_role("region", name="Tình trạng")
    expect(standing).to_contain_text("Đọc được mọi phân đoạn")
    expect(standing).to_contain_text("Chưa có dấu thời gian")
    expect(standing).to_contain_text("Không ai làm chứng")
    link = page.get_by_role("link", name="Điểm kiểm soát").first
    text = page.request.get(province.hub.url + link.get_attribute("href")).text()
    assert text.startswith(f"{province.hub.hub}/log/")


def test_an_authority_that_is_away_and_a_damaged_shard_say_who_must_act(page, province):
    answered_by(page, filled.LOG)
    page.goto(f"{province.url}/log")
    standing = page.get_by_role("region", name="Tình trạng")
    expect(standing).to_contain_text("Tổ chức cấp dấu thời gian không trả lời")
    expect(standing).to_contain_text("hub rebuild log")
    expect(page.get_by_role("row").filter(has_text="chưa")).to_have_count(1)
    read_in(page, "English")
    expect(page.get_by_role("region", name="How it stands")).to_contain_text("does not answer")
    read_in(page, "Tiếng Việt")
    expect(standing).to_be_visible()


def test_certificates_are_listed_with_what_ends_soon_and_one_leads_to_its_report(desk, province):
    page = desk.signed_in("quan", "/console/profile")
    answered_by(page, filled.CERTIFICATES | filled.ONE_CERTIFICATE)
    page.goto(f"{province.url}/certificates")
    expect(page.get_by_role("row").filter(has_text="mot-cua-mau")).to_contain_text("còn 9 ngày")
    expect(page.get_by_role("row").filter(has_text="xa-mau")).to_contain_text("Bị thu hồi")
    expect(page.get_by_role("region", name="Trục tin những ai")).to_contain_text("thử nghiệm")
    page.get_by_role("link", name="mot-cua-mau").click()
    expect(page.get_by_role("link", name="Trả lời 1")).to_be_visible()
    page.get_by_role("link", name="Báo lộ khóa này").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("[name=system]")).to_have_value("mot-cua-mau")
    expect(dialog.locator("[name=thumbprint]")).to_have_value(filled.THUMBPRINT)


def test_without_a_trust_list_the_hub_says_that_no_certificate_counts(page, province):
    page.goto(f"{province.url}/certificates")
    expect(page.locator("[data-kind=empty]")).to_contain_text("Không có chứng thư nào khớp")
    expect(page.get_by_role("main")).to_contain_text("Danh sách tin cậy trống")
