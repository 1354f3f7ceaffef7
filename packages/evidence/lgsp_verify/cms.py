"""Read a CMS signature with one signer (RFC 5652), as seals and time stamps are.

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


_SEAL: Final = "data"
_STAMP: Final = "tst_info"


class SignatureBroken(ValueError):
    """Not a signature of this form, or one that does not fit. The text says which part."""


class SignatureUnreadable(SignatureBroken):
    """Not such a signature in DER at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A signature whose mathematics fit. Whether its certificate is trusted is another question."""

    certificate: bytes
    """The signer's, DER."""
    others: tuple[bytes, ...]
    """The other certificates that came with it, DER."""
    attributes: Mapping[str, Any]
    """The signed attributes by name, each once."""
    content: bytes
    """What is signed."""


def read_signed(signature: bytes, content: bytes) -> Signed:
    """Check a detached signature over `content` with the certificate that it names.

    Raises:
        SignatureBroken.
    """
    return _checked(signature, _SEAL, content)


def read_stamped(token: bytes) -> Signed:
    """Check the signature of a time stamp (RFC 3161) over the statement that stands in it.

    Raises:
        SignatureBroken.
    """
    return _checked(token, _STAMP, None)


def _checked(signature: bytes, kind: str, content: bytes | None) -> Signed:
    if len(signature) > MAX_CMS_BYTES:
        raise SignatureBroken("larger than a signature can be")
    try:
        return _read(signature, kind, content)
    except SignatureBroken:
        raise
    # asn1crypto decodes when asked, and each of these is how it says that something is not DER.
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError) as error:
        raise SignatureUnreadable("not a CMS signature") from error
    except (UnsupportedAlgorithm, RecursionError) as error:
        raise SignatureBroken("a form that this program does not know") from error


def _read(signature: bytes, kind: str, given: bytes | None) -> Signed:
    info = cms.ContentInfo.load(signature, strict=True)
    if info["content_type"].native != "signed_data":
        raise SignatureBroken("not SignedData")
    data = info["content"]
    if len(data["signer_infos"]) != 1:
        raise SignatureBroken("not exactly one signer")
    signer, told = data["signer_infos"][0], data["encap_content_info"]
    attributes = _one_of_each(signer["signed_attrs"])
    kinds = (told["content_type"].native, attributes["content_type"].native)
    if kinds != (kind, kind):
        raise SignatureBroken("signs another kind of content")
    content = bytes(told["content"]) if given is None else given
    _check_digest(signer, attributes, content)
    own, others = _certificates(data, _named(attributes, kind))
    _check_signature(own, signer)
    return Signed(certificate=own, others=others, attributes=attributes, content=content)


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


def _named(attributes: Mapping[str, Any], kind: str) -> tuple[str, bytes]:
    """Return the digest's name and the digest by which the signer's certificate is named."""
    if "signing_certificate_v2" not in attributes and kind == _STAMP:
        # RFC 3161's own attribute (ESSCertID) names it by SHA-1 only, and many authorities write
        # no other: nobody can find a second certificate for a hash that was not his to choose.
        return "sha1", attributes["signing_certificate"]["certs"][0]["cert_hash"].native
    named = attributes["signing_certificate_v2"]["certs"][0]
    name = named["hash_algorithm"]["algorithm"].native
    if name not in _HASHES:
        raise SignatureBroken("names its certificate by a hash that is not relied on")
    return name, named["cert_hash"].native


def _certificates(data: Any, named: tuple[str, bytes]) -> tuple[bytes, tuple[bytes, ...]]:
    name, wanted = named
    # Not sorted as DER wants: some authorities do not, and nothing is signed about the order.
    choices = [one for one in data["certificates"] if one.name == "certificate"]
    there = dict.fromkeys(one.chosen.dump() for one in choices)
    own = [one for one in there if hashlib.new(name, one).digest() == wanted]
    if len(own) != 1:
        raise SignatureBroken("the certificate that it names is not there")
    return own[0], tuple(one for one in there if one != own[0])


def _check_signature(certificate: bytes, signer: Any) -> None:
    """Return if the certificate's key signed the attributes.

    The key's kind decides how: an algorithm of another kind of key is refused.
    """
    key = x509.load_der_x509_certificate(certificate).public_key()
    # RFC 5652, section 5.4: the attributes are signed as a SET in DER, not under their tag.
    signed, value = signer["signed_attrs"].untag().dump(force=True), signer["signature"].native
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
                key.verify(value, signed, _padding(algorithm, digest), digest)
            case _:
                raise SignatureBroken("an algorithm that is not the key's, or not relied on")
    except InvalidSignature as error:
        raise SignatureBroken("the signature does not fit") from error


def _digest_name(signer: Any, named: str) -> str:
    digest: str = signer["digest_algorithm"]["algorithm"].native
    first = named.partition("_")[0]
    return first if first in _HASHES else digest


def _padding(algorithm: Any, digest: hashes.HashAlgorithm) -> padding.AsymmetricPadding:
    named = algorithm["algorithm"].native
    if named == "rsassa_pss":
        salt = algorithm["parameters"]["salt_length"].native
        return padding.PSS(padding.MGF1(digest), salt_length=salt)
    if named == "rsassa_pkcs1v15" or named.endswith("_rsa"):
        return padding.PKCS1v15()
    raise SignatureBroken("an algorithm that is not the key's")
