"""One signature in CMS (RFC 5652): PDF, CAdES, ASiC-E and time stamps all carry it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import new as new_hash
from typing import Any, Final

from asn1crypto import cms, core, pdf, x509
from pyhanko.sign.general import find_cms_attribute_iter, match_issuer_serial
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import get_signing_cert_attr, validate_sig_integrity

from hub.signing.documents.algorithms import strength
from hub.signing.documents.facts import Brought
from hub.signing.documents.loading import expect_readable
from hub.signing.documents.question import RevocationAnswers
from hub.signing.verdicts import VerdictReason

PARSE_ERRORS: Final = (ValueError, TypeError, KeyError, IndexError, OverflowError, AttributeError)
"""What asn1crypto and its users raise on bytes that are not what they should be."""
_ADOBE_REVOCATION: Final = pdf.CMSAttributeType.map("1.2.840.113583.1.1.8")
"""Adobe's attribute for CRLs and OCSP answers; asn1crypto knows it once `pdf` is imported."""
_MOST_CERTIFICATES: Final = 32
_MOST_SIGNERS: Final = 32
_HASHES: Final = frozenset(
    {"md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512"}
)
Digest = Callable[[str], bytes]
"""From a digest's name to the digest of what is signed."""


class Malformed(Exception):
    """What should be CMS is not. `reason` says how it counts."""

    def __init__(self, reason: VerdictReason = VerdictReason.MALFORMED_SIGNATURE) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class CmsFacts:
    """What was found out about one signer, before certificate and time stamps are judged."""

    reasons: tuple[VerdictReason, ...]
    certificate: x509.Certificate | None
    brought: Brought
    algorithm: str
    claimed_at: datetime | None
    signature: bytes
    tokens: tuple[cms.SignedData, ...]
    """The time stamps over the signature, not yet checked."""


def load_signed_data(data: bytes) -> cms.SignedData:
    """Return the SignedData in a ContentInfo. Zeros may follow: a PDF's placeholder is longer.

    Raises:
        Malformed: it is none, or has too many signers.
    """
    try:
        info = cms.ContentInfo.load(data)
        if info["content_type"].native != "signed_data":
            raise Malformed
        content = info["content"]
        signers = len(content["signer_infos"])
    except PARSE_ERRORS as error:
        raise Malformed from error
    if not 1 <= signers <= _MOST_SIGNERS:
        raise Malformed
    return content


def digest_of(data: bytes) -> Digest:
    """Return a function from a digest's name to that of `data`.

    Raises (the function): Malformed: a digest that the hub does not know.
    """
    return lambda name: digest_by_name(name, data)


def digest_by_name(name: str, *parts: bytes | memoryview) -> bytes:
    """Return a digest of all parts, one after the other.

    Raises:
        Malformed: a digest that the hub does not know.
    """
    if name not in _HASHES:
        raise Malformed(VerdictReason.ALGORITHM_BROKEN)
    running = new_hash(name)
    for part in parts:
        running.update(part)
    return running.digest()


def signer_facts(
    data: cms.SignedData, signer: cms.SignerInfo, digest: Digest, content_type: str = "data"
) -> CmsFacts:
    """Check one signer's signature over content with this digest.

    Raises:
        Malformed: it cannot be read.
    """
    try:
        return _facts(data, signer, digest, content_type)
    except PARSE_ERRORS as error:
        raise Malformed from error


def embedded_certificates(data: cms.SignedData) -> list[x509.Certificate]:
    """Return the certificates that a signature brings, at most 32."""
    found = data["certificates"]
    if isinstance(found, core.Void):
        return []
    chosen = [one.chosen.untag() for one in found if one.name == "certificate"]
    return chosen[:_MOST_CERTIFICATES]


def _facts(
    data: cms.SignedData, signer: cms.SignerInfo, digest: Digest, content_type: str
) -> CmsFacts:
    certificates = embedded_certificates(data)
    own = _certificate_of(signer, certificates)
    name = signer["digest_algorithm"]["algorithm"].native
    shown, reasons = "", [VerdictReason.CERTIFICATE_MISSING]
    if own is not None:
        expect_readable(own)
        judged = strength(signer["signature_algorithm"], name, own.public_key)
        shown, reasons = judged.shown, list(judged.reasons)
        if VerdictReason.ALGORITHM_BROKEN not in reasons:
            reasons += _integrity(signer, own, digest(name), content_type)
        if not _names_certificate(signer):
            reasons.append(VerdictReason.LEGACY_FORMAT)
    return CmsFacts(
        reasons=tuple(reasons),
        certificate=own,
        brought=Brought(certificates=tuple(certificates), answers=_answers(data, signer)),
        algorithm=shown,
        claimed_at=_claimed(signer),
        signature=signer["signature"].native,
        tokens=tuple(_tokens(signer)),
    )


def _certificate_of(
    signer: cms.SignerInfo, certificates: list[x509.Certificate]
) -> x509.Certificate | None:
    identifier = signer["sid"]
    for one in certificates:
        if identifier.name == "issuer_and_serial_number":
            if match_issuer_serial(identifier.chosen, one):
                return one
        elif one.key_identifier is not None and one.key_identifier == identifier.chosen.native:
            return one
    return None


def _integrity(
    signer: cms.SignerInfo, own: x509.Certificate, digest: bytes, content_type: str
) -> list[VerdictReason]:
    try:
        intact, valid = validate_sig_integrity(signer, own, content_type, digest)
    except SignatureValidationError as error:
        indication = getattr(error.ades_subindication, "name", "")
        if indication == "NO_SIGNING_CERTIFICATE_FOUND":
            return [VerdictReason.CERTIFICATE_MISMATCH]
        return [VerdictReason.MALFORMED_SIGNATURE]
    if not valid:
        return [VerdictReason.SIGNATURE_WRONG]
    return [] if intact else [VerdictReason.CONTENT_CHANGED]


def _names_certificate(signer: cms.SignerInfo) -> bool:
    attributes = signer["signed_attrs"]
    if isinstance(attributes, core.Void):
        return False
    try:
        return get_signing_cert_attr(attributes) is not None
    except SignatureValidationError:  # Two of them: already told by the integrity check.
        return True


def _claimed(signer: cms.SignerInfo) -> datetime | None:
    for value in find_cms_attribute_iter(signer["signed_attrs"], "signing_time"):
        found = value.native
        return found.astimezone(UTC) if isinstance(found, datetime) else None
    return None


def _tokens(signer: cms.SignerInfo) -> list[cms.SignedData]:
    found = find_cms_attribute_iter(signer["unsigned_attrs"], "signature_time_stamp_token")
    return [token["content"] for token in found]


def _answers(data: cms.SignedData, signer: cms.SignerInfo) -> RevocationAnswers:
    """Return the CRLs and OCSP answers that travel inside the signature (also Adobe's)."""
    given = [] if isinstance(data["crls"], core.Void) else data["crls"]
    crls = [one.chosen.untag().dump() for one in given if one.name == "certificate_list"]
    ocsps: list[bytes] = []
    for archive in find_cms_attribute_iter(signer["signed_attrs"], _ADOBE_REVOCATION):
        crls += _dumped(archive["crl"])
        ocsps += _dumped(archive["ocsp"])
    return RevocationAnswers(crls=tuple(crls), ocsps=tuple(ocsps))


def _dumped(found: Any) -> list[bytes]:
    return [] if isinstance(found, core.Void) else [one.dump() for one in found]
