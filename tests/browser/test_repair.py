"""Repairs: a cause retried, a decision by two persons, a partner that is away for a while."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.desk import shoot
from tests.browser.province import CONNECTOR
from tests.browser.traffic import dead_letters


def test_a_dead_letter_is_retried_by_hand_and_arrives(page, province):
    (id,) = dead_letters(province, "H99.10-261128-07", 1)
    page.goto(f"{province.url}/dead-letters/so-mau/{id}/xa-mau")
    page.get_by_role("button", name="Gửi lại").click()
    page.locator("[name=reason]").fill("Xã Mẫu đã sửa lỗi (mẫu)")
    page.get_by_role("dialog").get_by_role("button", name="Gửi lại").click()
    expect(page.get_by_text("Đã ra lệnh cho 1 thư")).to_be_visible()
    province.await_state("so-mau", id, "delivered")
    page.get_by_role("link", name="Hành trình").click()
    expect(page.locator("[data-recipient=xa-mau]")).to_contain_text("Đã đến")


def test_a_dead_letter_is_looked_into_and_sent_to_another_system(page, province):
    (id,) = dead_letters(province, "H99.10-261128-13", 1)
    page.goto(f"{province.url}/dead-letters/so-mau/{id}/xa-mau")
    content = page.get_by_role("region", name="Trong thông điệp có gì")
    content.get_by_role("button", name="Xem nội dung").click()
    page.locator("[name=reason]").fill("Vì sao xã Mẫu từ chối (mẫu)")
    page.get_by_role("dialog").get_by_role("button", name="Xem nội dung").click()
    expect(content.locator("[data-content]")).to_contain_text("dossier_code")
    page.get_by_role("button", name="Gửi tới nơi khác…").click()
    page.locator("[name=to]").select_option("mot-cua-mau")
    page.locator("[name=reason]").fill("Xã Mẫu chuyển về huyện (mẫu)")
    page.get_by_role("dialog").get_by_role("button", name="Gửi tới nơi khác…").click()
    province.await_state("so-mau", id, "expired")
    page.get_by_role("link", name="Hành trình").click()
    expect(page.locator("[data-recipient=mot-cua-mau]")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Xã Mẫu chuyển về huyện (mẫu)")


def test_a_cause_is_previewed_and_then_retried_as_one_job(page, province):
    page.goto(f"{province.url}/dead-letters")
    group = page.locator("[data-fingerprint]").first
    expect(group).to_contain_text("Bên nhận từ chối")
    shoot(page, "console-dead-letters")
    group.get_by_role("button", name="Gửi lại tất cả…").click()
    page.locator("[name=reason]").fill("Xã Mẫu đã sửa lỗi (mẫu)")
    page.get_by_role("dialog").get_by_role("button", name="Xem trước").click()
    expect(page).to_have_url(re.compile("/retry-jobs/"))
    page.get_by_role("button", name=re.compile("^Xác nhận")).click()
    page.locator("[name=reason]").fill("Đã xem danh sách (mẫu)")
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^Xác nhận")).click()
    expect(page.get_by_text("Xong").first).to_be_visible()
    for id in province.dead:
        province.await_state("so-mau", id, "delivered")


def test_two_operators_on_one_dead_letter_do_it_once(desk, province):
    (id,) = dead_letters(province, "H99.10-261128-08", 1)
    path = f"/console/dead-letters/so-mau/{id}/xa-mau"
    one, other = desk.signed_in("an", path), desk.freshly("binh", path)
    for page in (one, other):
        page.get_by_role("button", name="Gửi lại").click()
        page.locator("[name=reason]").fill("Hai người cùng làm (mẫu)")
    before = len(province.peer.taken)
    one.get_by_role("dialog").get_by_role("button", name="Gửi lại").click()
    expect(one.get_by_text("Đã ra lệnh cho 1 thư")).to_be_visible()
    province.await_state("so-mau", id, "delivered")
    other.get_by_role("dialog").get_by_role("button", name="Gửi lại").click()
    expect(other.get_by_text("Đã ra lệnh cho 0 thư")).to_be_visible()
    assert len(province.peer.taken) == before + 1


def test_a_dead_letter_is_taken_given_away_noted_and_a_dry_run_orders_nothing(page, province):
    (id,) = dead_letters(province, "H99.10-261128-11", 1)
    page.goto(f"{province.url}/dead-letters/so-mau/{id}/xa-mau")
    desk = page.get_by_role("region", name="Xử lý")
    expect(desk.locator("[data-stage]")).to_have_text("Mới")
    desk.get_by_role("button", name="Giao cho…").click()
    page.locator("[name=assignee]").select_option("an")
    page.locator("[name=reason]").fill("An phụ trách xã Mẫu (mẫu)")
    page.get_by_role("dialog").get_by_role("button", name="Giao cho…").click()
    expect(desk.locator("[data-stage]")).to_have_text("Đã biết")
    desk.get_by_role("button", name="Ghi chú").click()
    page.locator("[name=reason]").fill("Xã Mẫu nâng cấp đến thứ Hai (mẫu)")
    page.get_by_role("dialog").get_by_role("button", name="Ghi chú").click()
    expect(desk.locator("[data-notes]")).to_contain_text("Xã Mẫu nâng cấp đến thứ Hai")
    page.goto(f"{province.url}/dead-letters?system=xa-mau")
    page.locator("[data-fingerprint]").first.get_by_role("button", name="Gửi lại tất cả…").click()
    page.get_by_label("Chạy thử: chỉ liệt kê, không ra lệnh").check()
    page.locator("[name=reason]").fill("Xem sẽ gửi những gì (mẫu)")
    page.get_by_role("dialog").get_by_role("button", name="Xem trước").click()
    page.get_by_role("button", name=re.compile("^Xác nhận")).click()
    page.locator("[name=reason]").fill("Đã xem danh sách (mẫu)")
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^Xác nhận")).click()
    expect(page.locator("[data-pace]")).to_contain_text("chạy thử")
    expect(page.get_by_text("Xong").first).to_be_visible()
    page.get_by_role("button", name="Làm mới").click()
    expect(page.get_by_text("Sẽ gửi (chạy thử)").first).to_be_visible()
    province.await_state("so-mau", id, "dead_letter")


@pytest.fixture
def running(province):
    """Let the connector work again, whatever becomes of the test that pauses it."""
    yield
    body = {"reason": "Hết thử (mẫu)"}
    province.owner.call("POST", f"/v1/admin/connectors/{CONNECTOR}:resume", body)


@pytest.mark.usefixtures("running")
def test_a_paused_connector_lets_messages_wait_and_loses_none(page, province):
    page.goto(f"{province.url}/connectors/{CONNECTOR}")
    _tell(page, "Tạm dừng")
    state = page.get_by_role("region", name="Trạng thái").locator(".badge").first
    expect(state).to_have_text("Tạm dừng")
    taken = len(province.peer.taken)
    ids = [province.send("so-mau", "xa-mau", key=f"H99.10-261128-05{n:02d}") for n in range(3)]
    for id in ids:
        province.await_state("so-mau", id, "pending")
    assert len(province.peer.taken) == taken
    _tell(page, "Chạy tiếp")
    for id in ids:
        province.await_state("so-mau", id, "delivered")
    expect(state).to_have_text("Đang chạy")
    assert len(province.peer.taken) == taken + 3


def test_a_network_needs_another_person_than_the_one_who_asked(desk):
    path = f"/console/connectors/{CONNECTOR}"
    page = desk.signed_in("an", path)
    page.get_by_role("button", name="Xin mở mạng").click()
    page.get_by_label("Mạng (CIDR)").fill("10.99.0.0/24")
    page.locator("[name=reason]").fill("Máy chủ mới của xã Mẫu (mẫu)")
    page.get_by_role("dialog").get_by_role("button", name="Xin mở mạng").click()
    asked = page.get_by_role("row").filter(has_text="10.99.0.0/24")
    expect(asked).to_contain_text("Chờ người thứ hai duyệt")
    asked.get_by_role("button", name="Duyệt").click()
    page.locator("[name=reason]").fill("Tự duyệt (mẫu)")
    page.get_by_role("dialog").get_by_role("button", name="Duyệt").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("người thứ hai")
    second = desk.freshly("binh", path)
    asked = second.get_by_role("row").filter(has_text="10.99.0.0/24")
    asked.get_by_role("button", name="Duyệt").click()
    second.locator("[name=reason]").fill("Đúng là máy của xã Mẫu (mẫu)")
    second.get_by_role("dialog").get_by_role("button", name="Duyệt").click()
    expect(asked).to_contain_text("binh đã duyệt")


def test_a_configuration_is_edited_by_its_schema_and_secrets_stay_references(page, province):
    page.goto(f"{province.url}/connectors/{CONNECTOR}")
    card = page.get_by_role("region", name="Cấu hình", exact=True)
    expect(card).to_contain_text("env:••••")
    card.get_by_role("button", name="Sửa").click()
    expect(card.locator("[name=secret]")).to_have_attribute("type", "password")
    card.locator("[name=at_once]").fill("7")
    card.get_by_role("button", name="Lưu cấu hình").click()
    page.locator("[name=reason]").last.fill("Máy của xã Mẫu yếu (mẫu)")
    page.get_by_role("dialog").get_by_role("button", name="Lưu cấu hình").click()
    expect(card).to_contain_text('"at_once": 7')
    expect(card).to_contain_text(province.peer.url)


def _tell(page, order):
    page.get_by_role("button", name=order, exact=True).click()
    page.locator("[name=reason]").fill("Xã Mẫu bảo trì (mẫu)")
    page.get_by_role("dialog").get_by_role("button", name=order).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
