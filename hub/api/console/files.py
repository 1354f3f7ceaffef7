"""The console's built files, read once: what is not among them cannot be asked for."""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

PAGE: Final = "index.html"
COMPRESSED: Final = frozenset({"text/html", "text/css", "text/javascript", "image/svg+xml"})
"""Kinds that shrink; fonts are compressed already."""

# The registry of the machine may lack or change these, and `nosniff` makes a wrong one fatal.
_KINDS: Final[Mapping[str, str]] = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain",
}


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is answered."""

    body: bytes
    zipped: bytes | None
    """With gzip, where that is worth it."""
    media_type: str
    etag: str


@cache
def built() -> Mapping[str, File]:
    """Return the files by their path below `/console/`; empty where nothing was built."""
    root = files(__package__).joinpath("dist")
    return dict(_below(root, "")) if root.is_dir() else {}


def _below(place: Traversable, path: str) -> list[tuple[str, File]]:
    if place.is_file():
        return [(path, _file(path, place.read_bytes()))]
    inner = f"{path}/" if path else ""
    return [found for one in place.iterdir() for found in _below(one, inner + one.name)]


def _file(path: str, body: bytes) -> File:
    suffix = f".{path.rpartition('.')[2]}"
    kind = _KINDS.get(suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    zipped = gzip.compress(body, mtime=0) if kind in COMPRESSED else None
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return File(body, zipped, kind, etag)
