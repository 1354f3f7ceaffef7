"""Markings of state secrets (Law 117/2025/QH15): such documents may not pass through the hub.

The law has three degrees: Tuyệt mật, Tối mật, Mật. On a document the degree is a stamp: capitals,
alone or framed, or a field of its own. The same word in ordinary phrases ("bảo mật", "mật khẩu",
"TÚI MẬT", "Nguyễn Thị Mật") means nothing. This finds what an honest sender marked and sent by
mistake; it does not find what somebody hides.
"""

import re
import unicodedata
from typing import Final

from lgsp_message.secrecy_names import names_marked_file

# Every repetition is bounded: a body of nothing but spaces must not cost more than one look.
_DEGREE: Final = r"(?:tuyệt\s{1,9}mật|tối\s{1,9}mật|mật)"
_ALONE: Final = re.compile(
    rf'(?:^|["\n])[\s\[(.*_-]{{0,20}}{_DEGREE}[\s\]).*_-]{{0,20}}(?:$|["\n])', re.IGNORECASE
)
"""A line or a whole JSON string that is nothing but a degree."""
_LABELLED: Final = re.compile(
    rf'(?:độ|mức|dấu|loại)\s{{1,9}}mật[\s"]{{0,9}}(?:[:=–-]|là)[\s"\'\[(]{{0,9}}{_DEGREE}(?![^\W_])',
    re.IGNORECASE,
)
_FRAMED: Final = re.compile(r"[\[(]\s{0,9}(?:[Tt]uyệt\s{1,9}mật|[Tt]ối\s{1,9}mật|Mật)\s{0,9}[\])]")
_HIGH: Final = re.compile(r"(?<![^\W_])(?:TUYỆT|TỐI)\s{1,9}MẬT(?![^\W_])")
_LOW: Final = re.compile(
    r"(?<![^\W_])MẬT(?![^\W_])"
    # Secret code, password, honey, density, close, secret service …: words that begin with it.
    r"(?!\s{1,9}(?:KHẨU|MÃ|ONG|ĐỘ|THIẾT|VỤ|THƯ|NGỮ|BÁO|GẤU|MÍA|HOA|NGỌT|TÔNG|NGHỊ|ĐẠO)(?!\w))"
)
_DOCUMENT: Final = re.compile(
    r"(?<!\w)(?:tài\s+liệu|văn\s+bản|hồ\s+sơ|công\s+văn|báo\s+cáo|kế\s+hoạch|quyết\s+định|tờ\s+trình|"
    r"thông\s+báo|công\s+điện|bản\s+đồ|đề\s+án|phương\s+án|nghị\s+quyết|chỉ\s+thị|thông\s+tin|"
    r"dấu|độ|mức|loại)\s+$",
    re.IGNORECASE,
)
_WORD_BEFORE: Final = re.compile(r"([^\W_]+)\s+$")
_LOOK_BACK: Final = 40

_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|[nrtbf])")
_KEPT_ESCAPES: Final = frozenset('"\\')

# What must stand in the bytes for the syllable "mật" to be in the text, in any case: the letters
# themselves, or a combining mark (every one below U+0340 begins with byte CC), or an escape.
_PLAIN: Final = tuple(f"{m}{a}".encode() for m in "mM" for a in "ậẬ")
_COMBINING: Final = b"\xcc"
_ESCAPED: Final = re.compile(rb"m\\u1ea[cd]|\\u03(?:02|23)|\\u00[46]d", re.IGNORECASE)


def is_marked_secret(*texts: bytes) -> bool:
    """Say whether one of the texts, such as a JSON body and a subject, carries a secrecy marking.

    The bytes need not be JSON: what is marked must not be stored even until it is refused for
    something else. So no parser is asked, and what a parser would drop is looked at too.
    """
    # Each stands for itself: a quote between them is no letter and no space of any phrase.
    body = b'\n"\n'.join(texts)
    if not _may_hold_the_word(body):
        return False
    text = body.decode(errors="replace")
    if "\\" in text:
        text = _ESCAPE.sub(_unescape, text)
    normal = unicodedata.normalize("NFC", text)
    if any(pattern.search(normal) for pattern in (_ALONE, _LABELLED, _FRAMED, _HIGH)):
        return True
    if names_marked_file(normal):
        return True
    return any(_is_stamp(normal, found.start()) for found in _LOW.finditer(normal))


def _may_hold_the_word(body: bytes) -> bool:
    """Say whether a closer look is worth its time; most bodies end here after microseconds."""
    return (
        any(letters in body for letters in _PLAIN)
        or _COMBINING in body
        or (b"\\u" in body and _ESCAPED.search(body) is not None)
    )


def _is_stamp(text: str, start: int) -> bool:
    """Tell the stamp MẬT from the last word of a phrase or a name in capitals (TÚI MẬT)."""
    before = text[max(0, start - _LOOK_BACK) : start]
    word = _WORD_BEFORE.search(before)
    return word is None or word[1][0].islower() or _DOCUMENT.search(before) is not None


def _unescape(escape: re.Match[str]) -> str:
    if escape[1] is None:
        return "\n"
    character = chr(int(escape[1], 16))
    return escape[0] if character in _KEPT_ESCAPES or character < " " else character
