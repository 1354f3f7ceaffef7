"""What the portal's answers mean: it tells by text as much as by code."""

import re
import unicodedata
from collections.abc import Mapping
from enum import Enum, auto
from typing import Any, Final


class Meaning(Enum):
    """The five things an answer can say."""

    OK = auto()
    EXISTS = auto()
    ABSENT = auto()
    SESSION = auto()
    REFUSED = auto()


_EXISTS: Final = ("đã tồn tại",)
_ABSENT: Final = ("không tồn tại", "chưa tồn tại", "chưa có trên hệ thống")
_DONE: Final = "thành công"
_NOT_DONE: Final = ("không thành công", "chưa thành công")
_SESSION: Final = re.compile(r"(?:session|phiên).{0,40}(?:hết hạn|không hợp lệ|expired|invalid)")
_KEPT: Final = re.compile(
    "|".join(
        (
            *(*_EXISTS, *_ABSENT, *_NOT_DONE, _DONE),
            *("không hợp lệ", "không được để trống", "bắt buộc", "thiếu", "sai định dạng"),
            *("hết hạn", "không có quyền", "vượt quá", "lỗi hệ thống", "mã hồ sơ", "mã đơn vị"),
            *("mã thủ tục", "ngày", "trạng thái"),
        )
    )
)
"""Words of an answer that are about the call and cannot be anybody's name or number."""


def meaning_of(answer: Mapping[str, Any]) -> Meaning:
    """Return what an answer says. Code 0 is done; of the others the text decides."""
    if code_of(answer) == "0":
        return Meaning.OK
    text = _text(answer)
    if _SESSION.search(text):
        return Meaning.SESSION
    if any(words in text for words in _EXISTS):
        return Meaning.EXISTS
    if any(words in text for words in _ABSENT):
        return Meaning.ABSENT
    # The known client judges success by text: codes 3 and -3 come with either.
    done = _DONE in text and not any(words in text for words in _NOT_DONE)
    return Meaning.OK if done else Meaning.REFUSED


def verdict_of(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what judges a call: the answer or, where it says 0, a row of it that says otherwise.

    Whether the portal judges each record by itself is not published; taken for done, a record that
    it refused would be lost.
    """
    rows = answer.get("result")
    if code_of(answer) != "0" or not isinstance(rows, list):
        return answer
    bad = (row for row in rows if isinstance(row, dict) and code_of(row) not in ("", "0"))
    return next(bad, answer)


def peer_code(answer: Mapping[str, Any]) -> str:
    """Return the portal's code, and of its text the words that name no person and no value."""
    kept = ", ".join(dict.fromkeys(_KEPT.findall(_text(answer))))
    code = code_of(answer)[:40]
    return f"{code}: {kept}" if kept else code


def code_of(answer: Mapping[str, Any]) -> str:
    """Return error_code as text."""
    value = answer.get("error_code")
    return "" if value is None else str(value).strip()


def _text(answer: Mapping[str, Any]) -> str:
    found = answer.get("message", "")
    return unicodedata.normalize("NFC", found if isinstance(found, str) else "").lower()
