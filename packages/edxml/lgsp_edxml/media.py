"""What a file really is: by its first bytes, then by its name; never by what was declared."""

import re
from typing import Final

from lgsp_edxml.zips import extension_of

PDF: Final = b"%PDF-"
ZIP: Final = b"PK\x03\x04"

_MAGIC: Final = (
    (PDF, "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"{\\rtf", "application/rtf"),
)
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_IN_ZIP: Final = {
    "docx": f"{_OFFICE}wordprocessingml.document",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet",
    "pptx": f"{_OFFICE}presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "jar": "application/java-archive",
}
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_IN_OLE: Final = {
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
}
_BY_NAME: Final = {"txt": "text/plain", "csv": "text/csv", "xml": "application/xml"}
_OUTSIDE: Final = re.compile(r"[/\\\x00-\x1f\x7f]|^\.{1,2}$")


def media_type_of(name: str, data: bytes) -> str:
    """Return the media type of a file; `application/octet-stream` where nothing tells."""
    extension = extension_of(name)
    if data.startswith(ZIP):
        return _IN_ZIP.get(extension, "application/zip")
    if data.startswith(_OLE):
        return _IN_OLE.get(extension, "application/x-ole-storage")
    for magic, media_type in _MAGIC:
        if data.startswith(magic):
            return media_type
    return _BY_NAME.get(extension, "application/octet-stream")


def is_declared_wrongly(content_type: str, data: bytes) -> bool:
    """Say whether the declared type of the transported bytes contradicts their beginning.

    A ZIP may be declared as any office format, whose files are ZIPs.
    """
    if data.startswith(PDF):
        return content_type != "application/pdf"
    if data.startswith(ZIP):
        return content_type == "application/pdf" or not content_type.startswith("application/")
    return content_type in ("application/pdf", "application/zip")


def is_unsafe_name(name: str) -> bool:
    """Say whether a file name could lead out of a folder, or holds control characters."""
    return _OUTSIDE.search(name) is not None


def safe_name(name: str) -> str:
    """Return `name` without folders and control characters; `tep` (file) where nothing is left."""
    last = re.split(r"[/\\]", name)[-1]
    kept = re.sub(r"[\x00-\x1f\x7f]", "", last).strip()
    return kept if kept.strip(".") else "tep"
