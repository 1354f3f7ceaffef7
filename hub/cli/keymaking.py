"""The work behind `hub key new` and `hub key proof`."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import typer
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lgsp_client import Identity, uuid7
from lgsp_message.key_proof import sign_key_proof
from lgsp_message.keys import PrivateKey, public_jwk

from hub.cli.client_side import identity, unreadable
from hub.cli.files import write_new

__all__ = ["identity", "new", "show"]

RSA_BITS: Final = 3072
"""As strong as P-256 (NIST SP 800-57, table 2)."""


def new(out: Path, system: str, hub: str, algorithm: str) -> Identity:
    """Make a key, write it to `out`, and return who may sign with it.

    Raises:
        typer.BadParameter: the file exists or cannot be written, or the name is no system's.
    """
    try:
        who = Identity.of(_make(algorithm), system=system, hub=hub, algorithm=algorithm)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--system") from error
    try:
        _write(out, who.key)
    except FileExistsError as error:
        told = f"{out}: đã có, không ghi đè / exists, is never overwritten"
        raise typer.BadParameter(told) from error
    except OSError as error:
        raise unreadable(out, error) from error
    return who


def _make(algorithm: str) -> PrivateKey:
    match algorithm:
        case "ES256":
            return ec.generate_private_key(ec.SECP256R1())
        case "Ed25519":
            return ed25519.Ed25519PrivateKey.generate()
        case _:
            return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)


def _write(path: Path, key: PrivateKey) -> None:
    """Write the key to a new file.

    Raises:
        FileExistsError: a key that is in use must not be lost.
    """
    write_new(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def show(who: Identity, *, as_json: bool) -> None:
    """Print what the administrator registers, with a fresh proof of possession."""
    jwk = public_jwk(who.key.public_key())
    proof = sign_key_proof(
        who.key,
        who.algorithm,
        system=who.system,
        hub=who.hub,
        at=datetime.now(UTC),
        jti=uuid7(),
    )
    value = {
        "system": who.system,
        "thumbprint": who.key_id,
        "alg": who.algorithm,
        "jwk": jwk,
        "proof": proof,
    }
    text = (
        f"Dấu vân tay / Thumbprint: {who.key_id}\n"
        f"Thuật toán / Algorithm:   {who.algorithm}\n"
        f"Khóa công khai / JWK:     {json.dumps(jwk)}\n"
        f"Bằng chứng / Proof:       {proof}"
    )
    typer.echo(json.dumps(value) if as_json else text)
