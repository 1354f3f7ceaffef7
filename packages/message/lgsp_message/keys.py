"""Signing keys: the four algorithms, JWK form, thumbprints (RFC 7517, 7518, 7638, 8037, 9864)."""

import binascii
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

ALGORITHMS: Final = ("ES256", "Ed25519", "RS256", "PS256")
MIN_RSA_BITS: Final = 2048
"""TT 15/2025/TT-BKHCN asks at least 2048 bits."""
MAX_RSA_BITS: Final = 4096
"""A larger modulus makes every verification slow: a key is not a way to load the hub."""
_P256_BYTES: Final = 32
_MAX_RSA_EXPONENT: Final = 2**32
"""65537 is usual. OpenSSL allows exponents as long as the modulus: verifying is then slow."""

_FIELD: Final = 2**255 - 19
_Y_OF_ORDER_8: Final = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_SMALL_ORDER: Final = frozenset({0, 1, _FIELD - 1, _Y_OF_ORDER_8, _FIELD - _Y_OF_ORDER_8})
"""The y of the eight points of edwards25519 whose order divides 8 (RFC 8032, section 5.1)."""

_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
_FROM_URL: Final = bytes.maketrans(b"-_+/=", b"+/!!!")
"""The other alphabet's characters and padding become what no alphabet has."""

_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_LAST: Final = (_ALPHABET, b"", _ALPHABET[::16], _ALPHABET[::4])
"""What a text may end with, by its length modulo 4: the bits that the last character has too many
must be zero, so that there is one spelling for one value."""

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey
PublicKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey

_ECDSA: Final = ec.ECDSA(hashes.SHA256())
_PSS: Final = padding.PSS(padding.MGF1(hashes.SHA256()), salt_length=32)


class KeyUnusable(ValueError):
    """The key is not of a kind the hub takes. The text says which kinds are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyingKey:
    """A public key bound to the one algorithm it was registered for."""

    algorithm: str
    thumbprint: str
    """RFC 7638, base64url: the `kid`."""
    check: Callable[[bytes, bytes], None] = field(repr=False)
    """(signature, data): raises `InvalidSignature`."""
    jwk: Mapping[str, str] = field(repr=False)
    """The members that identify it (RFC 7638, section 3.2)."""


def b64url(data: bytes) -> str:
    """Encode without padding (RFC 7515, section 2)."""
    return binascii.b2a_base64(data, newline=False).translate(_TO_URL, b"=").decode()


def unb64url(text: str | bytes) -> bytes:
    """Decode base64url without padding, and accept no other spelling of the same bytes.

    Raises:
        ValueError: other characters, padding, or bits that the encoder would not have written.
    """
    raw = text.encode() if isinstance(text, str) else text
    padded = raw.translate(_FROM_URL) + b"=" * (-len(raw) % 4)
    data = binascii.a2b_base64(padded, strict_mode=True)
    if raw[-1:] not in _LAST[len(raw) % 4]:
        raise ValueError("not canonical base64url")
    return data


def public_jwk(key: PublicKey) -> dict[str, str]:
    """Return the JWK members that identify `key` (RFC 7638, section 3.2).

    Raises:
        KeyUnusable: an elliptic curve other than P-256.
    """
    if isinstance(key, ec.EllipticCurvePublicKey):
        _only_p256(key.curve)
        numbers = key.public_numbers()
        x, y = (b64url(n.to_bytes(_P256_BYTES)) for n in (numbers.x, numbers.y))
        return {"crv": "P-256", "kty": "EC", "x": x, "y": y}
    if isinstance(key, ed25519.Ed25519PublicKey):
        return {"crv": "Ed25519", "kty": "OKP", "x": b64url(key.public_bytes_raw())}
    numbers_rsa = key.public_numbers()
    e, n = (b64url(v.to_bytes((v.bit_length() + 7) // 8)) for v in (numbers_rsa.e, numbers_rsa.n))
    return {"e": e, "kty": "RSA", "n": n}


def _only_p256(curve: ec.EllipticCurve) -> None:
    if not isinstance(curve, ec.SECP256R1):
        raise KeyUnusable("an elliptic curve key is on P-256")


def thumbprint(jwk: Mapping[str, str]) -> str:
    """Return the RFC 7638 thumbprint of the identifying members of a JWK."""
    return b64url(hashlib.sha256(orjson.dumps(dict(jwk), option=orjson.OPT_SORT_KEYS)).digest())


def load_jwk(jwk: Mapping[str, Any]) -> PublicKey:
    """Return the public key of `jwk`.

    Raises:
        KeyUnusable: another kind, curve or size, or members that make no key.
    """
    try:
        return _load(jwk)
    except KeyUnusable:
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeyUnusable("the JWK's members make no key") from error


def _load(jwk: Mapping[str, Any]) -> PublicKey:
    if "d" in jwk:
        raise KeyUnusable("this is a private key: keep it, and register its public part")
    match jwk["kty"], jwk.get("crv"):
        case "EC", "P-256":
            x, y = (int.from_bytes(unb64url(jwk[name])) for name in ("x", "y"))
            return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        case "OKP", "Ed25519":
            return ed25519.Ed25519PublicKey.from_public_bytes(unb64url(jwk["x"]))
        case "RSA", None:
            e, n = (int.from_bytes(unb64url(jwk[name])) for name in ("e", "n"))
            return rsa.RSAPublicNumbers(e, n).public_key()
    raise KeyUnusable("a key is EC P-256, OKP Ed25519 or RSA")


def verifying_key(key: PublicKey, algorithm: str) -> VerifyingKey:
    """Bind `key` to `algorithm`.

    Raises:
        KeyUnusable: the algorithm is not one of `ALGORITHMS` or not this key's, the curve is not
            P-256, the Ed25519 point is of small order, or the RSA modulus is not between 2048 and
            4096 bits.
    """
    jwk = public_jwk(key)
    return VerifyingKey(
        algorithm=algorithm, thumbprint=thumbprint(jwk), check=_checker(key, algorithm), jwk=jwk
    )


def _checker(key: PublicKey, algorithm: str) -> Callable[[bytes, bytes], None]:
    if algorithm == "ES256" and isinstance(key, ec.EllipticCurvePublicKey):
        return lambda signature, data: key.verify(_der(signature), data, _ECDSA)
    if algorithm == "Ed25519" and isinstance(key, ed25519.Ed25519PublicKey):
        if is_small_order(key.public_bytes_raw()):
            raise KeyUnusable("an Ed25519 key is not a point of small order: anybody signs for it")
        return key.verify
    if algorithm in {"RS256", "PS256"} and isinstance(key, rsa.RSAPublicKey):
        if not MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS:
            raise KeyUnusable(f"an RSA key has {MIN_RSA_BITS} to {MAX_RSA_BITS} bits")
        if key.public_numbers().e >= _MAX_RSA_EXPONENT:
            raise KeyUnusable("the public exponent of an RSA key is below 2^32")
        scheme = padding.PKCS1v15() if algorithm == "RS256" else _PSS
        return lambda signature, data: key.verify(signature, data, scheme, hashes.SHA256())
    raise KeyUnusable(f"algorithms are {', '.join(ALGORITHMS)}, each with its own kind of key")


def is_small_order(public: bytes) -> bool:
    """Say whether the 32 bytes of an Ed25519 key are a point of small order, in any spelling.

    Under such a key one signature fits any message, and needs no private key: who registers it
    could say of each message that somebody else has sent it.
    """
    y = int.from_bytes(public, "little") & (2**255 - 1)
    return y % _FIELD in _SMALL_ORDER


def _der(signature: bytes) -> bytes:
    """Turn the fixed form R || S of RFC 7518, section 3.4 into DER."""
    if len(signature) != 2 * _P256_BYTES:
        raise InvalidSignature
    r, s = signature[:_P256_BYTES], signature[_P256_BYTES:]
    return encode_dss_signature(int.from_bytes(r), int.from_bytes(s))


def sign(key: PrivateKey, algorithm: str, data: bytes) -> bytes:
    """Sign `data` in the form that JWS wants (RFC 7518, section 3; RFC 8037).

    Raises:
        KeyUnusable: the algorithm is not this key's.
    """
    if algorithm == "ES256" and isinstance(key, ec.EllipticCurvePrivateKey):
        _only_p256(key.curve)
        r, s = decode_dss_signature(key.sign(data, _ECDSA))
        return r.to_bytes(_P256_BYTES) + s.to_bytes(_P256_BYTES)
    if algorithm == "Ed25519" and isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    if algorithm in {"RS256", "PS256"} and isinstance(key, rsa.RSAPrivateKey):
        scheme = padding.PKCS1v15() if algorithm == "RS256" else _PSS
        return key.sign(data, scheme, hashes.SHA256())
    raise KeyUnusable(f"algorithms are {', '.join(ALGORITHMS)}, each with its own kind of key")


def default_algorithm(key: PrivateKey | PublicKey) -> str:
    """Return the algorithm that a key is used with when nothing else is said."""
    if isinstance(key, (ec.EllipticCurvePrivateKey, ec.EllipticCurvePublicKey)):
        return "ES256"
    if isinstance(key, (ed25519.Ed25519PrivateKey, ed25519.Ed25519PublicKey)):
        return "Ed25519"
    return "PS256"
