"""What a signature in XML brings and says of itself (XAdES, ETSI EN 319 132-1)."""

import base64
from datetime import UTC, datetime
from typing import Any, Final

from asn1crypto import cms
from asn1crypto import x509 as asn1
from lxml import etree
from signxml import DigestAlgorithm, VerifyResult

from hub.signing.documents.cms import Malformed, digest_of, load_signed_data
from hub.signing.documents.facts import Brought, Case
from hub.signing.documents.paths import load_certificates
from hub.signing.documents.question import RevocationAnswers
from hub.signing.documents.timestamps import Stamped, earliest_proof
from hub.signing.documents.xml_tree import DS
from hub.signing.verdicts import VerdictReason

XADES: Final = "{http://uri.etsi.org/01903/v1.3.2#}"
_MOST_CERTIFICATES: Final = 32


def certificates_of(signature: etree._Element) -> list[asn1.Certificate]:
    """Return the certificates in KeyInfo, at most 32."""
    found = signature.findall(f"{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate")
    return load_certificates(_decoded(one) for one in found[:_MOST_CERTIFICATES])


def signers_certificate(certificates: list[asn1.Certificate]) -> asn1.Certificate:
    """Return the one that issued no other: a chain stands in any order (XMLDSig, section 4.5.4)."""
    issuers = {one.issuer.hashable for one in certificates}
    ends = [one for one in certificates if one.subject.hashable not in issuers]
    return (ends or certificates)[0]


def brought_by(signature: etree._Element, certificates: list[asn1.Certificate]) -> Brought:
    """Return the certificates and revocation answers that the signature carries."""
    more = signature.iterfind(f".//{XADES}CertificateValues/{XADES}EncapsulatedX509Certificate")
    crls = signature.iterfind(f".//{XADES}CRLValues/{XADES}EncapsulatedCRLValue")
    ocsps = signature.iterfind(f".//{XADES}OCSPValues/{XADES}EncapsulatedOCSPValue")
    answers = RevocationAnswers(crls=tuple(map(_decoded, crls)), ocsps=tuple(map(_decoded, ocsps)))
    help_ = load_certificates(_decoded(one) for one in list(more)[:_MOST_CERTIFICATES])
    return Brought(certificates=(*certificates, *help_), answers=answers)


def signed_properties(results: list[VerifyResult]) -> etree._Element | None:
    """Return XAdES' SignedProperties as they were signed: never those that only stand there."""
    for one in results:
        if one.signed_xml is not None and one.signed_xml.tag == f"{XADES}SignedProperties":
            return one.signed_xml
    return None


def claimed_time(properties: etree._Element | None) -> datetime | None:
    """Return the signer's own time, if it says one with its zone."""
    found = None if properties is None else properties.find(f".//{XADES}SigningTime")
    try:
        at = datetime.fromisoformat((found.text or "").strip()) if found is not None else None
    except ValueError:
        return None
    return at.astimezone(UTC) if at is not None and at.tzinfo is not None else None


def named_certificate(
    properties: etree._Element | None, own: asn1.Certificate
) -> tuple[VerdictReason, ...]:
    """Compare the certificate with the one that the signature names (XAdES, section 5.2.2)."""
    cert = None
    if properties is not None:
        base = f".//{XADES}SigningCertificate"
        cert = properties.find(f"{base}V2/{XADES}Cert")
        cert = cert if cert is not None else properties.find(f"{base}/{XADES}Cert")
    if cert is None:
        return (VerdictReason.LEGACY_FORMAT,)
    method = cert.find(f"{XADES}CertDigest/{DS}DigestMethod")
    value = cert.find(f"{XADES}CertDigest/{DS}DigestValue")
    if method is None or value is None:
        raise Malformed
    name = DigestAlgorithm(method.get("Algorithm")).name.lower()
    same = digest_of(own.dump())(name) == _decoded(value)
    return () if same else (VerdictReason.CERTIFICATE_MISMATCH,)


def judge_stamps(signature: etree._Element, case: Case) -> Stamped:
    """Judge XAdES' SignatureTimeStamp: over ds:SignatureValue, canonical (section 5.3)."""
    value = signature.find(f"{DS}SignatureValue")
    tokens: list[cms.SignedData] = []
    for one in signature.iterfind(f".//{XADES}SignatureTimeStamp"):
        tokens += [
            load_signed_data(_decoded(token))
            for token in one.iterfind(f"{XADES}EncapsulatedTimeStamp")
        ]
    method = algorithm_at(signature, f".//{XADES}SignatureTimeStamp/{DS}CanonicalizationMethod")
    exclusive = "xml-exc-c14n" in method
    if value is None:
        raise Malformed
    data: Any = etree.tostring(value, method="c14n", exclusive=exclusive, with_tail=False)
    return earliest_proof(tuple(tokens), digest_of(data), case)


def algorithm_at(signature: etree._Element, path: str) -> str:
    """Return the algorithm that the element at `path` names; empty without one."""
    found = signature.find(path)
    return "" if found is None else found.get("Algorithm", "")


def _decoded(element: etree._Element) -> bytes:
    return base64.b64decode("".join((element.text or "").split()), validate=True)
