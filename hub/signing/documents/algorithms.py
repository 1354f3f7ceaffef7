"""What an algorithm and a key are worth today.

Circular 15/2025/TT-BKHCN (in force 15/8/2025) wants RSASSA-PSS with 2048 bits or ECDSA with 256,
and SHA-256 or better. What was good practice before is legacy; what can be forged proves nothing.
"""

from dataclasses import dataclass
from typing import Final

from asn1crypto import algos, keys

from hub.signing.verdicts import VerdictReason

_GOOD: Final = frozenset({"sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512"})
_SHA1: Final = "sha1"
"""Collisions are practical since 2017 (SHAttered), second preimages are not: legacy, not broken."""
_RSA: Final = frozenset({"rsassa_pkcs1v15", "rsassa_pss"})
_EDWARDS: Final = frozenset({"ed25519", "ed448"})
_RSA_BROKEN: Final = 1024
"""Bits below which a key has been factored in public (RSA-829, 2020)."""
_RSA_GOOD: Final = 2048
_CURVE_BROKEN: Final = 224
_CURVE_GOOD: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Strength:
    """An algorithm for people, and what is to be said about it."""

    shown: str
    reasons: tuple[VerdictReason, ...]


def strength(
    algorithm: algos.SignedDigestAlgorithm, digest: str, key: keys.PublicKeyInfo
) -> Strength:
    """Judge a signature algorithm with the digest and the key that it is used with."""
    scheme, hashed = _scheme(algorithm), _hash(algorithm) or digest
    return judge_strength(scheme, {digest, hashed}, key)


def judge_strength(scheme: str, digests: set[str], key: keys.PublicKeyInfo) -> Strength:
    """Judge a scheme as asn1crypto names it, all digests that it takes part with, and the key."""
    kind, bits = key.algorithm, key.bit_size if key.algorithm in {"rsa", "rsassa_pss", "ec"} else 0
    reasons = [*_digest_reasons(digests), *_scheme_reasons(scheme, kind, bits)]
    shown = f"{scheme}-{kind}{bits or ''}-{'+'.join(sorted(digests))}"
    return Strength(shown=shown, reasons=tuple(dict.fromkeys(reasons)))


def _digest_reasons(digests: set[str]) -> list[VerdictReason]:
    if digests - _GOOD - {_SHA1}:
        return [VerdictReason.ALGORITHM_BROKEN]
    return [VerdictReason.LEGACY_DIGEST] if _SHA1 in digests else []


def _scheme_reasons(scheme: str, kind: str, bits: int) -> list[VerdictReason]:
    if scheme in _RSA and kind in {"rsa", "rsassa_pss"}:
        reasons = _size_reasons(bits, _RSA_BROKEN, _RSA_GOOD)
        if scheme == "rsassa_pkcs1v15":
            reasons.append(VerdictReason.LEGACY_PADDING)
        return reasons
    if scheme == "ecdsa" and kind == "ec":
        return _size_reasons(bits, _CURVE_BROKEN, _CURVE_GOOD)
    return [] if scheme in _EDWARDS and kind == scheme else [VerdictReason.ALGORITHM_BROKEN]


def _size_reasons(bits: int, broken: int, good: int) -> list[VerdictReason]:
    if bits < broken:
        return [VerdictReason.ALGORITHM_BROKEN]
    return [VerdictReason.LEGACY_KEY] if bits < good else []


def _scheme(algorithm: algos.SignedDigestAlgorithm) -> str:
    try:
        return str(algorithm.signature_algo)
    except ValueError:  # asn1crypto: an algorithm that it does not know.
        return str(algorithm["algorithm"].native)


def _hash(algorithm: algos.SignedDigestAlgorithm) -> str | None:
    try:
        return str(algorithm.hash_algo)
    except ValueError:  # The algorithm names no digest of its own, as plain RSA.
        return None
