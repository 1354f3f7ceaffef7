"""Signatures in PDF (ISO 32000-2, section 12.8): every one, what it covers, what came after it.

pyHanko reads the file and compares revisions; what counts how is decided here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from asn1crypto import cms
from pyhanko.pdf_utils.crypt import AuthStatus, StandardSecurityHandler
from pyhanko.pdf_utils.misc import PdfDecodeLimitError, PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import SuspiciousModification
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from hub.signing.documents.cms import (
    PARSE_ERRORS,
    Digest,
    Malformed,
    digest_by_name,
    digest_of,
)
from hub.signing.documents.facts import (
    NOTHING_BROUGHT,
    Brought,
    Case,
    Facts,
    Outcome,
    numbered,
    with_proof,
)
from hub.signing.documents.question import Question, RevocationAnswers
from hub.signing.documents.signers import cms_facts, timestamp_facts
from hub.signing.documents.timestamps import Stamped, check_token
from hub.signing.verdicts import VerdictReason

PDF_ERRORS: Final = (
    PdfError,
    ArithmeticError,  # numbers as Decimal
    AssertionError,
    NotImplementedError,
    RecursionError,
    *PARSE_ERRORS,
)
"""What pyHanko raises on files that are not what they should be."""
_HELD: Final = "adbe.pkcs7.sha1"
"""The CMS holds the SHA-1 of the document and signs that (ISO 32000-1, section 12.8.3.3)."""
_FORMATS: Final = frozenset({"adbe.pkcs7.detached", "ETSI.CAdES.detached", _HELD})
_STAMP: Final = "ETSI.RFC3161"
_NUMBERS: Final = 4
"""In a ByteRange: start and length, twice."""
_Spans = tuple[int, int, int]
"""End of the first span, start of the second, its end."""
_MOST_SIGNATURES: Final = 32
_MOST_REVISIONS: Final = 128
"""Comparing revisions costs their number times the file: a letter has a handful."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """One signature field, opened as far as it could be."""

    revision: int
    form: str
    embedded: EmbeddedPdfSignature | None
    problem: VerdictReason | None = None


def judge_pdf(document: bytes, question: Question) -> Outcome:
    """Judge all signatures in a PDF."""
    try:
        reader = _open(document)
        if not _is_open(reader):
            return Outcome(reasons=(VerdictReason.ENCRYPTED_DOCUMENT,))
        found = _signatures(reader)
        case = Case(question=question, brought=_brought(reader))
    except PdfDecodeLimitError:
        return Outcome(reasons=(VerdictReason.TOO_COMPLEX,))
    except PDF_ERRORS:
        return Outcome(reasons=(VerdictReason.MALFORMED_DOCUMENT,))
    if len(found) > _MOST_SIGNATURES or reader.total_revisions > _MOST_REVISIONS:
        return Outcome(reasons=(VerdictReason.TOO_COMPLEX,))
    facts = [_facts(document, reader, one, case) for one in found]
    return Outcome(signed=tuple(numbered(_proved(facts, found), question)))


def _open(document: bytes) -> PdfFileReader:
    """Read strictly; what real programs get wrong is read leniently, where that is no risk."""
    try:
        return PdfFileReader(BytesIO(document))
    except PdfDecodeLimitError:
        raise
    except PDF_ERRORS:
        reader = PdfFileReader(BytesIO(document), strict=False)
    if reader.xrefs.hybrid_xrefs_present:
        # Two tables of objects: one reader sees one file, another one another (shadow attacks).
        raise PdfError("hybrid cross-references")
    return reader


def _is_open(reader: PdfFileReader) -> bool:
    """Say whether everybody can read the file: in clear, or encrypted with the empty password.

    Programs forbid copying so. A signature covers the encrypted bytes and is itself left in clear.
    """
    if not reader.encrypted:
        return True
    if not isinstance(reader.security_handler, StandardSecurityHandler):
        return False
    return reader.decrypt(b"").status is not AuthStatus.FAILED


def _signatures(reader: PdfFileReader) -> list[_Found]:
    """Return every filled signature field, in the order of revisions. None is left out."""
    fields = enumerate_sig_fields(reader, filled_status=True)
    found = [_opened(reader, name, field) for name, _, field in _limited(fields)]
    return sorted(found, key=lambda one: one.revision)


def _limited(fields: Iterator[Any]) -> Iterator[Any]:
    for number, field in enumerate(fields):
        if number > _MOST_SIGNATURES:
            return
        yield field


def _opened(reader: PdfFileReader, name: str, field: Any) -> _Found:
    try:
        value = field.get_object()["/V"].get_object()
        form = str(value.get("/SubFilter", "")).lstrip("/")
    except PDF_ERRORS:
        return _bad(reader, "", VerdictReason.MALFORMED_SIGNATURE)
    if form not in {*_FORMATS, _STAMP}:
        return _bad(reader, form[:40], VerdictReason.UNSUPPORTED_SIGNATURE)
    try:
        embedded = EmbeddedPdfSignature(reader, field, name)
    except PDF_ERRORS:
        return _bad(reader, form, VerdictReason.MALFORMED_SIGNATURE)
    return _Found(revision=embedded.signed_revision, form=form, embedded=embedded)


def _bad(reader: PdfFileReader, form: str, problem: VerdictReason) -> _Found:
    return _Found(revision=reader.total_revisions, form=form, embedded=None, problem=problem)


def _brought(reader: PdfFileReader) -> Brought:
    """Return what the document security store holds (ISO 32000-2, section 12.8.4.3)."""
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return NOTHING_BROUGHT
    crls = [_stream(one) for one in store.crls]
    ocsps = [_stream(one) for one in store.ocsps]
    answers = RevocationAnswers(crls=tuple(crls), ocsps=tuple(ocsps))
    return Brought(certificates=tuple(store.load_certs()), answers=answers)


def _stream(reference: Any) -> bytes:
    return bytes(reference.get_object().data)


def _facts(document: bytes, reader: PdfFileReader, found: _Found, case: Case) -> Facts:
    embedded = found.embedded
    if embedded is None:
        told = () if found.problem is None else (found.problem,)
        return Facts(form=found.form, covers="", reasons=told)
    spans = _spans(embedded, len(document))
    if spans is None:
        incomplete = (VerdictReason.COVERAGE_INCOMPLETE,)
        return Facts(form=found.form, covers="", reasons=incomplete)
    try:
        covers, reasons = _coverage(document[spans[2] :], reader, embedded)
        digest = _digest(document, spans)
        if found.form == _STAMP:
            return _stamp_facts(embedded.signed_data, digest, case, covers, reasons)
        if found.form == _HELD:
            digest, more = _held(embedded.signed_data, digest)
            reasons = (*reasons, *more)
    except (Malformed, *PDF_ERRORS):
        problem = (VerdictReason.MALFORMED_SIGNATURE,)
        return Facts(form=found.form, covers="", reasons=problem)
    return cms_facts(
        embedded.signed_data,
        embedded.signer_info,
        digest,
        case,
        form=found.form,
        covers=covers,
        reasons=reasons,
    )


def _held(data: cms.SignedData, document: Digest) -> tuple[Digest, tuple[VerdictReason, ...]]:
    """Return what is signed, the digest that the CMS holds, and whether it is the document's."""
    held = data["encap_content_info"]["content"].native
    if not isinstance(held, bytes):
        raise Malformed
    changed = (VerdictReason.CONTENT_CHANGED,) if held != document("sha1") else ()
    return digest_of(held), (VerdictReason.LEGACY_DIGEST, VerdictReason.LEGACY_FORMAT, *changed)


def _stamp_facts(
    token: cms.SignedData,
    digest: Digest,
    case: Case,
    covers: str,
    reasons: tuple[VerdictReason, ...],
) -> Facts:
    stamped = check_token(token, digest, case)
    if reasons:  # A stamp over a file that was changed since proves nothing about what it covers.
        stamped = Stamped(reasons=(*reasons, *stamped.reasons), wanted=stamped.wanted)
    return timestamp_facts(token, stamped, form=_STAMP, covers=covers)


def _coverage(
    behind: bytes, reader: PdfFileReader, embedded: EmbeddedPdfSignature
) -> tuple[str, tuple[VerdictReason, ...]]:
    """Return what the signature covers, and what is wrong with that or with later changes.

    `behind`: the bytes of the file after those that are signed.
    """
    embedded.compute_integrity_info()  # type: ignore[no-untyped-call]  # half-typed pyHanko
    if embedded.coverage is None or embedded.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        return "", (VerdictReason.COVERAGE_INCOMPLETE,)
    whole, last = embedded.signed_revision + 1, reader.total_revisions
    if whole == last:
        changed = behind.strip(b"\0\t\n\f\r ")
        return "whole document", (VerdictReason.CHANGED_AFTER_SIGNING,) if changed else ()
    covers = f"revision {whole} of {last}"
    allowed = embedded.summarise_integrity_info()["docmdp_ok"]
    if isinstance(embedded.diff_result, SuspiciousModification) or not allowed:
        return covers, (VerdictReason.CHANGED_AFTER_SIGNING,)
    return covers, ()


def _spans(embedded: EmbeddedPdfSignature, size: int) -> _Spans | None:
    """Return a ByteRange if it is two spans of the file, from its first byte, around the hole."""
    found = [one for one in embedded.byte_range if isinstance(one, int) and one >= 0]
    if len(found) != len(embedded.byte_range) or len(found) != _NUMBERS:
        return None
    start, length, again, rest = map(int, found)
    if start != 0 or length > again or again + rest > size:
        return None
    return length, again, again + rest


def _digest(document: bytes, spans: _Spans) -> Digest:
    view, (first, again, end) = memoryview(document), spans
    return lambda name: digest_by_name(name, view[:first], view[again:end])


def _proved(facts: list[Facts], found: list[_Found]) -> Iterator[Facts]:
    """Let a sound document time stamp prove the signatures in the revisions that it covers."""
    for number, one in enumerate(facts):
        times = [
            later.proven_at
            for later, where in zip(facts[number + 1 :], found[number + 1 :], strict=True)
            if later.path_judged and later.proven_at and where.revision > found[number].revision
        ]
        yield with_proof(one, min(times)) if times else one
