"""The container: a ZIP in which every byte follows from the names and contents of its files.

Files are stored, never compressed: nothing can expand, and the same files make the same bytes on
every machine. The reader makes the container again from what it found and compares: whatever
differs (data in front, between or behind, a name twice, links, two directories that disagree) is
found, and named by the file it stands at.
"""

import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

MIMETYPE_FILE: Final = "mimetype"
MIMETYPE: Final = b"application/vnd.etsi.asic-e+zip"
"""EN 319 162-1, clause 4.3.3.2: the first file, stored, so that it can be read at offset 38."""

MAX_CONTAINER_BYTES: Final = 256 * 2**20
"""A bundle is some 100 kB; one with all recipients of a province has a few MB. It is in memory."""
MAX_FILES: Final = 20_000
"""Three for each receipt of 3,300 recipients, with room; a ZIP without extensions has 65,535."""

_NAME: Final = re.compile(
    r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}(?:/[A-Za-z0-9_][A-Za-z0-9._-]{0,99}){0,4}"
)
"""Nothing that a file system reads in another way: no root, no dots in front, no backslash."""
_LOCAL: Final = struct.Struct("<4s5H3I2H")
_ENTRY: Final = struct.Struct("<4s6H3I5H2I")
_END: Final = struct.Struct("<4s4H2IH")
_VERSION: Final = 10
"""1.0: stored files need no more."""
_DATE: Final = 0x0021
"""1980-01-01, the first day a ZIP knows: the bytes do not change with the clock."""


class ContainerBroken(ValueError):
    """The bytes are no container of this form at all. `place` names where that shows."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """What stands in a container."""

    files: Mapping[str, bytes]
    """By name, in their order; without `mimetype`."""
    faults: tuple[str, ...]
    """Places whose bytes are not those that these files make; none: the container is whole."""


@dataclass(frozen=True, slots=True)
class _Span:
    """Where one file stands."""

    name: str
    at: int
    """Of its local header."""
    start: int
    end: int


def write_container(files: Mapping[str, bytes]) -> bytes:
    """Return the container of `files`, in their order, behind `mimetype`.

    Raises:
        ValueError: a name that a container may not have, too many files or too many bytes.
    """
    everything = {MIMETYPE_FILE: MIMETYPE, **files}
    if len(everything) > MAX_FILES or not all(map(_is_name, everything)):
        raise ValueError("a file of a bundle has a name that a container may not have")
    parts, entries, at = [], [], 0
    for name, content in everything.items():
        local = _local(name, content)
        parts += [local, content]
        entries.append(_entry(name, content, at))
        at += len(local) + len(content)
    directory = b"".join(entries)
    end = _END.pack(b"PK\x05\x06", 0, 0, len(entries), len(entries), len(directory), at, 0)
    made = b"".join((*parts, directory, end))
    if len(made) > MAX_CONTAINER_BYTES:
        raise ValueError(f"a bundle has at most {MAX_CONTAINER_BYTES} bytes")
    return made


def read_container(data: bytes) -> Container:
    """Return the files, and every place whose bytes are not as they must be.

    Raises:
        ContainerBroken: neither the directory nor the headers lead to files.
    """
    if len(data) > MAX_CONTAINER_BYTES:
        raise ContainerBroken("size")
    # Two ways to the same files: one changed byte breaks one of them, and the other names it.
    spans = _by_directory(data) or _by_headers(data)
    if not spans or spans[0].name != MIMETYPE_FILE:
        raise ContainerBroken(MIMETYPE_FILE)
    files = {span.name: data[span.start : span.end] for span in spans}
    faults = tuple(dict.fromkeys(_faults(data, spans, files)))
    del files[MIMETYPE_FILE]
    return Container(files=files, faults=faults)


def _local(name: str, content: bytes) -> bytes:
    raw, size = name.encode(), len(content)
    crc = zlib.crc32(content)
    fixed = _LOCAL.pack(b"PK\x03\x04", _VERSION, 0, 0, 0, _DATE, crc, size, size, len(raw), 0)
    return fixed + raw


def _entry(name: str, content: bytes, at: int) -> bytes:
    raw, size = name.encode(), len(content)
    fixed = _ENTRY.pack(
        *(b"PK\x01\x02", _VERSION, _VERSION, 0, 0, 0, _DATE),
        *(zlib.crc32(content), size, size, len(raw), 0, 0, 0, 0, 0, at),
    )
    return fixed + raw


def _is_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def _by_directory(data: bytes) -> list[_Span] | None:
    """Follow the directory; None where it does not lead from the first byte to itself."""
    try:
        magic, *_, count, size, at, _comment = _END.unpack(data[-_END.size :])
    except struct.error:
        return None
    if magic != b"PK\x05\x06" or count > MAX_FILES or at + size + _END.size != len(data):
        return None
    spans: list[_Span] = []
    place = at
    for _ in range(count):
        span = _directory_span(data, place, spans[-1].end if spans else 0)
        if span is None:
            return None
        spans.append(span)
        place += _ENTRY.size + len(span.name)
    ends_there = bool(spans) and spans[-1].end == at and place == at + size
    return spans if ends_there and _distinct(spans) else None


def _directory_span(data: bytes, place: int, expected: int) -> _Span | None:
    try:
        fields = _ENTRY.unpack_from(data, place)
    except struct.error:
        return None
    size, length, at = fields[9], fields[10], fields[16]
    name = _name(data[place + _ENTRY.size : place + _ENTRY.size + length])
    # Attack: entries that overlap make much out of little. Each begins where the last one ended.
    if fields[0] != b"PK\x01\x02" or name is None or at != expected:
        return None
    start = at + _LOCAL.size + length
    return _Span(name, at, start, start + size) if start + size <= len(data) else None


def _by_headers(data: bytes) -> list[_Span] | None:
    """Follow the local headers as far as they lead."""
    spans: list[_Span] = []
    at = 0
    while len(spans) < MAX_FILES and data[at : at + 4] == b"PK\x03\x04":
        try:
            fields = _LOCAL.unpack_from(data, at)
        except struct.error:
            break
        size, length = fields[8], fields[9]
        start = at + _LOCAL.size + length
        name = _name(data[at + _LOCAL.size : start])
        if name is None or start + size > len(data):
            break
        spans.append(_Span(name, at, start, start + size))
        at = start + size
    return spans if spans and _distinct(spans) else None


def _name(raw: bytes) -> str | None:
    text = raw.decode("ascii", errors="replace")
    return text if _is_name(text) else None


def _distinct(spans: list[_Span]) -> bool:
    return len({span.name for span in spans}) == len(spans)


def _faults(data: bytes, spans: list[_Span], files: Mapping[str, bytes]) -> Iterator[str]:
    for span in spans:
        # The checksum stands in the header: another one there means other content, or a header
        # that was changed. Both are this file's.
        if data[span.at : span.start] != _local(span.name, files[span.name]):
            yield span.name
    if files[MIMETYPE_FILE] != MIMETYPE:
        yield MIMETYPE_FILE
    at = spans[-1].end
    for span in spans:
        entry = _entry(span.name, files[span.name], span.at)
        if data[at : at + len(entry)] != entry:
            yield f"directory/{span.name}"
        at += len(entry)
    size = at - spans[-1].end
    if data[at:] != _END.pack(b"PK\x05\x06", 0, 0, len(spans), len(spans), size, spans[-1].end, 0):
        yield "directory/end"
