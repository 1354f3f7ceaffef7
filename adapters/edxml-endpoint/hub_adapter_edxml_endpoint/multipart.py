"""One part of a `multipart/form-data` body (RFC 7578), without copying the others."""

from email.message import Message
from typing import Final

_MAX_HEAD: Final = 8192
_MAX_PARTS: Final = 32


class NotMultipart(ValueError):
    """The body is none, is cut off, or does not have the part."""


def part(content_type: str, body: bytes, name: str) -> bytes:
    """Return the content of the part `name`.

    Raises:
        NotMultipart: there is none, or the body does not end as it must: half a file is no file.
    """
    boundary = _parameter("content-type", content_type, "boundary")
    if not content_type.lower().startswith("multipart/") or not boundary:
        raise NotMultipart("the call is no multipart/form-data")
    mark = b"\r\n--" + boundary.encode(errors="replace")
    pieces = (b"\r\n" + body).split(mark, _MAX_PARTS)
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):  # noqa: PLR2004  (preamble and end)
        raise NotMultipart("the body has no end, or too many parts")
    for piece in pieces[1:-1]:
        head, found, content = piece.partition(b"\r\n\r\n")
        if found and len(head) <= _MAX_HEAD and _name(head) == name:
            return content
    raise NotMultipart(f"no part {name}")


def _name(head: bytes) -> str:
    for line in head.decode("utf-8", "replace").split("\r\n"):
        key, _, value = line.partition(":")
        if key.strip().lower() == "content-disposition":
            return _parameter("content-disposition", value.strip(), "name")
    return ""


def _parameter(header: str, value: str, name: str) -> str:
    message = Message()
    message[header] = value.replace("\r", " ").replace("\n", " ")
    found = message.get_param(name, header=header)
    return found if isinstance(found, str) else ""
