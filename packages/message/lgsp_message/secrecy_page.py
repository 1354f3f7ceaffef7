"""Markings of state secrets on the first page of a document: a stamp of its own, in capitals.

The text that is taken from a page has lost the layout: the stamp may share its line with the
number of the document, and its letters may be set apart. Ordinary words of a page end and begin
with the same syllable, and lines are broken anywhere. So this looks for the stamp as the
regulations draw it (capitals, alone, framed, or in a field of its own) and for nothing else.
"""

import re
import unicodedata
from typing import Final

_LINES: Final = 400
"""Lines of the page that are looked at: the stamp stands at its head."""
_STAMPS: Final = frozenset({"TUYỆTMẬT", "TỐIMẬT", "MẬT"})
_EDGES: Final = " \t\u00a0[]().,:;*_|-–—=\"'"
_LABEL: Final = re.compile(
    r"(?<!\w)(?:độ|mức|dấu)\s{1,9}mật\s{0,9}[:=–-]\s{0,9}(?:tuyệt\s{1,9}mật|tối\s{1,9}mật|mật)(?!\w)",
    re.IGNORECASE,
)
_FRAMED: Final = re.compile(r"[\[(|]\s{0,9}(?:TUYỆT\s{1,9}MẬT|TỐI\s{1,9}MẬT|MẬT)\s{0,9}[\])|]")
_COLUMN: Final = re.compile(
    r"(?:^|\s{3,40}|\t|\d\s{0,9}/\s{0,9}[A-ZĐ0-9./-]{1,30}\s{1,9})"
    r"(?:TUYỆT\s{1,9}MẬT|TỐI\s{1,9}MẬT|MẬT)(?:$|\s{3,40}|\t)"
)
"""In a line with others: behind the document's number, or a column of its own."""
_KIND: Final = re.compile(
    r"(?<!\w)(?:TÀI LIỆU|VĂN BẢN|CÔNG VĂN|BÁO CÁO|KẾ HOẠCH|TỜ TRÌNH|HỒ SƠ|CÔNG ĐIỆN|BẢN ĐỒ)\s{1,9}"
    r"(?:TUYỆT\s{1,9}MẬT|TỐI\s{1,9}MẬT|MẬT)(?=\s{0,9}(?:$|[-–(\[:]))"
)
_COMPOUND: Final = re.compile(r"(?:BẢO|BÍ|CƠ|TÚI|ỐNG|ĐƯỜNG|THÂN|SIÊU|CHÍ|ONG|THỊ|VĂN|NƯỚC)\W{0,9}$")
"""What stands before the syllable where a broken line has left it alone: `BẢO` / `MẬT`."""


def is_marked_page(text: str) -> bool:
    """Say whether the text of a document's first page carries the stamp of a state secret."""
    lines = unicodedata.normalize("NFC", text).splitlines()[:_LINES]
    before = ""
    for line in lines:
        if _is_stamp(line, before) or any(one.search(line) for one in (_LABEL, _FRAMED, _KIND)):
            return True
        found = _COLUMN.search(line)
        if found is not None and found[0].strip() != line.strip():
            return True
        before = line.strip() or before
    return False


def _is_stamp(line: str, before: str) -> bool:
    """Say whether a line is nothing but a degree, its letters set apart or not."""
    letters = "".join(line.strip(_EDGES).split())
    if letters not in _STAMPS:
        return False
    return letters != "MẬT" or _COMPOUND.search(before) is None
