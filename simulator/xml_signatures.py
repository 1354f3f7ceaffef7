"""XMLDSig and XAdES signatures for samples, written by hand so that each part can be left out.

Canonical XML 1.1, which is what others verify. The bytes are the same each time for keys on P-256
and for RSA with PKCS#1.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from lxml import etree

from simulator.pki import Holder

_DS: Final = "http://www.w3.org/2000/09/xmldsig#"
_XADES: Final = "http://uri.etsi.org/01903/v1.3.2#"
_C14N: Final = "http://www.w3.org/2006/12/xml-c14n11"
_SHA256: Final = "http://www.w3.org/2001/04/xmlenc#sha256"
_MORE: Final = "http://www.w3.org/2001/04/xmldsig-more#"


@dataclass(frozen=True, slots=True, kw_only=True)
class XmlStyle:
    """How a signature in XML is made."""

    at: datetime | None = None
    """With XAdES properties where set."""
    reference: str = ""
    """What is signed: empty for the whole document, or `#` and an Id."""
    stamp: Callable[[bytes], bytes] | None = None
    name: str = "ChuKyMau"
    files: Mapping[str, bytes] | None = None
    """Signed in place of anything in the document: files beside it, as they are."""


def signed_xml(document: bytes, holder: Holder, style: XmlStyle) -> bytes:
    """Return the document with one more signature as the last child of its root."""
    root = etree.fromstring(document)
    if style.files is None:
        digests = [_reference(style.reference, _target(root, style.reference))]
    else:
        digests = [_file_reference(name, data) for name, data in style.files.items()]
    properties = "" if style.at is None else _properties(holder, style)
    if style.at is not None:
        place = _parsed(f"<ds:Object xmlns:ds='{_DS}'>{properties}</ds:Object>", root)
        signed = place[0][0]
        digests.append(_reference(f"#{style.name}-props", signed))
    info = _signed_info(holder, "".join(digests))
    value = _sign(holder, _canonical(_parsed(info, root)))
    certificates = "".join(
        f"<ds:X509Certificate>{_base64(one)}</ds:X509Certificate>"
        for one in (holder.der, *holder.chain_der)
    )
    signature = _parsed(
        f"<ds:Signature xmlns:ds='{_DS}' Id='{style.name}'>{info}"
        f"<ds:SignatureValue>{_base64(value)}</ds:SignatureValue>"
        f"<ds:KeyInfo><ds:X509Data>{certificates}</ds:X509Data></ds:KeyInfo>"
        f"{f'<ds:Object>{properties}</ds:Object>' if properties else ''}</ds:Signature>",
        root,
    )
    if style.stamp is not None:
        _add_stamp(signature, style.stamp)
    root.append(signature)
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))


def _target(root: etree._Element, reference: str) -> etree._Element:
    if not reference:
        return root
    return root.xpath("//*[@Id=$id]", id=reference.removeprefix("#"))[0]


def _reference(uri: str, target: etree._Element) -> str:
    kind = f" Type='{_XADES}SignedProperties'" if uri.endswith("-props") else ""
    whole = f"<ds:Transform Algorithm='{_DS}enveloped-signature'/>" if not uri else ""
    digest = _base64(sha256(_canonical(target)).digest())
    return (
        f"<ds:Reference URI='{uri}'{kind}><ds:Transforms>{whole}"
        f"<ds:Transform Algorithm='{_C14N}'/></ds:Transforms>"
        f"<ds:DigestMethod Algorithm='{_SHA256}'/>"
        f"<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>"
    )


def _file_reference(name: str, data: bytes) -> str:
    return (
        f"<ds:Reference URI={quoteattr(quote(name))}><ds:DigestMethod Algorithm='{_SHA256}'/>"
        f"<ds:DigestValue>{_base64(sha256(data).digest())}</ds:DigestValue></ds:Reference>"
    )


def _properties(holder: Holder, style: XmlStyle) -> str:
    at = "" if style.at is None else style.at.isoformat()
    digest = _base64(sha256(holder.der).digest())
    return (
        f"<xades:QualifyingProperties xmlns:xades='{_XADES}' xmlns:ds='{_DS}'"
        f" Target='#{style.name}'><xades:SignedProperties Id='{style.name}-props'>"
        f"<xades:SignedSignatureProperties><xades:SigningTime>{at}</xades:SigningTime>"
        "<xades:SigningCertificateV2><xades:Cert><xades:CertDigest>"
        f"<ds:DigestMethod Algorithm='{_SHA256}'/><ds:DigestValue>{digest}</ds:DigestValue>"
        "</xades:CertDigest></xades:Cert></xades:SigningCertificateV2>"
        "</xades:SignedSignatureProperties></xades:SignedProperties></xades:QualifyingProperties>"
    )


def _signed_info(holder: Holder, references: str) -> str:
    elliptic = isinstance(holder.key, ec.EllipticCurvePrivateKey)
    method = f"{_MORE}{'ecdsa' if elliptic else 'rsa'}-sha256"
    return (
        f"<ds:SignedInfo xmlns:ds='{_DS}'><ds:CanonicalizationMethod Algorithm='{_C14N}'/>"
        f"<ds:SignatureMethod Algorithm='{method}'/>{references}</ds:SignedInfo>"
    )


def _sign(holder: Holder, data: bytes) -> bytes:
    if not isinstance(holder.key, ec.EllipticCurvePrivateKey):
        return holder.key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    signature = holder.key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    return b"".join(number.to_bytes(32, "big") for number in decode_dss_signature(signature))


def _add_stamp(signature: etree._Element, stamp: Callable[[bytes], bytes]) -> None:
    value = signature.find(f"{{{_DS}}}SignatureValue")
    qualifying = signature.find(f".//{{{_XADES}}}QualifyingProperties")
    token = _base64(stamp(etree.tostring(value, method="c14n", with_tail=False)))
    qualifying.append(
        etree.fromstring(
            f"<xades:UnsignedProperties xmlns:xades='{_XADES}' xmlns:ds='{_DS}'>"
            "<xades:UnsignedSignatureProperties><xades:SignatureTimeStamp>"
            f"<ds:CanonicalizationMethod Algorithm='{_C14N}'/>"
            f"<xades:EncapsulatedTimeStamp>{token}</xades:EncapsulatedTimeStamp>"
            "</xades:SignatureTimeStamp></xades:UnsignedSignatureProperties>"
            "</xades:UnsignedProperties>"
        )
    )


def _parsed(text: str, root: etree._Element) -> etree._Element:
    """Parse a part in the root's namespaces: inclusive canonical XML writes them all."""
    spaces = "".join(
        f' xmlns{":" + prefix if prefix else ""}="{uri}"' for prefix, uri in root.nsmap.items()
    )
    return etree.fromstring(f"<whole{spaces}>{text}</whole>")[0]


def _canonical(element: etree._Element) -> bytes:
    return bytes(etree.tostring(element, method="c14n", with_tail=False))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
