"""Synthetic contents that break careless adapters."""

import json
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

NFC: Final = unicodedata.normalize("NFC", "Nguyễn Văn Mẫu, phường Thử Nghiệm")
NFD: Final = unicodedata.normalize("NFD", NFC)
"""The same words as some systems store them: letters and marks apart. Other bytes than `NFC`."""

AWKWARD: Final = (
    NFC,
    NFD,
    "Đường ĐẶNG Thùy Trâm: ắ ặ ỹ ừ",
    'dấu nháy " và \\ và </x> & %20 + \t\n',
    "chữ Nôm 𡨸喃, 🙂",
)
"""Texts that must arrive code point by code point."""

WRONG_CLOCKS: Final = (datetime(2001, 1, 1, tzinfo=UTC), datetime(2049, 12, 31, tzinfo=UTC))
"""A machine without its battery, and one that somebody set by hand."""

LARGE: Final = "Nội dung mẫu " * 12_000
"""About 200 kB of UTF-8: within the hub's limit of 256 KiB for a body."""


def strings(body: bytes) -> set[str]:
    """Return every string of a JSON document."""
    return set(_strings(json.loads(body)))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)
