"""Keys derived from a seed: the same seed, the same key. For samples only."""

from collections.abc import Iterator
from enum import StrEnum, unique
from functools import lru_cache
from hashlib import shake_256
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, rsa

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

_EXPONENT: Final = 65_537
_CURVE: Final = ec.SECP256R1()
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the group of P-256 (SEC 2, section 2.4.2): a private key is below it."""
_SMALL_PRIMES: Final = tuple(
    number for number in range(3, 2_000, 2) if all(number % one for one in range(3, 45, 2))
)
_WITNESSES: Final = (2, 3, 5, 7, 11, 13, 17, 19)
"""Bases of the primality test: enough for numbers that nobody chose against it."""


@unique
class Kind(StrEnum):
    """What kind of key."""

    P256 = "p256"
    RSA1024 = "rsa1024"
    """Legacy: too short since 2013."""
    RSA2048 = "rsa2048"


@lru_cache(maxsize=64)
def derive_key(seed: bytes, kind: Kind = Kind.P256) -> PrivateKey:
    """Return the key of `seed`. RSA takes about a second, P-256 nothing."""
    if kind is Kind.P256:
        number = int.from_bytes(shake_256(b"p256" + seed).digest(48))
        return ec.derive_private_key(number % (_ORDER - 1) + 1, _CURVE)
    return _rsa(seed, 1024 if kind is Kind.RSA1024 else 2048)


def _rsa(seed: bytes, bits: int) -> rsa.RSAPrivateKey:
    primes = _primes(seed, bits // 2)
    p, q = next(primes), next(primes)
    d = pow(_EXPONENT, -1, (p - 1) * (q - 1))
    return rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=rsa.rsa_crt_dmp1(d, p),
        dmq1=rsa.rsa_crt_dmq1(d, q),
        iqmp=rsa.rsa_crt_iqmp(p, q),
        public_numbers=rsa.RSAPublicNumbers(_EXPONENT, p * q),
    ).private_key()


def _primes(seed: bytes, bits: int) -> Iterator[int]:
    """Yield different primes of exactly `bits` bits, the top two set, fit for the exponent."""
    for number in range(256):
        start = int.from_bytes(shake_256(b"rsa%d" % number + seed).digest(bits // 8))
        candidate = start | (3 << (bits - 2)) | 1
        while (candidate - 1) % _EXPONENT == 0 or not _is_prime(candidate):
            candidate += 2
        yield candidate


def _is_prime(number: int) -> bool:
    """Miller and Rabin's test (FIPS 186-5, appendix B.3) after small divisors."""
    if any(number % prime == 0 for prime in _SMALL_PRIMES):
        return False
    twos = ((number - 1) & -(number - 1)).bit_length() - 1
    odd = (number - 1) >> twos
    return all(_passes(number, pow(base, odd, number), twos) for base in _WITNESSES)


def _passes(number: int, value: int, twos: int) -> bool:
    if value in (1, number - 1):
        return True
    for _ in range(twos - 1):
        value = value * value % number
        if value == number - 1:
            return True
    return False
