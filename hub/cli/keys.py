"""`hub key new` and `hub key proof`: a system's signing key, made where it will be used."""

import json
import os
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lgsp_client import Identity, uuid7
from lgsp_message.key_proof import sign_key_proof
from lgsp_message.keys import PrivateKey, public_jwk

from hub.cli.client_options import (
    AlgorithmOption,
    HubOption,
    JsonOption,
    KeyOption,
    SystemOption,
    identity,
    unreadable,
)

RSA_BITS: Final = 3072
"""As strong as P-256 (NIST SP 800-57, table 2)."""

_PRIVATE: Final = 0o600


class Algorithm(StrEnum):
    """What a key may sign with."""

    ES256 = "ES256"
    ED25519 = "Ed25519"
    PS256 = "PS256"
    RS256 = "RS256"


key_app = typer.Typer(help="A system's signing key. / Khóa ký của hệ thống.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Mount `hub key …`."""
    app.add_typer(key_app, name="key")


@key_app.command("new")
def new_key(
    out: Annotated[Path, typer.Argument(help="File for the private key. / Tệp lưu khóa bí mật.")],
    system: SystemOption,
    hub: HubOption,
    algorithm: Annotated[Algorithm, typer.Option(help="Of signature. / Thuật toán ký.")] = (
        Algorithm.ES256
    ),
    as_json: JsonOption = False,
) -> None:
    """Make a key here; print what the administrator registers. / Tạo khóa và in phần để đăng ký.

    Example / Ví dụ: hub key new mot-cua.pem --system mot-cua-mau --hub lgsp-mau

    The private key stays in the file (PEM, PKCS#8, readable only by its owner).
    / Khóa bí mật chỉ nằm trong tệp này; không gửi cho bất kỳ ai.
    """
    who = Identity.of(_make(algorithm), system=system, hub=hub, algorithm=algorithm.value)
    try:
        _write(out, who.key)
    except FileExistsError as error:
        told = f"{out}: đã có, không ghi đè / exists, is never overwritten"
        raise typer.BadParameter(told) from error
    except OSError as error:
        raise unreadable(out, error) from error
    _print(who, as_json=as_json)


@key_app.command("proof")
def prove_key(
    key: KeyOption,
    system: SystemOption,
    hub: HubOption,
    algorithm: AlgorithmOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print a fresh proof for a key that one has. / In lại bằng chứng sở hữu cho khóa đã có.

    A proof is good for 5 minutes. / Bằng chứng có hiệu lực 5 phút.
    """
    _print(identity(system, hub, key, algorithm), as_json=as_json)


def _make(algorithm: Algorithm) -> PrivateKey:
    match algorithm:
        case Algorithm.ES256:
            return ec.generate_private_key(ec.SECP256R1())
        case Algorithm.ED25519:
            return ed25519.Ed25519PrivateKey.generate()
        case _:
            return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)


def _write(path: Path, key: PrivateKey) -> None:
    """Write a new file, private from its first byte on.

    Raises:
        FileExistsError: a key that is in use must not be lost.
    """
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())


def _print(who: Identity, *, as_json: bool) -> None:
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
