"""Markings in names of files and on first pages; and ordinary words that are none."""

import json
import unicodedata

import pytest
from lgsp_message.secrecy import is_marked_secret
from lgsp_message.secrecy_names import is_marked_name
from lgsp_message.secrecy_page import is_marked_page

MARKED_NAMES = [
    "Tối mật.pdf",
    "mật.pdf",
    "Mật 2.pdf",
    "TUYỆT MẬT.signed.pdf",
    "12-KH-UBND_Tối mật.pdf",
    "KH tuyệt_mật 2026.docx",
    "Báo cáo mẫu (mật).pdf",
    "Báo cáo mẫu - Mật.pdf",
    "Mật - Báo cáo mẫu.pdf",
    "thu muc/Tối-mật.pdf",
]
ORDINARY_NAMES = [
    "",
    "Mật độ dân số.pdf",
    "Quy chế bảo mật.pdf",
    "Bí mật kinh doanh.docx",
    "Cam kết bảo mật - phụ lục.pdf",
    "Nguyễn Thị Mật.pdf",
    "Don-Nguyen-Thi-Mật.pdf",
    "Doi mat khau.pdf",
    "toi mat the.pdf",
    "Mật ong (hợp đồng).pdf",
    "Siêu âm túi mật.pdf",
    "Mật mã dân sự.pdf",
]
HEAD = "ỦY BAN NHÂN DÂN\nTỈNH MẪU\nSố: 12/KH-UBND{}\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n"
MARKED_PAGES = [
    HEAD.format("\nMẬT"),
    HEAD.format("\nTỐI MẬT"),
    HEAD.format("\nT U Y Ệ T  M Ậ T"),
    HEAD.format("\n  M Ậ T  "),
    HEAD.format("\n[ MẬT ]"),
    HEAD.format(" MẬT"),
    HEAD.format("     TỐI MẬT     Tỉnh Mẫu, ngày 01 tháng 7"),
    HEAD.format("\n| TUYỆT   MẬT |"),
    HEAD.format("\nĐộ mật: Tối mật"),
    HEAD.format("\nTỐI\u00a0MẬT\n"),
    "TÀI LIỆU MẬT\nKế hoạch mẫu",
    "MẬT\n\nKẾ HOẠCH MẪU",
]
ORDINARY_PAGES = [
    "",
    HEAD.format(""),
    HEAD.format("\nQUY CHẾ BẢO\nMẬT\nTHÔNG TIN"),
    HEAD.format("\nVỀ VIỆC BẢO VỆ BÍ\nMẬT NHÀ NƯỚC"),
    HEAD.format("\nBAN HÀNH DANH MỤC BÍ MẬT NHÀ NƯỚC ĐỘ TỐI MẬT, MẬT"),
    "mật độ xây dựng\nmật\nđộ dân số",
    "Thỏa thuận bảo\nmật\nBí mật kinh doanh",
    "MẬT ĐỘ XÂY DỰNG 40%",
    "Sản phẩm: MẬT ONG RỪNG MẪU",
    "Bệnh nhân: NGUYỄN THỊ\nMẬT",
    "SIÊU ÂM: TÚI\nMẬT\nbình thường",
    "Phân loại bí mật: Tuyệt mật, Tối mật, Mật (Điều 8 của Luật).",
    "Đổi mật khẩu. Độ bảo mật: cao",
    "Độ mật: Không",
]
FORMS = ("NFC", "NFD")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", MARKED_NAMES)
def test_a_marked_name_is_found_and_so_is_the_message_that_says_it(name, form):
    spelled = unicodedata.normalize(form, name)
    assert is_marked_name(spelled)
    body = {"attachments": [{"hash": "sha256:00", "name": spelled}], "note": "mẫu"}
    assert is_marked_secret(json.dumps(body, ensure_ascii=False).encode())
    assert is_marked_secret(json.dumps(body).encode())


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ORDINARY_NAMES)
def test_an_ordinary_name_passes(name, form):
    spelled = unicodedata.normalize(form, name)
    assert not is_marked_name(spelled)
    assert not is_marked_secret(json.dumps({"name": spelled}, ensure_ascii=False).encode())


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("page", MARKED_PAGES)
def test_a_stamp_on_a_page_is_found(page, form):
    assert is_marked_page(unicodedata.normalize(form, page))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("page", ORDINARY_PAGES)
def test_ordinary_words_of_a_page_are_no_stamp(page, form):
    assert not is_marked_page(unicodedata.normalize(form, page))
