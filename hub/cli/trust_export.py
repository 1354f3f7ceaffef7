"""The hub's public keys and certificates as a folder of trust roots."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lgsp_message.keys import public_jwk
from lgsp_verify.log import VerifierKey
from lgsp_verify.trust import TRUST_FILE

from hub.cli import environment, wiring
from hub.cli.errors import CommandFailed
from hub.cli.home import Home, OwnKey
from hub.cli.log_keeping import log_signer
from hub.cli.sealing import seal_of
from hub.io.settings import IoSettings
from hub.signing.signer import Signer

SEAL_FILE: Final = "hub-seal.pem"
KEYS_FILE: Final = "hub-keys.json"
"""The hub's own keys as the client library reads them: it verifies the copy of the directory."""

_HEAD: Final = """\
# Trust roots for evidence of the hub {hub}, written on {day}.
# They are worth as much as the way by which you got them. docs/evidence.md says what each table is.

version = "{day}"

[[log]]
key = "{key}"

[[authority]]
name = "{hub}-seal"
title = "The seal of {hub}"
usage = ["containers"]
from = {since}
until = {until}
root = "{seal}"
"""


def log_key(home: Home) -> VerifierKey:
    """Return the public key of the hub's log, which stands for all its shards."""
    settings, hub = environment.read(IoSettings), home.identity().hub
    return log_signer(hub, settings, home).key.anchor_key()


def write(out: Path, home: Home) -> Iterator[Path]:
    """Write the folder, which is new or empty; yield each file.

    Raises:
        CommandFailed: the folder has files, or cannot be written.
    """
    settings, identity = environment.read(IoSettings), home.identity()
    # The last of the chain is trusted: the seal itself, or the authority that certified it.
    top = x509.load_der_x509_certificate(seal_of(settings, home, identity.hub).certificates[-1])
    text = _HEAD.format(
        hub=identity.hub,
        day=datetime.now(UTC).date().isoformat(),
        key=log_key(home),
        since=top.not_valid_before_utc.date(),
        until=top.not_valid_after_utc.date(),
        seal=SEAL_FILE,
    )
    files = {
        SEAL_FILE: top.public_bytes(Encoding.PEM),
        TRUST_FILE: text.encode(),
        KEYS_FILE: _keys(wiring.signer(OwnKey.SEAL, settings, home), identity.hub),
    }
    yield from _written(out, files)


def _keys(signer: Signer, hub: str) -> bytes:
    ring = {hub: [{**public_jwk(signer.public_key), "alg": signer.algorithm}]}
    return json.dumps(ring, indent=2).encode() + b"\n"


def _written(out: Path, files: dict[str, bytes]) -> Iterator[Path]:
    try:
        out.mkdir(parents=True, exist_ok=True)
        if any(out.iterdir()):
            raise CommandFailed(f"{out} has files already; choose a new folder with -o.")
        for name, content in files.items():
            (out / name).write_bytes(content)
            yield out / name
    except OSError as error:
        raise CommandFailed(f"{out} cannot be written: {error.strerror}.") from error
