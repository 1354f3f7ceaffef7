"""Markings of state secrets in names of files: a message says them, and so does the file."""

import re
import unicodedata
from typing import Final

_HIGH: Final = re.compile(r"(?<![^\W_])(?:tuyệt|tối)[\s_-]{1,9}mật(?![^\W_])", re.IGNORECASE)
"""These two degrees are nothing else in the name of a file."""
_FRAMED: Final = re.compile(r"[\[(]\s{0,9}mật\s{0,9}[\])]", re.IGNORECASE)
_SET_OFF: Final = re.compile(r"(?:^|\s-{1,3}\s|[\])]\s?)M(?:ậ|Ậ)[tT](?:$|\s-{1,3}\s|\s?[\[(])")
"""Alone between dashes or brackets, or at an end behind one."""
_WHOLE: Final = re.compile(r"[\s._-]{0,9}mật[\s._-]{0,9}\d{0,9}", re.IGNORECASE)
_EXTENSION: Final = re.compile(r"(?:\.[A-Za-z0-9]{1,8}){1,2}$")
_QUOTED: Final = re.compile(r'"([^"\n]{1,300})"')


def is_marked_name(name: str) -> bool:
    """Say whether the name of a file carries a secrecy marking.

    A syllable in capitals among others is left to `lgsp_message.secrecy`, which sees all text.
    """
    normal = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    stem = _EXTENSION.sub("", normal).strip()
    if _HIGH.search(stem) or _FRAMED.search(stem) or _SET_OFF.search(stem):
        return True
    return _WHOLE.fullmatch(stem) is not None


def names_marked_file(text: str) -> bool:
    """Say whether a JSON text holds, as a string of its own, a marked name of a file."""
    return any(
        _EXTENSION.search(found[1]) is not None and is_marked_name(found[1])
        for found in _QUOTED.finditer(text)
    )
