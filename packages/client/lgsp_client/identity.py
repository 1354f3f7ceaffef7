"""Who speaks: a registered system, its private key, and the hub it speaks to."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import orjson
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lgsp_message.attributes import is_system_name
from lgsp_message.keys import (
    KeyUnusable,
    PrivateKey,
    b64url,
    default_algorithm,
    public_jwk,
    sign,
    thumbprint,
    verifying_key,
)

ASSERTION_SECONDS: Final = 60
"""Life of a client assertion: the longest that the hub takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """One system of one hub, able to sign."""

    system: str
    """The bare name, without `urn:hub:system:`."""
    hub: str
    """The hub's id: the audience that messages and tokens are signed for."""
    key: PrivateKey = field(repr=False)
    algorithm: str
    """The algorithm that the key is registered with."""
    key_id: str
    """RFC 7638 thumbprint of the public key."""

    @classmethod
    def of(
        cls, key: PrivateKey, *, system: str, hub: str, algorithm: str | None = None
    ) -> "Identity":
        """Bind `key` to a system of `hub`.

        Raises:
            KeyUnusable: the algorithm is not this key's, or the key is too weak.
            ValueError: `system` is no name of a system.
        """
        if not is_system_name(system):
            raise ValueError("a system's name is 3 to 63 of a-z, 0-9 and -")
        chosen = algorithm or default_algorithm(key)
        verifying_key(key.public_key(), chosen)
        key_id = thumbprint(public_jwk(key.public_key()))
        return cls(system=system, hub=hub, key=key, algorithm=chosen, key_id=key_id)

    @classmethod
    def from_pem(
        cls,
        pem: bytes | Path,
        *,
        system: str,
        hub: str,
        algorithm: str | None = None,
        password: bytes | None = None,
    ) -> "Identity":
        """Read the private key from PEM (PKCS#8), given as bytes or as the path of a file.

        Raises:
            KeyUnusable: not a private key in PEM, or of a kind that the hub does not take.
            OSError: the file cannot be read.
        """
        text = pem.read_bytes() if isinstance(pem, Path) else pem
        return cls.of(load_key(text, password), system=system, hub=hub, algorithm=algorithm)

    def assertion(self, now: datetime, jti: str) -> str:
        """Return a client assertion (RFC 7523), good for one token.

        Its own `typ` keeps it from being taken for anything else that this key signs.
        """
        issued = int(now.timestamp())
        header = {"typ": "client-authentication+jwt", "alg": self.algorithm, "kid": self.key_id}
        claims = {
            "iss": self.system,
            "sub": self.system,
            "aud": self.hub,
            "iat": issued,
            "exp": issued + ASSERTION_SECONDS,
            "jti": jti,
        }
        signed = f"{b64url(orjson.dumps(header))}.{b64url(orjson.dumps(claims))}"
        return f"{signed}.{b64url(sign(self.key, self.algorithm, signed.encode()))}"


def load_key(pem: bytes, password: bytes | None = None) -> PrivateKey:
    """Return the private key of a PEM text.

    Raises:
        KeyUnusable: not a private key in PEM, the wrong password, or another kind of key.
    """
    try:
        key = load_pem_private_key(pem, password)
    except (ValueError, TypeError) as error:
        raise KeyUnusable("not a private key in PEM, or the password is wrong") from error
    if isinstance(key, (ec.EllipticCurvePrivateKey, ed25519.Ed25519PrivateKey, rsa.RSAPrivateKey)):
        return key
    raise KeyUnusable("a key is EC P-256, Ed25519 or RSA")
