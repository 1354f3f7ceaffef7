"""Does a certificate lead to a root that is trusted, and was it revoked (RFC 5280), offline."""

import logging
from collections.abc import Sequence
from datetime import datetime
from enum import Enum

from asn1crypto import crl, ocsp, x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    InsufficientRevinfoError,
    PathBuildingError,
    PathError,
    RevokedError,
    ValidationError,
)

from lgsp_verify.at_once import at_once
from lgsp_verify.trust import Authority

# Invariant 9, and a reader of the report has no use for it: it logs subjects and tracebacks.
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL + 1)


class PathState(Enum):
    """What became of the search."""

    VALID = "valid"
    REVOCATION_UNKNOWN = "revocation_unknown"
    """Valid, but nothing usable is known of its revocation."""
    REVOKED = "revoked"
    UNTRUSTED = "untrusted"
    """It leads to none of the roots."""
    INVALID = "invalid"
    """A link of the chain does not hold: a signature, a date, a purpose."""
    UNREADABLE = "unreadable"


def check_path(
    certificate: bytes,
    others: Sequence[bytes],
    authorities: Sequence[Authority],
    at: datetime,
    *,
    crls: Sequence[bytes] = (),
    ocsps: Sequence[bytes] = (),
) -> PathState:
    """Return whether `certificate` was valid at `at`. All values are DER. Nothing is fetched."""
    roots = [one.certificate for one in authorities]
    if certificate in roots:
        return _itself(certificate, at)
    if not roots:
        return PathState.UNTRUSTED
    known = bool(crls or ocsps)
    try:
        own = _load(certificate)
        context = ValidationContext(
            trust_roots=[_load(one) for one in roots],
            other_certs=[_load(one) for one in (*others, *_intermediates(authorities))],
            moment=at,
            allow_fetching=False,
            crls=[crl.CertificateList.load(one, strict=True) for one in crls],
            ocsps=[ocsp.OCSPResponse.load(one, strict=True) for one in ocsps],
            # With answers at hand they must be enough; without any, that is said, not guessed.
            revocation_mode="require" if known else "soft-fail",
        )
        state = _validated(CertificateValidator(own, validation_context=context))
    # asn1crypto decodes when it is asked: bytes that are no certificate show anywhere in here.
    except (ValueError, TypeError, LookupError, AttributeError, NotImplementedError):
        return PathState.UNREADABLE
    return PathState.REVOCATION_UNKNOWN if state is PathState.VALID and not known else state


def _itself(certificate: bytes, at: datetime) -> PathState:
    try:
        validity = _load(certificate)["tbs_certificate"]["validity"]
        fits = validity["not_before"].native <= at <= validity["not_after"].native
    except (ValueError, TypeError, LookupError):
        return PathState.UNREADABLE
    return PathState.VALID if fits else PathState.INVALID


def _validated(validator: CertificateValidator) -> PathState:
    try:
        # Purposes are the caller's to check: they differ, and a root may be named directly.
        at_once(validator.async_validate_path())
    except RevokedError:
        return PathState.REVOKED
    except InsufficientRevinfoError:
        return PathState.REVOCATION_UNKNOWN
    except PathBuildingError:
        return PathState.UNTRUSTED
    except (PathError, ValidationError):
        return PathState.INVALID
    return PathState.VALID


def _intermediates(authorities: Sequence[Authority]) -> list[bytes]:
    return [one for authority in authorities for one in authority.intermediates]


def _load(der: bytes) -> x509.Certificate:
    return x509.Certificate.load(der, strict=True)
