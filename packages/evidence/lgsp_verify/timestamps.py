"""Check an RFC 3161 time stamp token: who says that these bytes existed, and when."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from asn1crypto import tsp
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from lgsp_verify.cms import SignatureBroken, read_signed

_IMPRINTS: Final = frozenset({"sha256", "sha384", "sha512"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamped:
    """A token whose mathematics fit. Whether its authority is trusted is another question."""

    certificate: bytes
    """The authority's, DER."""
    others: tuple[bytes, ...]
    at: datetime


def read_timestamp(token: bytes, data: bytes) -> Stamped:
    """Check that `token` stamps `data`, with the certificate that it names.

    Raises:
        SignatureBroken: it is no token, or one over other bytes, or not by a time stamping key.
    """
    signed = read_signed(token, "tst_info")
    try:
        return _stamped(signed.content, signed.certificate, signed.others, data)
    except SignatureBroken:
        raise
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise SignatureBroken("not a time stamp") from error


def _stamped(content: bytes, certificate: bytes, others: tuple[bytes, ...], data: bytes) -> Stamped:
    info = tsp.TSTInfo.load(content, strict=True)
    imprint = info["message_imprint"]
    name = imprint["hash_algorithm"]["algorithm"].native
    if name not in _IMPRINTS or imprint["hashed_message"].native != _hash(name, data):
        raise SignatureBroken("stamps other bytes")
    _check_purpose(certificate)
    at: Any = info["gen_time"].native
    return Stamped(certificate=certificate, others=others, at=at)


def _hash(name: str, data: bytes) -> bytes:
    return hashlib.new(name, data).digest()


def _check_purpose(certificate: bytes) -> None:
    """Return if the key is for time stamps and nothing else (RFC 3161, section 2.3)."""
    try:
        found = x509.load_der_x509_certificate(certificate).extensions.get_extension_for_class(
            x509.ExtendedKeyUsage
        )
    except x509.ExtensionNotFound as error:
        raise SignatureBroken("not the certificate of a time stamping authority") from error
    if not found.critical or list(found.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise SignatureBroken("not the certificate of a time stamping authority")
