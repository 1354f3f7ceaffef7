"""The published schemas that come with the hub, read from the package's own files.

A published version never changes: `catalogue/lock.json` holds the SHA-256 of each, and a test
compares. A change is a new file with the next minor number, its examples, and the line that
`sha256sum` gives for it in the lock.
"""

from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

import orjson

from hub.schemas.event_types import parse_schema

_ROOT: Final[Traversable] = files("hub.schemas").joinpath("catalogue")


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One published schema: its URN and the exact bytes."""

    uri: str
    raw: bytes

    @property
    def sha256(self) -> str:
        """Return the hash of the bytes, hexadecimal."""
        return sha256(self.raw).hexdigest()

    @property
    def document(self) -> dict[str, Any]:
        """Return a fresh decoded copy."""
        document: dict[str, Any] = orjson.loads(self.raw)
        return document


def shipped() -> tuple[Published, ...]:
    """Return every published schema, all versions, sorted by URN."""
    found = [
        _read(folder.name, file)
        for folder in _ROOT.iterdir()
        if folder.is_dir()
        for file in folder.iterdir()
    ]
    return tuple(sorted(found, key=lambda published: published.uri))


def load(uri: str) -> Published:
    """Return one published schema by its URN.

    Raises:
        KeyError: the hub ships no such schema.
    """
    name = parse_schema(uri)
    if name is None:
        raise KeyError(uri)
    file = _ROOT.joinpath(name.name, f"{name.major}.{name.minor}.json")
    if not file.is_file():
        raise KeyError(uri)
    return _read(name.name, file)


def example(name: str) -> dict[str, Any] | None:
    """Return the full example of a shipped schema's bodies; None: the hub ships none."""
    file = files("hub.schemas").joinpath("examples", name, "valid-full.json")
    if parse_schema(f"urn:hub:schema:{name}:1.0") is None or not file.is_file():
        return None
    document: dict[str, Any] = orjson.loads(file.read_bytes())
    return document


def lock() -> dict[str, str]:
    """Return the recorded SHA-256 of each published schema, by URN."""
    hashes: dict[str, str] = orjson.loads(_ROOT.joinpath("lock.json").read_bytes())
    return hashes


def _read(folder: str, file: Traversable) -> Published:
    version = file.name.removesuffix(".json")
    return Published(uri=f"urn:hub:schema:{folder}:{version}", raw=file.read_bytes())
