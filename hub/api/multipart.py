"""`multipart/mixed` with raw parts (RFC 2046): exact bytes, no base64, no transfer encoding.

Strict: what two parsers may read differently is refused.
"""

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from hub.api.problems import Code, Problem

MAX_PARTS: Final = 50
"""Most messages in one batch: a batch is one request, and its answer names each of them."""
MAX_PART_HEADERS: Final = 64
_MAX_HEADER_BYTES: Final = 64 * 1024 + 8 * 1024

# RFC 2046, section 5.1.1, without the space and the characters that would need quoting rules.
_BOUNDARY: Final = re.compile(r"[0-9A-Za-z'()+_,./:=?-]{1,70}")
_HEADERS: Final = re.compile(rb"(?:\r\n[0-9A-Za-z-]{1,64}:[^\r\n]*+)++")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part: headers with lower-case names in their order, and the exact bytes."""

    headers: tuple[tuple[str, str], ...]
    body: bytes


def boundary_of(content_type: str) -> str:
    """Return the boundary of a `multipart/mixed` content type.

    Raises:
        Problem: `invalid_multipart`.
    """
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.strip().partition("=")
        if name.lower() == "boundary":
            boundary = value[1:-1] if value[:1] == value[-1:] == '"' else value
            if _BOUNDARY.fullmatch(boundary):
                return boundary
    raise _invalid("the content type names no usable boundary")


def parse(body: bytes, boundary: str) -> list[Part]:
    """Return the parts of a body.

    Raises:
        Problem: `invalid_multipart`: anything before the first or after the last boundary, no
            part, more than `MAX_PARTS`, or broken headers.
    """
    delimiter = b"\r\n--" + boundary.encode()
    before, *parts = (b"\r\n" + body).split(delimiter)
    after = parts.pop() if parts else b""
    if before or after not in {b"--", b"--\r\n"} or not parts:
        raise _invalid("parts stand between boundary lines, nothing before or after them")
    if len(parts) > MAX_PARTS:
        raise _invalid(f"at most {MAX_PARTS} parts")
    return [_part(part) for part in parts]


def _part(raw: bytes) -> Part:
    head, separator, body = raw.partition(b"\r\n\r\n")
    if not separator or not head.startswith(b"\r\n") or len(head) > _MAX_HEADER_BYTES:
        raise _invalid("a part is headers, an empty line and the body")
    if not _HEADERS.fullmatch(head):
        raise _invalid("a header is name: value")
    lines = head[2:].decode("latin-1").split("\r\n")
    if len(lines) > MAX_PART_HEADERS:
        raise _invalid(f"at most {MAX_PART_HEADERS} headers in a part")
    return Part(headers=tuple([_header(line) for line in lines]), body=body)


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.lower(), value.strip(" \t")


def render(parts: Iterable[tuple[Mapping[str, str], bytes]]) -> tuple[bytes, str]:
    """Return a body of raw parts and its content type."""
    # 128 random bits, made after the bodies: no sender can have put them there.
    boundary = secrets.token_hex(16).encode()
    lines: list[bytes] = []
    for headers, body in parts:
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        lines += [b"--", boundary, b"\r\n", head.encode("latin-1"), b"\r\n", body, b"\r\n"]
    lines += [b"--", boundary, b"--\r\n"]
    return b"".join(lines), f"multipart/mixed; boundary={boundary.decode()}"


def _invalid(detail: str) -> Problem:
    return Problem(400, Code.INVALID_MULTIPART, detail)
