"""The folder of an edge connector: its keys, its configuration, and who may work in it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import yaml
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lgsp_client import Identity, uuid7
from lgsp_message.key_proof import sign_key_proof
from lgsp_message.keys import public_jwk

from lgsp_edge.errors import EdgeError
from lgsp_edge.sealing import SpoolKeys, write_private
from lgsp_edge.settings import FILE, Settings
from lgsp_edge.spool import Spool

KEY_FILE: Final = "key.pem"
SPOOL_KEYS: Final = "spool.keys"
LOCK: Final = "edge.lock"
SECRETS: Final = "secrets"
"""What connectors may name as `file:NAME`, where `edge.yaml` names no other folder."""


def init(folder: Path, url: str, hub: str, system: str) -> dict[str, Any]:
    """Make the folder, the signing key, the spool's key and a configuration; never over others.

    Raises:
        EdgeError: there is one already, or the folder cannot be written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        who = Identity.of(key, system=system, hub=hub)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_private(folder / KEY_FILE, pem)
        SpoolKeys.new().save(folder / SPOOL_KEYS, new=True)
        write_private(folder / FILE, _skeleton(url, hub, system).encode())
        (folder / SECRETS).mkdir(mode=0o700, exist_ok=True)
    except FileExistsError as error:
        raise EdgeError(f"{error.filename}: exists and is never overwritten") from error
    except (OSError, ValueError) as error:
        raise EdgeError(f"{folder}: {error}") from error
    return registration(who)


def registration(who: Identity) -> dict[str, Any]:
    """Return what the hub's administrator registers, with a fresh proof of possession."""
    proof = sign_key_proof(
        who.key, who.algorithm, system=who.system, hub=who.hub, at=datetime.now(UTC), jti=uuid7()
    )
    return {
        "system": who.system,
        "thumbprint": who.key_id,
        "alg": who.algorithm,
        "jwk": public_jwk(who.key.public_key()),
        "proof": proof,
    }


def _skeleton(url: str, hub: str, system: str) -> str:
    head = yaml.safe_dump({"hub": {"url": url, "id": hub, "system": system, "key": KEY_FILE}})
    return (
        f"{head}"
        "  # hub_keys: hub-keys.json # khóa của trục / the hub's keys: its directory is kept here\n"
        "  # trust: keys.json        # hoặc khóa của các bên gửi / or the senders' own keys\n"
        "line:\n"
        "  bytes_per_second: null    # giới hạn băng thông / bound, both ways, in bytes a second\n"
        "spool:\n"
        "  outgoing_mb: 1000\n"
        "# Ví dụ / Example: {name: ho-so, adapter: file-drop, config: {…}}; docs/edge.md\n"
        "connectors: []\n"
    )


def open_spool(folder: Path, loaded: Settings) -> Spool:
    """Open the spool of an edge folder.

    Raises:
        EdgeError: the key or the file cannot be used.
    """
    return Spool(folder, SpoolKeys.load(folder / SPOOL_KEYS), bounds=loaded.bounds)


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Keep a second program out: two would send the same messages in another order.

    Raises:
        EdgeError: one is at work.
    """
    # SQLite locks files on every system, and the lock ends with the process, however that ends.
    lock = sqlite3.connect(folder / LOCK, timeout=0, isolation_level=None)
    try:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise EdgeError("another hub-edge is at work in this folder") from error
        yield
    finally:
        lock.close()


def rotate_key(folder: Path) -> str:
    """Seal with a new key from now on; return its id. Needs the program stopped.

    Raises:
        EdgeError: the program runs: it would go on with the old key.
    """
    with only_one(folder):
        keys = SpoolKeys.load(folder / SPOOL_KEYS).rotated()
        keys.save(folder / SPOOL_KEYS)
    return keys.current
