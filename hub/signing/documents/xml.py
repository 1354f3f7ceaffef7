"""Signatures in XML: XMLDSig and XAdES, enveloped, enveloping or beside what they sign.

signxml checks signature and digests; of its answer only what it returns as signed is read. Paths,
time stamps and coverage are judged here.
"""

import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from lxml import etree
from signxml import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConfiguration,
    SignatureMethod,
    VerifyResult,
    XMLVerifier,
)
from signxml.exceptions import InvalidDigest, InvalidInput, InvalidSignature, SignXMLException

from hub.signing.documents.algorithms import judge_strength
from hub.signing.documents.cms import PARSE_ERRORS, Malformed
from hub.signing.documents.facts import Case, Facts, Outcome, numbered
from hub.signing.documents.question import Question
from hub.signing.documents.xades import (
    XADES,
    algorithm_at,
    brought_by,
    certificates_of,
    claimed_time,
    judge_stamps,
    named_certificate,
    signed_properties,
    signers_certificate,
)
from hub.signing.documents.xml_tree import DS, XmlRefused, is_all_signed, parse, parser
from hub.signing.verdicts import VerdictReason

_MOST_SIGNATURES: Final = 32
_MOST_REFERENCES: Final = 32
"""Each reference costs a copy of the whole document."""
_TRANSFORMS: Final = frozenset(
    {
        "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
        *(one.value for one in CanonicalizationMethod),
    }
)
"""Those that only leave out the signature or fix the spelling. XSLT and XPath choose what is signed
by a program of the signer's: not run."""
_ID_NAMES: Final = frozenset({"Id", "ID", "id"})
"""By these names signxml finds what a reference means, in any namespace."""
_ERRORS: Final = (
    SignXMLException,
    UnsupportedAlgorithm,
    etree.LxmlError,
    binascii.Error,
    *PARSE_ERRORS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signature:
    """One ds:Signature, and where it stands."""

    element: etree._Element
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """The facts about a signature, and the elements that it covers."""

    facts: Facts
    signed: tuple[etree._Element, ...] = ()
    names: frozenset[str] = frozenset()
    """Files beside the document that it covers, too."""


class _At(XMLVerifier):
    """A verifier of the signature at one place: a document may have several."""

    def __init__(self, path: str) -> None:
        self._path = path

    def _get_signature(self, root: etree._Element) -> etree._Element:
        found = root if self._path == "." else root.find(self._path)
        if found is None:
            raise InvalidInput("no signature at its place")
        return found


_NO_FILES: Final[Mapping[str, bytes]] = {}


def judge_xml(document: bytes, question: Question) -> Outcome:
    """Judge all signatures in an XML document."""
    try:
        root = parse(document)
    except XmlRefused:
        return Outcome(reasons=(VerdictReason.MALFORMED_DOCUMENT,))
    found = list(_signatures(root))
    if len(found) > _MOST_SIGNATURES:
        return Outcome(reasons=(VerdictReason.TOO_COMPLEX,))
    read = [_read(document, root, one, question, _NO_FILES) for one in found]
    covered = [element for one in read for element in one.signed]
    partly = bool(found) and not is_all_signed(root, covered)
    return Outcome(
        reasons=(VerdictReason.PARTLY_SIGNED,) if partly else (),
        signed=tuple(numbered((one.facts for one in read), question)),
    )


def signatures_over(
    document: bytes, files: Mapping[str, bytes], question: Question
) -> list[tuple[Facts, frozenset[str]]]:
    """Return the facts about each signature over files beside the document, and their names.

    Raises:
        XmlRefused: the document is no XML that the hub reads.
    """
    root = parse(document)
    read = [_read(document, root, one, question, files) for one in _signatures(root)]
    return [(one.facts, one.names) for one in read]


def _signatures(root: etree._Element) -> Iterator[_Signature]:
    tree = root.getroottree()
    for element in root.iter(f"{DS}Signature"):
        # A signature inside another one's signed content is content (XAdES countersignatures).
        if next(element.iterancestors(f"{DS}Signature"), None) is None:
            yield _Signature(element=element, path=tree.getelementpath(element))


def _read(
    document: bytes,
    root: etree._Element,
    one: _Signature,
    question: Question,
    files: Mapping[str, bytes],
) -> _Read:
    form = "XMLDSig" if one.element.find(f".//{XADES}SignedProperties") is None else "XAdES"
    try:
        problem = _unsupported(one.element, files)
        if problem is not None:
            return _Read(facts=Facts(form=form, covers="", reasons=(problem,)))
        return _facts(document, root, one, form, Case(question=question), files)
    except (Malformed, *_ERRORS):
        problem = VerdictReason.MALFORMED_SIGNATURE
        return _Read(facts=Facts(form=form, covers="", reasons=(problem,)))


def _unsupported(signature: etree._Element, files: Mapping[str, bytes]) -> VerdictReason | None:
    references = signature.findall(f"{DS}SignedInfo/{DS}Reference")
    if len(references) > _MOST_REFERENCES:
        return VerdictReason.TOO_COMPLEX
    known = all(_is_known(one, files) for one in references)
    return None if known and references else VerdictReason.UNSUPPORTED_SIGNATURE


def _is_known(reference: etree._Element, files: Mapping[str, bytes]) -> bool:
    transforms = reference.findall(f"{DS}Transforms/{DS}Transform")
    if _is_inside_document(reference):
        return all(one.get("Algorithm") in _TRANSFORMS for one in transforms)
    # What stands outside of the document is not fetched (invariant 9, and SSRF): it is a file that
    # came with it, and its bytes are signed as they are.
    place = urlsplit(reference.get("URI") or "")
    return bool(files) and not (place.scheme or place.netloc or transforms)


def _is_inside_document(reference: etree._Element) -> bool:
    uri = reference.get("URI")
    return uri is not None and (uri == "" or uri.startswith("#"))


def _file_name(uri: str) -> str:
    return unquote(uri).removeprefix("/")


def _facts(
    document: bytes,
    root: etree._Element,
    one: _Signature,
    form: str,
    case: Case,
    files: Mapping[str, bytes],
) -> _Read:
    certificates = certificates_of(one.element)
    if not certificates:
        missing = (VerdictReason.CERTIFICATE_MISSING,)
        return _Read(facts=Facts(form=form, covers="", reasons=missing))
    own = signers_certificate(certificates)
    reasons, results = _verified(document, one, own, files)
    properties = signed_properties(results)
    names = _names(one.element)
    signed = _signed_elements(root, one.element)
    whole = case.with_more(brought_by(one.element, certificates))
    stamped = judge_stamps(one.element, whole)
    shown, more = _strength(one.element, own)
    return _Read(
        facts=Facts(
            form=form,
            covers=_covers(root, signed, names),
            reasons=(*reasons, *more, *named_certificate(properties, own), *stamped.reasons),
            certificate=own,
            brought=whole.brought,
            algorithm=shown,
            claimed_at=claimed_time(properties),
            proven_at=stamped.at,
            wanted=stamped.wanted,
        ),
        # What a broken signature points at is not covered by it.
        signed=() if reasons else tuple(signed),
        names=frozenset() if reasons else names,
    )


def _names(signature: etree._Element) -> frozenset[str]:
    """Return the files beside the document that the signature names."""
    references = signature.iterfind(f"{DS}SignedInfo/{DS}Reference")
    outside = (one for one in references if not _is_inside_document(one))
    return frozenset(_file_name(one.get("URI") or "") for one in outside)


def _covers(root: etree._Element, signed: list[etree._Element], names: frozenset[str]) -> str:
    if names:
        return f"{len(names)} files"
    return "whole document" if root in signed else f"{len(signed)} parts"


def _verified(
    document: bytes, one: _Signature, own: asn1.Certificate, files: Mapping[str, bytes]
) -> tuple[list[VerdictReason], list[VerifyResult]]:
    """Check signature and digests with the signer's key; return what is signed."""
    certificate = x509.load_der_x509_certificate(own.dump())
    config = SignatureConfiguration(
        expect_references=False,
        signature_methods=frozenset(SignatureMethod),
        digest_algorithms=frozenset(DigestAlgorithm),
        # The path is judged elsewhere, at another time: here only the key counts.
        verification_time=certificate.not_valid_before_utc,
    )
    if not _names(one.element) <= files.keys():
        return [VerdictReason.CONTENT_CHANGED], []
    try:
        found = _At(one.path).verify(
            document,
            x509_cert=certificate,
            parser=parser(),
            expect_config=config,
            uri_resolver=lambda uri: files[_file_name(uri)],
        )
    except InvalidDigest:
        return [VerdictReason.CONTENT_CHANGED], []
    except InvalidSignature:
        return [VerdictReason.SIGNATURE_WRONG], []
    results = found if isinstance(found, list) else [found]
    references = one.element.iterfind(f"{DS}SignedInfo/{DS}Reference")
    # Attack: a signed file that looks like properties of the signature.
    told = zip(results, references, strict=True)
    return [], [result for result, reference in told if _is_inside_document(reference)]


def _signed_elements(root: etree._Element, signature: etree._Element) -> list[etree._Element]:
    """Return the elements that the references name, but not those inside the signature itself.

    Raises:
        Malformed: a name that two elements have. Which one is signed is then up to the reader,
            and signature wrapping lives from that.
    """
    references = signature.findall(f"{DS}SignedInfo/{DS}Reference")
    names = {one.get("URI", "").lstrip("#") for one in references if _is_inside_document(one)}
    named = [(name, one) for one in root.iter(etree.Element) for name in _ids(one) & names]
    if len({name for name, _ in named}) != len(named):
        raise Malformed
    whole = [root] if "" in names else []
    return whole + [one for _, one in named if not _is_inside(one, signature)]


def _ids(element: etree._Element) -> set[str]:
    found = {
        value for name, value in element.attrib.items() if etree.QName(name).localname in _ID_NAMES
    }
    return found - {""}


def _is_inside(element: etree._Element, signature: etree._Element) -> bool:
    return element is signature or signature in element.iterancestors(f"{DS}Signature")


def _strength(
    signature: etree._Element, own: asn1.Certificate
) -> tuple[str, tuple[VerdictReason, ...]]:
    info = f"{DS}SignedInfo"
    method = SignatureMethod(algorithm_at(signature, f"{info}/{DS}SignatureMethod"))
    digests = {
        DigestAlgorithm(one.get("Algorithm")).name.lower()
        for one in signature.iterfind(f"{info}/{DS}Reference/{DS}DigestMethod")
    }
    scheme, digest = _scheme(method)
    judged = judge_strength(scheme, {*digests, digest}, own.public_key)
    return judged.shown, judged.reasons


def _scheme(method: SignatureMethod) -> tuple[str, str]:
    """Return scheme and digest: `RSA_SHA256`, `ECDSA_SHA3_256`, `SHA256_RSA_MGF1`."""
    if method.name.endswith("_RSA_MGF1"):
        return "rsassa_pss", method.name.removesuffix("_RSA_MGF1").lower()
    scheme, _, digest = method.name.partition("_")
    return {"RSA": "rsassa_pkcs1v15", "ECDSA": "ecdsa"}.get(scheme, "other"), digest.lower()
