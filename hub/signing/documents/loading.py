"""Certificates, CRLs and OCSP answers out of bytes; each is parsed once in a judge's life."""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, Final

from asn1crypto import crl, ocsp, x509

MOST_KEPT: Final = 256
"""Of each kind: the authorities of the country are about twenty."""


def load_certificates(found: Iterable[bytes]) -> list[x509.Certificate]:
    """Return those of `found` that are certificates."""
    return [one for one in map(_certificate, found) if one is not None]


def load_crls(found: Iterable[bytes]) -> list[crl.CertificateList]:
    """Return those of `found` that are CRLs."""
    return [one for one in map(_crl, found) if one is not None]


def load_ocsps(found: Iterable[bytes]) -> list[ocsp.OCSPResponse]:
    """Return those of `found` that are OCSP answers."""
    return [one for one in map(_ocsp, found) if one is not None]


def ocsp_certificates(found: Iterable[bytes]) -> Iterator[x509.Certificate]:
    """Yield the certificates that OCSP answers bring along: of those who signed them."""
    for one in load_ocsps(found):
        if one["response_status"].native == "successful":
            yield from one.basic_ocsp_response["certs"]


def expect_readable(certificate: x509.Certificate) -> None:
    """Look at all that is read of a certificate later: asn1crypto parses when looked at.

    Raises:
        ValueError, TypeError: it is damaged.
    """
    body = certificate["tbs_certificate"]
    for one in ("subject", "issuer", "validity", "subject_public_key_info", "serial_number"):
        body[one].native  # noqa: B018


def _loader(load: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    @lru_cache(maxsize=MOST_KEPT)
    def cached(data: bytes) -> Any:
        try:
            return load(data)
        except (ValueError, TypeError):
            return None

    return cached


def _load_certificate(data: bytes) -> x509.Certificate:
    found = x509.Certificate.load(data, strict=True)
    expect_readable(found)
    return found


def _load_crl(data: bytes) -> crl.CertificateList:
    found = crl.CertificateList.load(data, strict=True)
    found["tbs_cert_list"]["this_update"].native  # noqa: B018
    return found


def _load_ocsp(data: bytes) -> ocsp.OCSPResponse:
    found = ocsp.OCSPResponse.load(data, strict=True)
    found["response_status"].native  # noqa: B018
    return found


_certificate = _loader(_load_certificate)
_crl = _loader(_load_crl)
_ocsp = _loader(_load_ocsp)
