"""The hub's own signatures: checkpoints of the log, seals of containers.

Where the private key lives is nobody's business but the signer's: in a file of the hub's home or
in a hardware module (`hub.io.pkcs11`). What signs is given a `Signer` and never a private key.
"""

from dataclasses import dataclass, field
from typing import Final, Protocol, runtime_checkable

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lgsp_message.keys import KeyUnusable, PrivateKey, PublicKey, sign, verifying_key

HUB_ALGORITHMS: Final = ("Ed25519", "ES256", "RS256")
"""What the hub itself signs with (TT 15/2025/TT-BKHCN; Ed25519 for notes of the log, C2SP)."""

_PROBE: Final = b"hub: is the public key the private key's?"


class SignerUnusable(ValueError):
    """There is no such key, or it is not one the hub signs with. The text says what to do."""


@runtime_checkable
class Signer(Protocol):
    """One private key that signs for the hub.

    `sign` may take some milliseconds and blocks: in an event loop it belongs on a thread. It may
    be called from several threads at once.
    """

    @property
    def public_key(self) -> PublicKey:
        """Return the key that the signatures are checked with."""
        ...

    @property
    def algorithm(self) -> str:
        """Return the one of `HUB_ALGORITHMS` that it signs with; SHA-256 where it has a hash."""
        ...

    def sign(self, data: bytes) -> bytes:
        """Return the signature of `data` as JWS has it: an ECDSA signature is R || S, 64 bytes.

        Raises:
            Unavailable: the module with the key does not answer; nothing was signed.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySigner:
    """A signer whose private key is in memory."""

    key: PrivateKey = field(repr=False)
    algorithm: str

    @property
    def public_key(self) -> PublicKey:
        """Return the public half."""
        return self.key.public_key()

    def sign(self, data: bytes) -> bytes:
        return sign(self.key, self.algorithm, data)


def signer_of_pem(pem: bytes) -> KeySigner:
    """Return the signer of an unencrypted PKCS#8 file.

    Raises:
        SignerUnusable: not such a file, or a key of another kind or size.
    """
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # Never the cause: its text may quote what it read.
        raise SignerUnusable("not an unencrypted PKCS#8 private key in PEM") from None
    if not isinstance(
        key, ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey
    ):
        raise SignerUnusable("a key of the hub is Ed25519, P-256 or RSA")
    return KeySigner(key=key, algorithm=hub_algorithm(key.public_key()))


def hub_algorithm(key: PublicKey) -> str:
    """Return the algorithm that the hub uses a key with.

    Raises:
        SignerUnusable: the curve or the size is not one the hub takes.
    """
    algorithm = {
        ec.EllipticCurvePublicKey: "ES256",
        ed25519.Ed25519PublicKey: "Ed25519",
        rsa.RSAPublicKey: "RS256",
    }[_kind(key)]
    try:
        verifying_key(key, algorithm)
    except KeyUnusable as error:
        raise SignerUnusable(str(error)) from error
    return algorithm


def _kind(key: PublicKey) -> type[PublicKey]:
    kinds = (ec.EllipticCurvePublicKey, ed25519.Ed25519PublicKey, rsa.RSAPublicKey)
    return next(kind for kind in kinds if isinstance(key, kind))


def expect_matching(signer: Signer) -> None:
    """Return if the signer's public key checks what it signs: said at start, not at an audit.

    Raises:
        SignerUnusable: the two halves are not of one pair.
        Unavailable: the module with the key does not answer.
    """
    try:
        verifying_key(signer.public_key, signer.algorithm).check(signer.sign(_PROBE), _PROBE)
    except (InvalidSignature, KeyUnusable) as error:
        raise SignerUnusable("the public key does not check what the private key signs") from error


def asn1_signature(algorithm: str, signature: bytes) -> bytes:
    """Return what `Signer.sign` returned in the form of X.509 and CMS.

    An ECDSA signature becomes DER (RFC 5480, appendix A); others are the same in both.
    """
    if algorithm != "ES256":
        return signature
    half = len(signature) // 2
    return encode_dss_signature(int.from_bytes(signature[:half]), int.from_bytes(signature[half:]))
