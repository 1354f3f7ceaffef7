"""ZIPs around attachments: made byte-stable, taken off safely and once, never written to a disk.

The rule of unwrapping looks at the bytes and the names, not at the declared ContentType: products
declare PDF and send a ZIP, and the other way round.
"""

import re
import struct
import zlib
from hashlib import sha256
from io import BytesIO
from typing import Final
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from lgsp_edxml.errors import EdxmlError, Fault
from lgsp_edxml.limits import (
    FREE_BYTES,
    MAX_ATTACHMENT_BYTES,
    MAX_DIRECTORY_BYTES,
    MAX_RATIO,
)
from lgsp_edxml.names import CONTAINER_EXTENSIONS, RAW_EXTENSIONS
from lgsp_edxml.notes import Deviation, Notes

_MAGIC: Final = b"PK\x03\x04"
_END: Final = b"PK\x05\x06"
_END_BYTES: Final = 22
_END64: Final = b"PK\x06\x07"
_END64_BYTES: Final = 20
_LONGEST_COMMENT: Final = 65_535
_ENCRYPTED: Final = 0x1
_WRAPPING: Final = re.compile(r"[0-9a-f-]{36}\.[^./\\]+")
_EXTENSION: Final = re.compile(r"[A-Za-z0-9]{1,10}")
_UNSAFE: Final = re.compile(r"[/\\:\x00]|^\.+$")
_FLAGS: Final = 0x0808
"""A data descriptor follows, the name is UTF-8: what the reference library writes."""
_DATE: Final = 0x0021
"""1980-01-01, the first day a ZIP knows: a wrapper must not change with the clock."""


def extension_of(name: str) -> str:
    """Return what follows the last dot of a file name, in small letters; empty without a dot."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def content_type_of(name: str, data: bytes) -> str:
    """Return the ContentType that the reference library declares for the file."""
    return "application/zip" if must_wrap(name, data) else f"application/{extension_of(name)}"


def must_wrap(name: str, data: bytes) -> bool:
    """Say whether the writer puts the file in a ZIP.

    Beyond the reference library's rule: also where a reader would take the file for a wrapper.
    """
    return extension_of(name) not in RAW_EXTENSIONS or _looks_wrapped(name, data)


def wrap(name: str, data: bytes) -> bytes:
    """Return a ZIP with `data` as its one entry `<uuid>.<extension>`; same input, same bytes.

    The uuid comes from the content, so the transported hash of a file does not change by itself.
    """
    extension = extension_of(name)
    suffix = extension if _EXTENSION.fullmatch(extension) else "bin"
    entry = f"{UUID(bytes=sha256(data).digest()[:16], version=4)}.{suffix}".encode()
    deflate = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = deflate.compress(data) + deflate.flush()
    crc = zlib.crc32(data)
    local = _MAGIC + struct.pack("<5H3I2H", 20, _FLAGS, 8, 0, _DATE, 0, 0, 0, len(entry), 0) + entry
    descriptor = struct.pack("<4s3I", b"PK\x07\x08", crc, len(packed), len(data))
    directory = _directory(entry, crc, len(packed), len(data))
    offset = len(local) + len(packed) + len(descriptor)
    end = _END + struct.pack("<4H2IH", 0, 0, 1, 1, len(directory), offset, 0)
    return b"".join((local, packed, descriptor, directory, end))


def _directory(entry: bytes, crc: int, packed: int, size: int) -> bytes:
    made_by, regular_file = 0x0314, 0o100600 << 16
    fixed = struct.pack(
        "<4s6H3I5H2I",
        *(b"PK\x01\x02", made_by, 20, _FLAGS, 8, 0, _DATE, crc, packed, size, len(entry)),
        *(0, 0, 0, 0, regular_file, 0),
    )
    return fixed + entry


def unwrap(name: str, data: bytes, room: int, place: str, notes: Notes) -> bytes:
    """Return the file in `data`: the one entry of a wrapping ZIP, else `data` itself.

    Args:
        name: AttachmentName.
        data: the bytes as transported.
        room: how many bytes may still be unwrapped.
        place: for notes and errors.
        notes: what is kept though it looks like a ZIP is noted here.

    Raises:
        EdxmlError: `ZIP_ENCRYPTED`, `ZIP_ENTRY_UNSAFE`, `ZIP_BOMB`, `ATTACHMENT_TOO_LARGE`.
    """
    if not data.startswith(_MAGIC):
        return data
    if _looks_wrapped(name, data):
        return _single_entry(name, data, room, place, notes)
    if extension_of(name) not in CONTAINER_EXTENSIONS:
        broken = _entry_count(data) is None
        notes.add(Deviation.ZIP_UNREADABLE if broken else Deviation.ZIP_KEPT, place)
    return data


def _looks_wrapped(name: str, data: bytes) -> bool:
    """Say whether `data` is a ZIP of one entry that only carries the file `name`."""
    if not data.startswith(_MAGIC) or _entry_count(data) != 1:
        return False
    if extension_of(name) not in CONTAINER_EXTENSIONS:
        return True
    try:
        with ZipFile(BytesIO(data)) as archive:
            return _WRAPPING.fullmatch(archive.infolist()[0].orig_filename) is not None
    except (BadZipFile, IndexError, ValueError, NotImplementedError):
        return False


def _entry_count(data: bytes) -> int | None:
    """Return how many entries the ZIP declares; None where it has no end or a strange one.

    It looks where `zipfile` looks, before that reads a directory of any size into objects.
    """
    at = len(data) - _END_BYTES
    if not (data[at : at + 4] == _END and data[-2:] == b"\0\0"):
        at = data.rfind(_END, max(0, len(data) - _END_BYTES - _LONGEST_COMMENT))
    if at < 0 or len(data) < at + _END_BYTES or data[at - _END64_BYTES : at][:4] == _END64:
        return None
    count, size = struct.unpack_from("<HI", data, at + 10)
    return None if count == 1 and size > MAX_DIRECTORY_BYTES else count


def _single_entry(name: str, data: bytes, room: int, place: str, notes: Notes) -> bytes:
    try:
        with ZipFile(BytesIO(data)) as archive:
            entry = archive.infolist()[0]
            _check(entry, place)
            if entry.orig_filename.lower().endswith(".edxml") and extension_of(name) != "edxml":
                notes.add(Deviation.PACKET_IN_PACKET, place)
            return _bounded(archive, entry, len(data), room, place)
    except (BadZipFile, IndexError, ValueError, NotImplementedError, EOFError, zlib.error):
        notes.add(Deviation.ZIP_UNREADABLE, place)
        return data


def _check(entry: ZipInfo, place: str) -> None:
    # The name is never used as a path. One that points outside is an attack on other readers.
    if _UNSAFE.search(entry.orig_filename):
        raise EdxmlError(Fault.ZIP_ENTRY_UNSAFE, place)
    if entry.flag_bits & _ENCRYPTED:
        raise EdxmlError(Fault.ZIP_ENCRYPTED, place)
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise BadZipFile  # Others may take any memory to unpack, and nobody sends them.


def _bounded(archive: ZipFile, entry: ZipInfo, size: int, room: int, place: str) -> bytes:
    """Read the entry up to the limits; what its directory says about its size is not believed."""
    grown = max(FREE_BYTES, size * MAX_RATIO)
    most = min(grown, MAX_ATTACHMENT_BYTES, room)
    with archive.open(entry) as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        bomb = most == grown
        raise EdxmlError(Fault.ZIP_BOMB if bomb else Fault.ATTACHMENT_TOO_LARGE, place)
    return data
