"""The hub's home directory: what stands where, who the hub is, its secrets."""

import contextlib
import json
import os
import re
import secrets
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lgsp_message.keys import PrivateKey, b64url, unb64url

from hub.cli.errors import EX_CONFIG, CommandFailed
from hub.signing.macs import MacKeys
from hub.signing.signer import KeySigner, SignerUnusable, signer_of_pem

SECRET_BYTES: Final = 32
"""256 bits: as long as the hash of HMAC-SHA256 (RFC 7518, section 3.2)."""

HUB_ID: Final = re.compile(r"[a-z0-9-]{3,63}")
"""The grammar of a hub's id: the same as that of a system's name."""

_PRIVATE: Final = 0o600


@unique
class OwnKey(StrEnum):
    """The hub's own signing keys."""

    LOG = "log"
    """It signs the checkpoints of the transparency log."""
    SEAL = "seal"
    """It signs containers of evidence, and statements."""


OWN_KEYS: Final[Mapping[OwnKey, Callable[[], PrivateKey]]] = {
    # Ed25519: the signatures that every reader of signed notes knows (C2SP, signed-note).
    OwnKey.LOG: ed25519.Ed25519PrivateKey.generate,
    # P-256: what software that checks CAdES containers knows.
    OwnKey.SEAL: lambda: ec.generate_private_key(ec.SECP256R1()),
}
"""How each is made at `hub init`."""
_PRIVATE_DIRECTORY: Final = 0o700


class HomeUnusable(CommandFailed):
    """There is no hub in this directory, or it cannot be read."""

    def __init__(self, what: str) -> None:
        super().__init__(what, status=EX_CONFIG)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who the hub is. Fixed at `hub init`: signatures name the id, positions the partitions."""

    hub: str
    partitions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The names below the home directory."""

    root: Path

    @property
    def identity_file(self) -> Path:
        """Return the file that says who the hub is; it exists once `hub init` has finished."""
        return self.root / "hub.json"

    @property
    def secrets(self) -> Path:
        """Return the directory that only the hub's own user may enter."""
        return self.root / "secrets"

    @property
    def macs_file(self) -> Path:
        """Return the file with the keys behind stamps and delivery tokens."""
        return self.secrets / "macs.json"

    @property
    def token_key_file(self) -> Path:
        """Return the file with the key that signs access tokens (HS256)."""
        return self.secrets / "token.key"

    @property
    def admin_token_file(self) -> Path:
        """Return the file with the token that opens the admin API."""
        return self.secrets / "admin.token"

    def own_key_file(self, key: OwnKey) -> Path:
        """Return the file with one of the hub's own private keys."""
        return self.secrets / f"{key}.pem"

    @property
    def connector_keys(self) -> Path:
        """Return the folder with the private keys that connectors sign with."""
        return self.root / "connector-keys"

    @property
    def connector_secrets(self) -> Path:
        """Return the folder of secrets that connectors name as `file:NAME`."""
        return self.root / "connector-secrets"

    @property
    def database(self) -> Path:
        """Return the SQLite database that is used without `HUB_SQL_URL`."""
        return self.root / "hub.db"

    @property
    def objects(self) -> Path:
        """Return the object store that is used without `HUB_OBJECTS_URL`."""
        return self.root / "objects"

    @property
    def broker(self) -> Path:
        """Return the embedded broker's data directory."""
        return self.root / "kafka"

    @property
    def seen(self) -> Path:
        """Return the router's cache of what was admitted."""
        return self.root / "seen"

    @property
    def logs(self) -> Path:
        """Return the directory of `<process>.log`."""
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """Return the directory of what is true only while the hub runs."""
        return self.root / "run"

    def log(self, process: str) -> Path:
        """Return a process's log file."""
        return self.logs / f"{process}.log"

    def pulse(self, process: str) -> Path:
        """Return the file in which a running process says that it lives."""
        return self.run / f"{process}.json"

    @property
    def lock(self) -> Path:
        """Return the file that a running `hub up` holds locked."""
        return self.run / "hub.lock"

    @property
    def status(self) -> Path:
        """Return the file in which `hub up` keeps its status table as JSON."""
        return self.run / "status.json"

    def identity(self) -> Identity:
        """Return who the hub is.

        Raises:
            HomeUnusable: `hub init` was not run here, or the file is damaged.
        """
        told = self._json(self.identity_file)
        try:
            return Identity(hub=str(told["hub"]), partitions=int(told["partitions"]))
        except (KeyError, TypeError, ValueError) as error:
            raise HomeUnusable(f"{self.identity_file} is damaged: {error!r}.") from error

    def macs(self) -> MacKeys:
        """Return the hub's MAC keys.

        Raises:
            HomeUnusable: missing or damaged.
        """
        told = self._json(self.macs_file)
        try:
            keys = {str(name): unb64url(text) for name, text in told["keys"].items()}
            current = str(told["current"])
            known = keys[current] and all(len(key) >= SECRET_BYTES for key in keys.values())
        except (KeyError, TypeError, ValueError, AttributeError):
            known = False
        if not known:
            # Never the content: what is damaged may still hold a key.
            raise HomeUnusable(f"{self.macs_file} is damaged: restore it from the backup.")
        return MacKeys(current=current, keys=keys)

    def token_key(self) -> bytes:
        """Return the key that signs access tokens.

        Raises:
            HomeUnusable: missing or damaged.
        """
        try:
            key = unb64url(self._text(self.token_key_file))
        except ValueError:
            key = b""
        if len(key) < SECRET_BYTES:
            raise HomeUnusable(f"{self.token_key_file} is damaged: delete it, run `hub init`.")
        return key

    def admin_token(self) -> str:
        """Return the token that opens the admin API.

        Raises:
            HomeUnusable: missing or empty.
        """
        if token := self._text(self.admin_token_file):
            return token
        raise HomeUnusable(f"{self.admin_token_file} is empty: delete it, run `hub init`.")

    def own_key(self, key: OwnKey) -> KeySigner:
        """Return the signer of one of the hub's own keys.

        Raises:
            HomeUnusable: missing or damaged.
        """
        path = self.own_key_file(key)
        try:
            return signer_of_pem(self._text(path).encode())
        except SignerUnusable as error:
            # Not "make another": what the lost key signed would be nobody's any more.
            raise HomeUnusable(f"{path}: {error}. Restore it from the backup.") from error

    def _text(self, path: Path) -> str:
        try:
            return path.read_text(encoding="utf-8").strip()
        except FileNotFoundError as error:
            raise HomeUnusable(
                f"{path} is not there. Run `hub init` first (home: {self.root}; "
                "HUB_HOME chooses another)."
            ) from error
        except (OSError, UnicodeDecodeError) as error:
            raise HomeUnusable(f"{path} cannot be read: {type(error).__name__}.") from error

    def _json(self, path: Path) -> Any:
        try:
            return json.loads(self._text(path))
        except ValueError as error:
            raise HomeUnusable(f"{path} is not JSON: restore it from the backup.") from error


def create(home: Home, identity: Identity) -> bool:
    """Make what is missing in the home directory, secrets first; say whether the hub is new.

    Whatever exists is kept: secrets are made once, and the identity never changes.

    Raises:
        HomeUnusable: the directory cannot be written, or belongs to another hub.
    """
    try:
        # The search projection names business keys: the whole home is the hub's user's alone.
        home.root.mkdir(parents=True, exist_ok=True, mode=_PRIVATE_DIRECTORY)
        for directory in (home.secrets, home.connector_secrets, home.run):
            directory.mkdir(exist_ok=True, mode=_PRIVATE_DIRECTORY)
        for directory in (home.objects, home.broker, home.seen, home.logs):
            directory.mkdir(exist_ok=True)
        macs = {"current": "k1", "keys": {"k1": _new_secret()}}
        write_once(home.macs_file, json.dumps(macs), mode=_PRIVATE)
        write_once(home.token_key_file, _new_secret(), mode=_PRIVATE)
        write_once(home.admin_token_file, _new_secret(), mode=_PRIVATE)
        for key in OwnKey:
            write_once(home.own_key_file(key), _new_key(key), mode=_PRIVATE)
        text = json.dumps({"hub": identity.hub, "partitions": identity.partitions})
        # Last: a home with an identity is complete.
        return write_once(home.identity_file, text, mode=0o644)
    except OSError as error:
        raise HomeUnusable(f"{home.root} cannot be written: {error.strerror or error}.") from error


def write_once(path: Path, text: str, *, mode: int) -> bool:
    """Write the file unless it exists; say whether it was written. It appears whole or not at all.

    Raises:
        OSError: the directory cannot be written.
    """
    if path.exists():
        return False
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
        temporary = Path(file.name)
        os.fchmod(file.fileno(), mode)  # before the content: a secret is never readable to others
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False  # another `hub init` was first
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()
    return True


def _new_key(key: OwnKey) -> str:
    pem = OWN_KEYS[key]().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem.decode().strip()


def _new_secret() -> str:
    return b64url(secrets.token_bytes(SECRET_BYTES))
