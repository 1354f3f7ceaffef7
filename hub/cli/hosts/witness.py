"""A witness as a process: its home, its key, its server."""

import contextlib
import time
from pathlib import Path
from typing import Final

import uvicorn
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lgsp_verify.log import Kind, LogError, Signer, VerifierKey
from lgsp_verify.log.notes import is_key_name
from lgsp_verify.log.witness import keys_by_origin

from hub.cli import logs as logging
from hub.cli.errors import CommandFailed
from hub.cli.home import write_once
from hub.signing.signer import SignerUnusable, signer_of_pem
from hub.witness.memory import Memory
from hub.witness.server import Witness

_KEY: Final = "witness.pem"
_NAME: Final = "witness.name"
_MEMORY: Final = "witness.db"


def create(home: Path, name: str) -> str:
    """Make a witness where there is none; return its verifier key.

    Raises:
        CommandFailed: the directory cannot be written, or the name is not usable.
    """
    if not is_key_name(name):
        raise CommandFailed("--name: no white space and no plus sign, as `witness.example/w1`.")
    key = ed25519.Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode().strip()
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_once(home / _KEY, pem, mode=0o600)
        # Last: a home with a name is complete.
        write_once(home / _NAME, name, mode=0o644)
    except OSError as error:
        raise CommandFailed(f"{home} cannot be written: {error.strerror}.") from error
    made = signer(home)
    if made.key.name != name:
        raise CommandFailed(f"--name: this witness is {made.key.name}, which is fixed for ever.")
    return str(made.key)


def signer(home: Path) -> Signer:
    """Return who signs for the witness in this directory.

    Raises:
        CommandFailed: there is none, or its key is damaged.
    """
    try:
        name = (home / _NAME).read_text(encoding="utf-8").strip()
        key = signer_of_pem((home / _KEY).read_bytes())
    except (OSError, UnicodeDecodeError, SignerUnusable) as error:
        raise CommandFailed(f"{home}: no witness is here. Run `hub witness init` first.") from error
    if not isinstance(key.public_key, ed25519.Ed25519PublicKey):
        raise CommandFailed(f"{home / _KEY}: a witness signs with an Ed25519 key.")
    public = key.public_key.public_bytes_raw()
    return Signer(VerifierKey(name, Kind.COSIGNATURE, public), key.sign)


def serve(home: Path, logs: Path, host: str, port: int) -> None:
    """Answer logs until SIGTERM.

    Raises:
        CommandFailed: no witness is here, or the file of keys cannot be read.
    """
    logging.configure("witness", level="INFO")
    try:
        keys = keys_by_origin(logs.read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError, LogError) as error:
        raise CommandFailed(f"{logs}: each line is a log's verifier key ({error}).") from error
    with contextlib.closing(Memory(home / _MEMORY)) as memory:
        app = Witness(signer(home), keys, memory, time.time).app()
        uvicorn.run(app, host=host, port=port, log_config=None, access_log=False)
