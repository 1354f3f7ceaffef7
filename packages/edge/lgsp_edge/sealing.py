"""The spool's keys: what lies on the disk is readable only with a file of the same machine.

AES-256-GCM with a random nonce (NIST SP 800-38D: fewer than 2^32 records for a key, a hundred years
at one message a second). The place of a record is authenticated with it, so that nobody can put one
record in the place of another.
"""

import base64
import hmac
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lgsp_edge.errors import EdgeError, SpoolDamaged

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
NAME_BYTES: Final = 16
"""Of a keyed hash that stands for an id or a subject: 128 bits never meet by chance."""

POSIX: Final = os.name == "posix"
"""Elsewhere file modes say nothing: who may read is a matter of the folder's access list."""

_OTHERS: Final = 0o077


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """Encrypted bytes and the key's id."""

    key_id: str
    data: bytes = field(repr=False)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    current: str
    keys: dict[str, str]
    names: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolKeys:
    """All keys of one spool: the current one seals, every one opens."""

    current: str
    keys: Mapping[str, bytes] = field(repr=False)
    names: bytes = field(repr=False)
    """Makes the names by which records are found; never rotated, it hides ids and subjects only."""

    @classmethod
    def new(cls) -> "SpoolKeys":
        """Make fresh keys."""
        return cls(current="1", keys={"1": _fresh()}, names=_fresh())

    @classmethod
    def load(cls, path: Path) -> "SpoolKeys":
        """Read the key file.

        Raises:
            EdgeError: it is missing, readable by others, or has another form.
        """
        try:
            if POSIX and path.stat().st_mode & _OTHERS:
                raise EdgeError(f"{path.name}: others can read it; run: chmod 600 {path.name}")
            return cls._parsed(path.read_bytes())
        except OSError as error:
            raise EdgeError(f"{path.name}: cannot be read; run hub-edge init") from error
        except (msgspec.MsgspecError, ValueError) as error:
            raise EdgeError(f"{path.name}: is no key file; restore it from its copy") from error

    @classmethod
    def _parsed(cls, text: bytes) -> "SpoolKeys":
        file = msgspec.json.decode(text, type=_File)
        keys = {name: base64.b64decode(value, validate=True) for name, value in file.keys.items()}
        names = base64.b64decode(file.names, validate=True)
        if file.current not in keys or any(
            len(key) != KEY_BYTES for key in (*keys.values(), names)
        ):
            raise ValueError("a key is missing or has another length")
        return cls(current=file.current, keys=keys, names=names)

    def save(self, path: Path, *, new: bool = False) -> None:
        """Write the key file: private from its first byte on, whole or not at all.

        Raises:
            FileExistsError: it should be new and is not: keys in use must not be lost.
        """
        told = {name: base64.b64encode(key).decode() for name, key in self.keys.items()}
        names = base64.b64encode(self.names).decode()
        text = msgspec.json.encode(_File(current=self.current, keys=told, names=names))
        if new:
            write_private(path, text)
            return
        beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        write_private(beside, text)
        beside.replace(path)
        sync_folder(path.parent)

    def rotated(self) -> "SpoolKeys":
        """Return the keys with a new current one; the old ones still open what they sealed."""
        name = str(max(map(int, self.keys)) + 1)
        return replace(self, current=name, keys={**self.keys, name: _fresh()})

    def seal(self, plain: bytes, place: str) -> Sealed:
        """Encrypt `plain` for its place, such as `outgoing:17`."""
        nonce = os.urandom(NONCE_BYTES)
        data = AESGCM(self.keys[self.current]).encrypt(nonce, plain, place.encode())
        return Sealed(key_id=self.current, data=nonce + data)

    def open(self, sealed: Sealed, place: str) -> bytes:
        """Return what was sealed at `place`.

        Raises:
            SpoolDamaged: it was not sealed there, or not with a key that is left.
        """
        key = self.keys.get(sealed.key_id)
        if key is None:
            raise SpoolDamaged(f"{place}: the key {sealed.key_id} is missing in the key file")
        nonce, data = sealed.data[:NONCE_BYTES], sealed.data[NONCE_BYTES:]
        try:
            return AESGCM(key).decrypt(nonce, data, place.encode())
        except (InvalidTag, ValueError) as error:
            raise SpoolDamaged(f"{place}: is not what was written") from error

    def name(self, *parts: str | bytes) -> bytes:
        """Return what stands for `parts` in an index; without the key it tells nothing."""
        raw = [part.encode() if isinstance(part, str) else part for part in parts]
        # Each part is preceded by its length: no two lists of parts give the same bytes.
        told = b"".join(len(part).to_bytes(4) + part for part in raw)
        return hmac.digest(self.names, told, sha256)[:NAME_BYTES]


def _fresh() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def write_private(path: Path, data: bytes) -> None:
    """Write a new file, readable by its owner only, and flush it to the disk.

    Raises:
        FileExistsError: there is one.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Flush the names in `folder` to the disk."""
    if not POSIX:
        return  # Windows opens no folders; its file system keeps a journal of names.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
