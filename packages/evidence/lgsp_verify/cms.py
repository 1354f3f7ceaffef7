"""Read a detached CMS signature with one signer (RFC 5652), as seals are.

Only what was signed is believed: the attributes, and of the certificates the one whose hash stands
among them (RFC 5035), so that nobody puts another certificate under the same signature.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

MAX_CMS_BYTES: Final = 256 * 1024
"""A signature with a chain of three certificates has some 6 kB."""
_HASHES: Final[Mapping[str, hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
MIN_RSA_BITS: Final = 2048
"""TT 15/2025/TT-BKHCN."""


class SignatureBroken(ValueError):
    """Not a signature of this form, or one that does not fit. The text says which part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A signature whose mathematics fit. Whether its certificate is trusted is another question."""

    certificate: bytes
    """The signer's, DER."""
    others: tuple[bytes, ...]
    """The other certificates that came with it, DER."""
    attributes: Mapping[str, Any]
    """The signed attributes by name, each once."""


def read_signed(signature: bytes, content: bytes) -> Signed:
    """Check a signature over `content` with the certificate that it names.

    Raises:
        SignatureBroken.
    """
    if len(signature) > MAX_CMS_BYTES:
        raise SignatureBroken("larger than a signature can be")
    try:
        return _read(signature, content)
    except SignatureBroken:
        raise
    # asn1crypto decodes when asked, and each of these is how it says that something is not DER.
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError) as error:
        raise SignatureBroken("not a CMS signature") from error
    except (UnsupportedAlgorithm, RecursionError) as error:
        raise SignatureBroken("a form that this program does not know") from error


def _read(signature: bytes, content: bytes) -> Signed:
    info = cms.ContentInfo.load(signature, strict=True)
    if info["content_type"].native != "signed_data":
        raise SignatureBroken("not SignedData")
    data = info["content"]
    if len(data["signer_infos"]) != 1:
        raise SignatureBroken("not exactly one signer")
    signer = data["signer_infos"][0]
    attributes = _one_of_each(signer["signed_attrs"])
    kinds = (data["encap_content_info"]["content_type"].native, attributes["content_type"].native)
    if kinds != ("data", "data"):
        raise SignatureBroken("signs another kind of content")
    _check_digest(signer, attributes, content)
    own, others = _certificates(data, attributes)
    _check_signature(own, signer)
    return Signed(certificate=own, others=others, attributes=attributes)


def _one_of_each(attributes: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for attribute in attributes:
        name = attribute["type"].native
        # Attack: a second message-digest, at which another reader looks.
        if name in found or len(attribute["values"]) != 1:
            raise SignatureBroken("an attribute stands twice")
        found[name] = attribute["values"][0]
    return found


def _check_digest(signer: Any, attributes: Mapping[str, Any], content: bytes) -> None:
    name = signer["digest_algorithm"]["algorithm"].native
    if name not in _HASHES:
        raise SignatureBroken("a digest that is no longer relied on")
    if attributes["message_digest"].native != hashlib.new(name, content).digest():
        raise SignatureBroken("signs other bytes")


def _certificates(data: Any, attributes: Mapping[str, Any]) -> tuple[bytes, tuple[bytes, ...]]:
    named = attributes["signing_certificate_v2"]["certs"][0]
    name, wanted = named["hash_algorithm"]["algorithm"].native, named["cert_hash"].native
    if name not in _HASHES:
        raise SignatureBroken("names its certificate by a hash that is not relied on")
    there = [choice.chosen.dump() for choice in data["certificates"]]
    own = [one for one in there if hashlib.new(name, one).digest() == wanted]
    if not own:
        raise SignatureBroken("the certificate that it names is not there")
    return own[0], tuple(one for one in there if one != own[0])


def _check_signature(certificate: bytes, signer: Any) -> None:
    """Return if the certificate's key signed the attributes.

    The key's kind decides how: an algorithm of another kind of key is refused.
    """
    key = x509.load_der_x509_certificate(certificate).public_key()
    # RFC 5652, section 5.4: the attributes are signed as a SET, not under their tag.
    signed, value = signer["signed_attrs"].untag().dump(), signer["signature"].native
    algorithm = signer["signature_algorithm"]
    named = algorithm["algorithm"].native
    digest = _HASHES.get(_digest_name(signer, named))
    try:
        match key:
            case ec.EllipticCurvePublicKey() if digest and named.endswith("_ecdsa"):
                key.verify(value, signed, ec.ECDSA(digest))
            case ed25519.Ed25519PublicKey() if named == "ed25519":
                key.verify(value, signed)
            case rsa.RSAPublicKey() if digest and key.key_size >= MIN_RSA_BITS:
                key.verify(value, signed, _padding(named, digest), digest)
            case _:
                raise SignatureBroken("an algorithm that is not the key's, or not relied on")
    except InvalidSignature as error:
        raise SignatureBroken("the signature does not fit") from error


def _digest_name(signer: Any, named: str) -> str:
    digest: str = signer["digest_algorithm"]["algorithm"].native
    first = named.partition("_")[0]
    return first if first in _HASHES else digest


def _padding(named: str, digest: hashes.HashAlgorithm) -> padding.AsymmetricPadding:
    if named == "rsassa_pss":
        return padding.PSS(padding.MGF1(digest), salt_length=digest.digest_size)
    if named == "rsassa_pkcs1v15" or named.endswith("_rsa"):
        return padding.PKCS1v15()
    raise SignatureBroken("an algorithm that is not the key's")
