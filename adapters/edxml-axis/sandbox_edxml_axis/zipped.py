"""A ZIP as the axis' library writes it: deflate, sizes after the data, flags 0x0808.

`zipfile` sets the UTF-8 flag only for names that need it, so the few records are written here
(APPNOTE 6.3.10, sections 4.3.7 to 4.3.16).
"""

import struct
import zlib
from datetime import datetime
from typing import Final

_FLAGS: Final = 0x0808
"""Bit 3: sizes follow in a data descriptor. Bit 11: the name is UTF-8."""
_VERSION: Final = 20
_DEFLATE: Final = 8


def one_entry(name: str, content: bytes, at: datetime) -> bytes:
    """Return a ZIP of one entry."""
    packed = _deflated(content)
    sums = struct.pack("<III", zlib.crc32(content), len(packed), len(content))
    shared = struct.pack("<HHHHH", _VERSION, _FLAGS, _DEFLATE, _time(at), _date(at))
    title = name.encode()
    local = b"PK\x03\x04" + shared + bytes(12) + struct.pack("<HH", len(title), 0) + title
    descriptor = b"PK\x07\x08" + sums
    central = b"PK\x01\x02" + struct.pack("<H", _VERSION) + shared + sums
    central += struct.pack("<HHHHHII", len(title), 0, 0, 0, 0, 0, 0) + title
    body = local + packed + descriptor
    end = struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(body), 0)
    return body + central + b"PK\x05\x06" + end


def _deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


def _time(at: datetime) -> int:
    return at.hour << 11 | at.minute << 5 | at.second // 2


def _date(at: datetime) -> int:
    return (at.year - 1980) << 9 | at.month << 5 | at.day
