"""What the hub says about the signatures inside a document: values, and the reasons for them.

The hub judges documents as they are, not as a standard wishes: a letter that is signed as nearly
all letters are today is `valid_legacy`, not refused. The texts for people stand in
`hub.signing.verdict_texts`; `docs/verdicts.md` is generated from both.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, unique
from typing import Final

import msgspec


@unique
class Grade(StrEnum):
    """How a signature or a document stands, the best first."""

    VALID = "valid"
    VALID_LEGACY = "valid_legacy"
    """Sound, but by an algorithm or in a form that today's rules no longer want."""
    INDETERMINATE = "indeterminate"
    """Neither proved nor disproved with what is known."""
    INVALID = "invalid"


@unique
class VerdictReason(StrEnum):
    """Stable codes: people and programs match on them. Never rename one; add a new one."""

    # The document.
    NOT_SIGNED = "not_signed"
    UNSUPPORTED_FORMAT = "unsupported_format"
    MALFORMED_DOCUMENT = "malformed_document"
    ENCRYPTED_DOCUMENT = "encrypted_document"
    DOCUMENT_MISSING = "document_missing"
    CONTENT_MISSING = "content_missing"
    TOO_LARGE = "too_large"
    TOO_COMPLEX = "too_complex"
    TIME_LIMIT = "time_limit"
    MEMORY_LIMIT = "memory_limit"
    JUDGE_FAILED = "judge_failed"
    PARTLY_SIGNED = "partly_signed"
    SENDER_DIFFERS = "sender_differs"
    # The signature and what it covers.
    MALFORMED_SIGNATURE = "malformed_signature"
    UNSUPPORTED_SIGNATURE = "unsupported_signature"
    CONTENT_CHANGED = "content_changed"
    SIGNATURE_WRONG = "signature_wrong"
    COVERAGE_INCOMPLETE = "coverage_incomplete"
    CHANGED_AFTER_SIGNING = "changed_after_signing"
    CERTIFICATE_MISMATCH = "certificate_mismatch"
    # The certificate, at the time of the signature.
    CERTIFICATE_MISSING = "certificate_missing"
    NO_TRUSTED_PATH = "no_trusted_path"
    PATH_INVALID = "path_invalid"
    WRONG_KEY_USAGE = "wrong_key_usage"
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_NOT_YET_VALID = "certificate_not_yet_valid"
    CERTIFICATE_REVOKED = "certificate_revoked"
    REVOKED_NO_TIME_PROOF = "revoked_no_time_proof"
    REVOCATION_UNKNOWN = "revocation_unknown"
    # Time.
    NO_TIMESTAMP = "no_timestamp"
    TIMESTAMP_INVALID = "timestamp_invalid"
    TIME_AHEAD = "time_ahead"
    # Algorithms.
    ALGORITHM_BROKEN = "algorithm_broken"
    LEGACY_DIGEST = "legacy_digest"
    LEGACY_KEY = "legacy_key"
    LEGACY_PADDING = "legacy_padding"
    LEGACY_FORMAT = "legacy_format"


_INVALID: Final = frozenset(
    {
        VerdictReason.CONTENT_CHANGED,
        VerdictReason.SIGNATURE_WRONG,
        VerdictReason.COVERAGE_INCOMPLETE,
        VerdictReason.CHANGED_AFTER_SIGNING,
        VerdictReason.CERTIFICATE_MISMATCH,
        VerdictReason.CERTIFICATE_REVOKED,
    }
)
"""Disproved: somebody changed the document, or signed without the right to."""
_LEGACY: Final = frozenset(
    {
        VerdictReason.NO_TIMESTAMP,
        VerdictReason.LEGACY_DIGEST,
        VerdictReason.LEGACY_KEY,
        VerdictReason.LEGACY_PADDING,
        VerdictReason.LEGACY_FORMAT,
    }
)
_ORDER: Final = tuple(Grade)


GRADES: Final[Mapping[VerdictReason, Grade]] = {
    **dict.fromkeys(VerdictReason, Grade.INDETERMINATE),
    **dict.fromkeys(_INVALID, Grade.INVALID),
    **dict.fromkeys(_LEGACY, Grade.VALID_LEGACY),
}
"""What each reason leads to. Where nothing is proved either way: indeterminate (invariant 5)."""


@unique
class SignerKind(StrEnum):
    """Whose certificate it is, as its subject says."""

    ORGANISATION = "organisation"
    PERSON = "person"
    UNKNOWN = "unknown"


@unique
class IdentityScheme(StrEnum):
    """In which register the number in a seal's certificate stands."""

    TAX_NUMBER = "tax_number"
    AGENCY_CODE = "agency_code"


@unique
class SenderMatch(StrEnum):
    """Whether a seal in the document is the sender's."""

    SAME = "same"
    DIFFERS = "differs"
    UNKNOWN = "unknown"
    """No seal names an organisation, or in a register in which the sender has no code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationIdentity:
    """The number of an organisation in its seal's certificate."""

    scheme: IdentityScheme
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureVerdict:
    """One signature. It holds no personal number (invariant 9)."""

    number: int
    """1 is the first one that was made."""
    grade: Grade
    reasons: tuple[VerdictReason, ...]
    form: str
    """For example `adbe.pkcs7.detached`, `XAdES`, `CAdES`."""
    algorithm: str
    """For example `rsa2048-pkcs1v15-sha256`; empty where it cannot be read."""
    signer: str
    """An organisation's name; of a person only the initials."""
    signer_kind: SignerKind
    organisation: OrganisationIdentity | None
    issuer: str
    """The authority's common name."""
    certificate_sha256: str
    """Hexadecimal; empty where there is no certificate."""
    claimed_at: datetime | None
    """What the signer's clock said."""
    proven_at: datetime | None
    """What a trusted time stamp says: the signature existed then."""
    covers: str
    """For example `whole document`, `revision 1 of 3`, `2 parts`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentVerdict:
    """A document with all its signatures."""

    sha256: str
    """Hexadecimal."""
    media_type: str
    grade: Grade
    """The worst of the document's own reasons and of its signatures."""
    reasons: tuple[VerdictReason, ...]
    """Of the document itself; those of its signatures stand there."""
    signatures: tuple[SignatureVerdict, ...]
    sender: SenderMatch
    judged_at: datetime
    """The time that counts as now: the message's receipt."""
    trust: str
    """Version of the trust roots that were used."""


def grade_of(reasons: Iterable[VerdictReason]) -> Grade:
    """Return the worst that `reasons` lead to; none: valid."""
    return worst(GRADES[reason] for reason in reasons)


def worst(grades: Iterable[Grade]) -> Grade:
    """Return the worst grade; none: valid."""
    return max(grades, key=_ORDER.index, default=Grade.VALID)


def document_verdict(
    *,
    sha256: str,
    media_type: str,
    reasons: Collection[VerdictReason],
    judged_at: datetime,
    trust: str,
    signatures: tuple[SignatureVerdict, ...] = (),
    sender: SenderMatch = SenderMatch.UNKNOWN,
) -> DocumentVerdict:
    """Return the verdict with the grade that follows. Absence is no proof (invariant 5).

    A document without signatures is `not_signed`, so indeterminate, whatever else is said.
    """
    all_reasons = tuple(dict.fromkeys(reasons))
    if not signatures and not all_reasons:
        all_reasons = (VerdictReason.NOT_SIGNED,)
    grades = (grade_of(all_reasons), *(one.grade for one in signatures))
    return DocumentVerdict(
        sha256=sha256,
        media_type=media_type,
        grade=worst(grades),
        reasons=all_reasons,
        signatures=signatures,
        sender=sender,
        judged_at=judged_at,
        trust=trust,
    )


def to_json(verdict: DocumentVerdict) -> bytes:
    """Return the verdict as JSON: the same verdict, the same bytes."""
    return msgspec.json.encode(verdict)


def from_json(data: bytes) -> DocumentVerdict:
    """Return the verdict that `to_json` wrote.

    Raises:
        ValueError: it is something else.
    """
    return msgspec.json.decode(data, type=DocumentVerdict)
