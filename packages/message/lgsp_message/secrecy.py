"""Markings of state secrets (Law 117/2025/QH15): such documents may not pass through the hub.

The law has three degrees: Tuyệt mật, Tối mật, Mật. On a document the degree is a stamp, in
capitals, alone: the words inside ordinary phrases ("bảo mật", "mật khẩu", "mật ong") mean nothing.
"""

import re
import unicodedata
from typing import Any, Final

import orjson

_STAMP: Final = re.compile(
    r"(?<!\w)(?<!BẢO )(?<!BÍ )(?:TUYỆT MẬT|TỐI MẬT|MẬT)(?!\w)(?! (?:KHẨU|MÃ|ONG|ĐỘ|THIẾT|VỤ))"
)
_DEGREE: Final = re.compile(r"độ mật\s*:\s*(?:tuyệt mật|tối mật|mật)(?!\w)", re.IGNORECASE)
_ALONE: Final = frozenset({"mật", "tối mật", "tuyệt mật"})

# Ways the letter Ậ may stand in the bytes: composed, decomposed (two orders), or as an escape.
_HINTS: Final = (
    "Ậ".encode(),
    "ậ".encode(),
    "\u0323".encode(),
    b"\\u",
)


def is_marked_secret(text: str) -> bool:
    """Say whether `text` carries a secrecy marking of the law."""
    normal = unicodedata.normalize("NFC", text)
    return (
        normal.strip(" .[]()").lower() in _ALONE
        or _STAMP.search(normal) is not None
        or _DEGREE.search(normal) is not None
    )


def body_is_marked_secret(body: bytes) -> bool:
    """Say whether any text in a JSON body carries a secrecy marking.

    A body that is not JSON is looked at as one text: it will be refused later, but what is marked
    must not even be stored until then.
    """
    if not any(hint in body for hint in _HINTS):
        return False
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return is_marked_secret(body.decode(errors="replace"))
    return any(is_marked_secret(text) for text in _texts(value))


def _texts(value: Any) -> list[str]:
    found: list[str] = []
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            found.append(item)
        elif isinstance(item, dict):
            found.extend(item)
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return found
