"""From a signer's certificate to a trusted root, at the time of the signature.

Paths are built and checked by pyhanko-certvalidator (RFC 5280) without any fetching of its own:
CRLs and OCSP answers are given, and what is missing is told.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from asn1crypto import crl, x509
from lgsp_verify.at_once import at_once
from pyhanko_certvalidator import ValidationContext, find_valid_path
from pyhanko_certvalidator.errors import (
    DisallowedAlgorithmError,
    ExpiredError,
    InsufficientRevinfoError,
    InvalidCertificateError,
    NotYetValidError,
    PathBuildingError,
    RevokedError,
    ValidationError,
)
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import (
    CertRevTrustPolicy,
    DisallowWeakAlgorithmsPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)

from hub.signing.documents.algorithms import digest_in
from hub.signing.documents.known_paths import Given, Path, known_path, remember_path
from hub.signing.documents.listed import load_crl_naming
from hub.signing.documents.loading import (
    load_certificates,
    load_crls,
    load_ocsps,
    ocsp_certificates,
)
from hub.signing.documents.question import Wanted
from hub.signing.verdicts import VerdictReason

_SIGNING: Final = frozenset({"digital_signature", "non_repudiation"})
_ALGORITHMS: Final = DisallowWeakAlgorithmsPolicy(  # type: ignore[no-untyped-call]
    weak_hash_algos=frozenset({"md2", "md4", "md5"}), rsa_key_size_threshold=1024
)
"""For certificates. SHA-1 in one passes here and is told as legacy."""

_REVOCATION: Final = CertRevTrustPolicy(
    # An authority below a root often says no place of a CRL; where it does, that one must be had.
    RevocationCheckingPolicy(
        RevocationCheckingRule.CRL_OR_OCSP_REQUIRED, RevocationCheckingRule.CHECK_IF_DECLARED
    ),
    # An answer may be newer than the signature: it is asked for when the document arrives.
    retroactive_revinfo=True,
)
_TOLD: Final[Mapping[type[Exception], VerdictReason]] = {
    PathBuildingError: VerdictReason.NO_TRUSTED_PATH,
    InvalidCertificateError: VerdictReason.NO_TRUSTED_PATH,  # a root that nobody trusts
    ExpiredError: VerdictReason.CERTIFICATE_EXPIRED,
    NotYetValidError: VerdictReason.CERTIFICATE_NOT_YET_VALID,
    DisallowedAlgorithmError: VerdictReason.ALGORITHM_BROKEN,
}
"""What certvalidator's errors mean; all others: the path is not valid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathFindings:
    """What is to be said about a certificate at a time."""

    reasons: tuple[VerdictReason, ...] = ()
    wanted: tuple[Wanted, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When a certificate was used."""

    at: datetime
    """The time for which it is judged: the proven one, else that of receipt."""
    proven: bool
    claimed: datetime | None = None


def path_findings(given: Given, moment: Moment, *, time_stamping: bool = False) -> PathFindings:
    """Judge a certificate at the moment of its use."""
    certificate = given.certificate
    try:
        path = known_path(given, moment.at) or _validated(given, moment.at)
        remember_path(given, path, moment.at, _validated)
    except (PathBuildingError, ValidationError) as error:
        return _failure(error, certificate, moment)
    except (ValueError, TypeError, KeyError):  # asn1crypto: a certificate or a CRL that is none.
        return PathFindings(reasons=(VerdictReason.PATH_INVALID,))
    return _good(certificate, path, moment, time_stamping=time_stamping)


def _validated(given: Given, at: datetime) -> Path:
    """Return a path that is valid at a moment.

    Raises:
        PathBuildingError, ValidationError: there is none, or it is not known.
    """
    context = _context(given, at)
    found = _find(given.certificate, context)
    path = tuple(one for one in found if isinstance(one, x509.Certificate))
    for one in path[1:-1]:
        if not one.crl_distribution_points and not one.ocsp_urls:
            _expect_not_revoked(one, context)
    return path


def _expect_not_revoked(authority: x509.Certificate, context: ValidationContext) -> None:
    """Look for an authority that says no place of a CRL in the CRLs at hand (PKITS 4.4.2).

    certvalidator does so only for the certificate that it is asked about.
    """
    try:
        _find(authority, context)
    except RevokedError:
        raise
    except (PathBuildingError, ValidationError):
        return  # Nobody had to say anything of it; and what it lacks as a holder is no matter.


def _find(certificate: x509.Certificate, context: ValidationContext) -> ValidationPath:
    paths = context.path_builder.async_build_paths_lazy(certificate)
    work = find_valid_path(certificate, paths, validation_context=context)
    found: ValidationPath = at_once(work)
    return found


def _context(given: Given, at: datetime) -> ValidationContext:
    return ValidationContext(
        trust_roots=load_certificates(given.roots),
        other_certs=list(given.others),
        moment=at,
        allow_fetching=False,
        crls=_usable_crls(given),
        ocsps=load_ocsps(given.answers.ocsps),
        revinfo_policy=_REVOCATION,
        algorithm_usage_policy=_ALGORITHMS,
    )


def _usable_crls(given: Given) -> list[crl.CertificateList]:
    """Leave out CRLs of the issuer that were made after the certificate's end, and long lists.

    RFC 5280, section 3.3: an entry may be dropped once its certificate has expired, so that its
    absence says nothing. Only a CRL of the certificate's own days does.
    """
    certificate, serials = given.certificate, frozenset(_all_serials(given))
    end, issuer = certificate["tbs_certificate"]["validity"]["not_after"].native, certificate.issuer
    return [
        load_crl_naming(one, serials)
        for one in given.answers.crls
        for read in load_crls([one])
        if read.issuer != issuer or read["tbs_cert_list"]["this_update"].native <= end
    ]


def _all_serials(given: Given) -> Iterator[int]:
    """Yield the number of every certificate that certvalidator can look up for this question."""
    known = (given.certificate, *given.others, *load_certificates(given.roots))
    for one in (*known, *ocsp_certificates(given.answers.ocsps)):
        yield one.serial_number


def _failure(error: Exception, certificate: x509.Certificate, moment: Moment) -> PathFindings:
    if isinstance(error, InsufficientRevinfoError):
        if certificate["tbs_certificate"]["validity"]["not_after"].native < moment.at:
            # No answer can help any more: it is not asked for.
            return PathFindings(reasons=(VerdictReason.CERTIFICATE_EXPIRED,))
        wanted = _wanted(error.original_path)
        return PathFindings(reasons=(VerdictReason.REVOCATION_UNKNOWN,), wanted=wanted)
    if isinstance(error, RevokedError):
        return PathFindings(reasons=(_revoked(error.revocation_dt, moment),))
    told = next((reason for kind, reason in _TOLD.items() if isinstance(error, kind)), None)
    return PathFindings(reasons=(told or VerdictReason.PATH_INVALID,))


def _revoked(since: datetime, moment: Moment) -> VerdictReason:
    if moment.proven or (moment.claimed is not None and moment.claimed >= since):
        return VerdictReason.CERTIFICATE_REVOKED
    return VerdictReason.REVOKED_NO_TIME_PROOF


def _good(
    certificate: x509.Certificate, path: Path, moment: Moment, *, time_stamping: bool
) -> PathFindings:
    """Say what is left to say about a certificate with a valid path."""
    reasons = []
    if not (_may_stamp(certificate) if time_stamping else _may_sign(certificate)):
        reasons.append(VerdictReason.WRONG_KEY_USAGE)
    start = certificate["tbs_certificate"]["validity"]["not_before"].native
    if moment.claimed is not None and moment.claimed < start:
        reasons.append(VerdictReason.CERTIFICATE_NOT_YET_VALID)
    if any(digest_in(one["signature_algorithm"]) == "sha1" for one in path[1:]):
        reasons.append(VerdictReason.LEGACY_DIGEST)
    return PathFindings(reasons=tuple(reasons))


def _may_sign(certificate: x509.Certificate) -> bool:
    usage = certificate.key_usage_value
    return usage is None or bool(_SIGNING & usage.native)


def _may_stamp(certificate: x509.Certificate) -> bool:
    # RFC 3161, section 2.3: this purpose and no other.
    purposes = certificate.extended_key_usage_value
    return purposes is not None and purposes.native == ["time_stamping"]


def _wanted(path: ValidationPath) -> tuple[Wanted, ...]:
    whole = [one for one in path if isinstance(one, x509.Certificate)]
    return tuple(
        Wanted(certificate=below.dump(), issuer=above.dump()) for above, below in pairwise(whole)
    )
