"""Judge a certificate: its path to an authority the hub trusts, and what that one says of it now.

Paths and revocation answers are checked by pyhanko-certvalidator (RFC 5280, RFC 6960), which is
given all it needs and fetches nothing. Its texts quote subjects, and go no further than here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum, unique
from hashlib import sha256
from typing import Final

from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import ocsp
from lgsp_message.keys import MIN_RSA_BITS
from lgsp_verify.at_once import at_once
from pyhanko_certvalidator import CertificateValidator, ValidationContext
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
from pyhanko_certvalidator.policy_decl import (
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)

from hub.signing.certificates import Certificate
from hub.signing.trust import Trust, TrustedAuthority, Usage

MAX_CRL_BYTES: Final = 8 * 1024 * 1024
"""A CRL of some 200,000 revoked certificates."""
MAX_OCSP_BYTES: Final = 64 * 1024
"""An answer about one certificate, with the responder's own."""


_PARSING: Final = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    NotImplementedError,
    RecursionError,
    OverflowError,
    UnsupportedAlgorithm,
)
"""What asn1crypto raises for bytes that are no such structure: it reads late, in any place."""
_SIGNING: Final = frozenset({"digital_signature"})
_OF_ITS_CA: Final = "ca_compromise"
_ON_HOLD: Final = "certificate_hold"
_RULE: Final = RevocationCheckingRule
_PATH_ONLY: Final = CertRevTrustPolicy(RevocationCheckingPolicy(_RULE.NO_CHECK, _RULE.NO_CHECK))
_WHOLE: Final = CertRevTrustPolicy(
    # An authority below a root often declares no place; where it does, it must be asked too.
    RevocationCheckingPolicy(_RULE.CRL_OR_OCSP_REQUIRED, _RULE.CHECK_IF_DECLARED)
)
_ONE_ANSWER: Final = CertRevTrustPolicy(
    RevocationCheckingPolicy(_RULE.CRL_OR_OCSP_REQUIRED, _RULE.CHECK_IF_DECLARED_SOFT)
)


@unique
class Status(StrEnum):
    """What is known of a certificate now."""

    GOOD = "good"
    REVOKED = "revoked"
    ON_HOLD = "on_hold"
    """Its authority has suspended it, and may let it go on."""
    UNKNOWN = "unknown"
    """No answer that counts: none, too old, not from who may answer."""
    UNTRUSTED = "untrusted"
    """No path to an authority that counts at this moment."""
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    WRONG_USE = "wrong_use"
    """Not for signatures, or an extension that the hub does not know is critical."""
    WEAK = "weak"
    """An algorithm or a size below TT 15/2025/TT-BKHCN."""
    UNREADABLE = "unreadable"


@unique
class AnswerKind(StrEnum):
    """How an authority says what it revoked."""

    CRL = "crl"
    OCSP = "ocsp"


_BAD: Final = frozenset({Status.REVOKED, Status.ON_HOLD})


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationAnswer:
    """What an authority said, byte for byte."""

    kind: AnswerKind
    der: bytes
    this_update: datetime
    next_update: datetime | None

    @property
    def digest(self) -> str:
        """Return the SHA-256, hexadecimal."""
        return sha256(self.der).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What became of one certificate at one moment."""

    status: Status
    authority: str | None = None
    """The name of the authority in the trust file, where there is a path to it."""
    path: tuple[Certificate, ...] = ()
    """The holder's certificate first, the root last."""
    revoked_at: datetime | None = None
    revocation_reason: str | None = None
    """As RFC 5280, section 5.3.1 names it."""


class AnswerUnreadable(ValueError):
    """The bytes are no CRL and no OCSP answer. The text says which rule they break."""


def read_answer(kind: AnswerKind, der: bytes) -> RevocationAnswer:
    """Read a CRL or an OCSP answer; whether it counts is for `judge` to say.

    Raises:
        AnswerUnreadable: not one, too large, or an answer that says nothing.
    """
    most = MAX_CRL_BYTES if kind is AnswerKind.CRL else MAX_OCSP_BYTES
    if len(der) > most:
        raise AnswerUnreadable(f"larger than {most} bytes")
    try:
        this_update, next_update = _TIMES[kind](der)
    except (*_PARSING, x509.InvalidVersion) as error:
        raise AnswerUnreadable(f"not a {kind} answer in DER, or one that refuses") from error
    return RevocationAnswer(kind=kind, der=der, this_update=this_update, next_update=next_update)


def _crl_times(der: bytes) -> tuple[datetime, datetime | None]:
    found = x509.load_der_x509_crl(der)
    return found.last_update_utc, found.next_update_utc


def _ocsp_times(der: bytes) -> tuple[datetime, datetime | None]:
    found = ocsp.load_der_ocsp_response(der)
    return found.this_update_utc, found.next_update_utc


_TIMES: Final = {AnswerKind.CRL: _crl_times, AnswerKind.OCSP: _ocsp_times}


def judge(
    chain: Sequence[Certificate],
    trust: Trust,
    usage: Usage,
    at: datetime,
    answers: Iterable[RevocationAnswer] | None,
) -> Judgement:
    """Judge the first certificate of `chain` at a moment; the others may be part of its path.

    `answers`: what authorities said, of any certificate; None: revocation is not asked about, only
    the path. Never raises for what stands in the bytes. One authority whose answer says "revoked"
    is enough, whatever others say.
    """
    key = chain[0].key
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < MIN_RSA_BITS:
        return Judgement(status=Status.WEAK)  # it signs nothing in its own path
    best = Judgement(status=Status.UNTRUSTED)
    for authority in trust.at(usage, at):
        found = _under(authority, chain, at, (), _PATH_ONLY)
        if found.status is Status.GOOD:
            return found if answers is None else _asked(found, authority, chain, at, answers)
        if best.status is Status.UNTRUSTED:
            best = found
    return best


def _asked(
    found: Judgement,
    authority: TrustedAuthority,
    chain: Sequence[Certificate],
    at: datetime,
    answers: Iterable[RevocationAnswer],
) -> Judgement:
    known = list(answers)
    whole = _under(authority, chain, at, known, _WHOLE)
    if whole.status in _BAD:
        return _with_path(whole, found)
    for one in known:
        # Alone: among several the first good one would hide another's "revoked".
        alone = _under(authority, chain, at, [one], _ONE_ANSWER)
        if alone.status in _BAD:
            return _with_path(alone, found)
    revoked = _authority_revoked(found, authority, at, known)
    return _with_path(revoked or whole, found)


def _authority_revoked(
    found: Judgement, authority: TrustedAuthority, at: datetime, known: Sequence[RevocationAnswer]
) -> Judgement | None:
    """Return the revocation of an authority in between that itself says no place to ask.

    The validator looks for such a one in no CRL, not even in those it is given (PKITS 4.4.2).
    """
    for place, one in enumerate(found.path[1:-1], start=1):
        if one.crl_urls or one.ocsp_urls:
            continue
        for answer in known:
            chain = found.path[place:-1]
            alone = _under(authority, chain, at, [answer], _ONE_ANSWER, frozenset())
            if alone.status in _BAD:
                return replace(alone, status=Status.REVOKED, revocation_reason=_OF_ITS_CA)
    return None


def _with_path(judged: Judgement, found: Judgement) -> Judgement:
    return Judgement(
        status=judged.status,
        authority=found.authority,
        path=found.path,
        revoked_at=judged.revoked_at,
        revocation_reason=judged.revocation_reason,
    )


def _under(
    authority: TrustedAuthority,
    chain: Sequence[Certificate],
    at: datetime,
    answers: Sequence[RevocationAnswer],
    policy: CertRevTrustPolicy,
    usage: frozenset[str] = _SIGNING,
) -> Judgement:
    try:
        context = _context(authority, chain, at, answers, policy)
        leaf = asn1.Certificate.load(chain[0].der, strict=True)
        validator = CertificateValidator(leaf, validation_context=context)
        work = validator.async_validate_usage(set(usage))  # type: ignore[no-untyped-call]
        path = at_once(work)
        certificates = tuple(Certificate.of(one.dump()) for one in path)
    except RevokedError as error:
        return _revoked(error)
    except (PathBuildingError, ValidationError) as error:
        return Judgement(status=_status_of(error))
    except _PARSING:
        return Judgement(status=Status.UNREADABLE)
    return Judgement(
        status=Status.GOOD, authority=authority.name, path=tuple(reversed(certificates))
    )


def _context(
    authority: TrustedAuthority,
    chain: Sequence[Certificate],
    at: datetime,
    answers: Sequence[RevocationAnswer],
    policy: CertRevTrustPolicy,
) -> ValidationContext:
    crls = [one.der for one in answers if one.kind is AnswerKind.CRL]
    ocsps = [one.der for one in answers if one.kind is AnswerKind.OCSP]
    others = [*(one.der for one in chain[1:]), *authority.intermediates]
    return ValidationContext(
        trust_roots=[asn1.Certificate.load(authority.root, strict=True)],
        other_certs=[asn1.Certificate.load(one, strict=True) for one in others],
        moment=at,
        allow_fetching=False,
        crls=[asn1_crl.CertificateList.load(one, strict=True) for one in crls],
        ocsps=[asn1_ocsp.OCSPResponse.load(one, strict=True) for one in ocsps],
        revinfo_policy=policy,
    )


def _revoked(error: RevokedError) -> Judgement:
    reason = str(error.reason.native or "unspecified")
    held = reason == _ON_HOLD and error.is_ee_cert
    return Judgement(
        status=Status.ON_HOLD if held else Status.REVOKED,
        revoked_at=error.revocation_dt,
        # Of an authority above: the holder's key itself need not be known to others.
        revocation_reason=reason if error.is_ee_cert else _OF_ITS_CA,
    )


def _status_of(error: Exception) -> Status:
    for kind, status in _STATUSES:
        if isinstance(error, kind):
            return status
    return Status.UNTRUSTED


_STATUSES: Final[tuple[tuple[type[Exception], Status], ...]] = (
    (InsufficientRevinfoError, Status.UNKNOWN),
    (ExpiredError, Status.EXPIRED),
    (NotYetValidError, Status.NOT_YET_VALID),
    (DisallowedAlgorithmError, Status.WEAK),
    (InvalidCertificateError, Status.WRONG_USE),
)
