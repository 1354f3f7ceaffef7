"""Which texts carry a secrecy marking, in every spelling that JSON and Unicode allow."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lgsp_message import secrecy
from lgsp_message.secrecy import is_marked_secret

MARKED = [
    "MẬT",
    "Mật",
    "mật",
    "TỐI MẬT",
    "Tối mật",
    "TUYỆT MẬT",
    "tuyệt  mật",
    "  (MẬT)  ",
    "* * * TỐI MẬT * * *",
    "[TUYỆT MẬT]",
    "[TUYỆT MẬT] Kế hoạch phòng thủ (mẫu)",
    "Kế hoạch phòng thủ (mẫu) (Mật)",
    "Kế hoạch (Tối mật).docx",
    "KH_MẬT.pdf",
    "MẬT_KH_01.pdf",
    "Độ mật: Tối mật",
    "ĐỘ MẬT: MẬT",
    "độ mật là mật",
    "Mức mật - tuyệt mật",
    "Dấu mật = Mật",
    "TÀI LIỆU MẬT",
    "Tài liệu MẬT kèm theo",
    "CÔNG VĂN MẬT VỀ VIỆC MẪU",
    "Báo Cáo MẬT",
    "DẤU MẬT",
    "MẬT: báo cáo mẫu",
    "MẬT\nSố: 01/KH-MẪU",
    "Số: 01/KH-MẪU\nMẬT\nKính gửi: Sở Mẫu",
    "Gửi kèm văn bản MẬT theo quy định",
    "VĂN BẢN TỐI MẬT SỐ 01",
    "MẬT Kế hoạch mẫu",
    "TỐI\u00a0MẬT",
]
NOT_MARKED = [
    "",
    "BẢO MẬT",
    "mật khẩu",
    "MẬT KHẨU",
    "Đổi mật khẩu tài khoản",
    "bảo mật thông tin",
    "CHÍNH SÁCH BẢO MẬT",
    "CÔNG TY MẬT ONG",
    "CÔNG TY TNHH MẬT ONG RỪNG MẪU",
    "Mật ong hoa nhãn",
    "MẬT ONG HOA NHÃN",
    "Mật độ dân số",
    "MẬT ĐỘ XÂY DỰNG",
    "MẬT MÃ",
    "SỎI TÚI MẬT",
    "Siêu âm gan, túi mật bình thường",
    "VIÊM ĐƯỜNG MẬT",
    "NGUYỄN THỊ MẬT",
    "LÊ VĂN MẬT",
    "Nguyễn Thị Mật",
    "Nguyễn Văn MẬT",
    "BẢO VỆ BÍ MẬT NHÀ NƯỚC",
    "Danh mục bí mật nhà nước độ Tuyệt mật, độ Tối mật",
    "Độ mật: Không",
    "độ bảo mật: cao",
    "dấu mật, mật khẩu",
    "quan hệ mật thiết",
    "GIA ĐÌNH THÂN MẬT",
    "MẬTX",
    "TMẬT",
    "pháp luật, nhật ký, thật sự",
    "MAT",
]


def spellings(text):
    """Every way in which the same text may stand in a JSON body."""
    for form in ("NFC", "NFD"):
        said = unicodedata.normalize(form, text)
        for ascii_only in (False, True):
            escaped = json.dumps({"a": [1, {"b": said}]}, ensure_ascii=ascii_only)
            yield escaped.encode()
            yield escaped.replace("\\u1eac", "\\u1EAC").encode()
    yield json.dumps({text: None}, ensure_ascii=False).encode()
    mixed = text.replace("Ậ", "Ạ\u0302").replace("ậ", "â\u0323")
    yield json.dumps([mixed], ensure_ascii=False).encode()


@pytest.mark.parametrize("text", MARKED)
def test_a_marking_is_found_in_every_spelling(text):
    assert is_marked_secret(text.encode())
    assert is_marked_secret(unicodedata.normalize("NFD", text).encode())
    assert all(is_marked_secret(body) for body in spellings(text))


@pytest.mark.parametrize("text", NOT_MARKED)
def test_ordinary_words_are_not_a_marking(text):
    assert not is_marked_secret(text.encode())
    assert not any(is_marked_secret(body) for body in spellings(text))


@pytest.mark.parametrize(
    "body",
    [
        '{"a": "MẬT", "a": "x"}',
        '{"a": "MẬT"',
        "TỐI MẬT\nKế hoạch mẫu",
        '{"a": "\\u004dẬT"}',
        '{"độ mật": "tối mật"}',
        '{"a": "Kế hoạch\\nMẬT\\nSố 1"}',
        '{"a": "\\"MẬT\\""}',
    ],
)
def test_a_marking_is_found_in_what_a_parser_drops_or_refuses(body):
    assert is_marked_secret(body.encode())


def test_bytes_that_are_no_text_do_no_harm():
    assert is_marked_secret(b"\xff\xfe[" + "MẬT".encode() + b"]")
    assert not is_marked_secret(b"\xcc\xff\\u")


LETTERS = st.text('mMậẬtTâÂạẠaA\u0302\u0323\\u0[](): "\n', max_size=24)


@given(LETTERS)
def test_the_quick_look_never_hides_a_marking(text):
    quick = is_marked_secret(text.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrecy, "_may_hold_the_word", lambda _: True)
        assert is_marked_secret(text.encode()) == quick


@given(st.binary())
def test_any_bytes_get_an_answer(body):
    assert is_marked_secret(body) in {True, False}


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "filler", ["\n", " ", "[", '"', "\\u0020", "\\", "độ mật ", "MẬT ", "MẬT", "("]
)
def test_a_body_made_to_be_slow_is_not(filler):
    body = ("mậ" + filler * (256 * 1024 // len(filler.encode()))).encode()
    is_marked_secret(body[: 256 * 1024] + "độ mật".encode() + b" " * 9999)
