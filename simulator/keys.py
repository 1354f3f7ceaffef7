"""The province's keys: made at the first run, each in a file of its own, as agencies keep them."""

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lgsp_client import Identity, KeyRing, uuid7
from lgsp_message.key_proof import sign_key_proof
from lgsp_message.keys import PrivateKey, public_jwk

from simulator.province import Province

_OTHERS: Final[Mapping[str, str]] = {
    "dvcqg-mau": "Ed25519",
    "bhxh-mau": "Ed25519",
    "truc-van-ban-mau": "PS256",
    "van-ban-ubnd-tinh-mau": "RS256",
}
"""Systems that do not sign with ES256: every algorithm that the hub takes is in use."""

_RSA_BITS: Final = 2048
_PRIVATE: Final = 0o600


def algorithm_of(system: str) -> str:
    """Return the algorithm that a system signs with."""
    return _OTHERS.get(system, "ES256")


def identities(province: Province, hub: str, home: Path) -> dict[str, Identity]:
    """Return who each system is; a key that is missing in `home/keys` is made.

    Raises:
        OSError: the directory cannot be written.
    """
    folder = home / "keys"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return {
        system.name: _identity(folder / f"{system.name}.pem", system.name, hub)
        for system in province.systems
    }


def proof_of(who: Identity) -> str:
    """Return a proof, good for 5 minutes, that `who` holds its private key."""
    return sign_key_proof(
        who.key,
        who.algorithm,
        system=who.system,
        hub=who.hub,
        at=datetime.now(UTC),
        jti=uuid7(),
    )


def write_key_ring(who: Mapping[str, Identity], path: Path) -> None:
    """Write the public keys of all systems: the trust store that every receiver verifies with."""
    rings = {
        name: [{**public_jwk(one.key.public_key()), "alg": one.algorithm}]
        for name, one in who.items()
    }
    path.write_text(json.dumps(rings), encoding="utf-8")


def key_ring(home: Path) -> KeyRing:
    """Return the trust store of the province."""
    return KeyRing.load(ring_file(home))


def ring_file(home: Path) -> Path:
    """Return where the trust store stands."""
    return home / "keyring.json"


def stranger(system: str, hub: str) -> Identity:
    """Return `system` with a key that nobody has registered."""
    return Identity.of(ec.generate_private_key(ec.SECP256R1()), system=system, hub=hub)


def _identity(path: Path, system: str, hub: str) -> Identity:
    algorithm = algorithm_of(system)
    if not path.exists():
        _write(path, _make(algorithm))
    return Identity.from_pem(path, system=system, hub=hub, algorithm=algorithm)


def _make(algorithm: str) -> PrivateKey:
    if algorithm == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    if algorithm == "Ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)


def _write(path: Path, key: PrivateKey) -> None:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
