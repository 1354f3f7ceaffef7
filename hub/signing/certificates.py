"""What stands in a certificate: whose it is, until when, where its authority answers. Pure.

Reading proves nothing: `hub.signing.judgement` does.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final, Self

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID, ObjectIdentifier
from lgsp_message.keys import PublicKey

from hub.signing.personal_numbers import are_personal, masked

MAX_CERTIFICATE_BYTES: Final = 16 * 1024
"""Usual are 2 kB; with long policies 4 kB."""
MAX_CHAIN: Final = 5
"""Certificates that somebody may hand in: a root, two authorities below, the holder's, one more."""
MAX_PLACES: Final = 4
"""URLs of one kind that the hub looks at in one certificate."""

_ORGANISATION_IDENTIFIER: Final = ObjectIdentifier("2.5.4.97")
_PREFIX: Final = re.compile(r"(?:VAT|NTR|GOV|LEI)VN-|MST:|MDD:|MDDTC:")
"""VATVN-, NTRVN-, GOVVN-: ETSI EN 319 412-1, section 5.1.4. MST: a tax number, as Vietnamese
authorities write it in UID; MDD, MDDTC: an agency's code, as some of them do."""
_CODE: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")
_HOST_OF: Final = re.compile(r"https?://([A-Za-z0-9.-]+)(?::([0-9]{1,5}))?(?:/[!-~]*)?")


class CertificateUnreadable(ValueError):
    """The bytes are no certificate that the hub can use. The text says which rule they break."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """One certificate, read."""

    der: bytes
    subject: str
    """Its common name, or its organisation; numbers of persons are hidden."""
    issuer: str
    serial: str
    """Hexadecimal."""
    since: datetime
    until: datetime
    codes: frozenset[str]
    """Tax numbers and agency codes of the organisation it is for."""
    personal: bool
    """It names a person."""
    key: PublicKey
    crl_urls: tuple[str, ...]
    ocsp_urls: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the certificate, hexadecimal: its name in the hub."""
        return sha256(self.der).hexdigest()

    @classmethod
    def of(cls, der: bytes) -> Self:
        """Read a certificate in DER.

        Raises:
            CertificateUnreadable: not one, too large, or with a key the hub does not take.
        """
        if len(der) > MAX_CERTIFICATE_BYTES:
            raise CertificateUnreadable(f"larger than {MAX_CERTIFICATE_BYTES} bytes")
        try:
            return cls._read(der)
        except CertificateUnreadable:
            raise
        except (ValueError, TypeError, x509.InvalidVersion, x509.DuplicateExtension) as error:
            raise CertificateUnreadable("not an X.509 certificate in DER") from error
        except UnsupportedAlgorithm as error:
            raise CertificateUnreadable("a key of a kind the hub does not take") from error

    @classmethod
    def _read(cls, der: bytes) -> Self:
        # RFC 5280, section 4.1.2.2. Newer parsers raise for it; zero stands in old public roots.
        if asn1.Certificate.load(der)["tbs_certificate"]["serial_number"].native < 0:
            raise CertificateUnreadable("a serial number below zero")
        found = x509.load_der_x509_certificate(der)
        key = found.public_key()
        if not isinstance(
            key, ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey
        ):
            raise CertificateUnreadable("a key of a kind the hub does not take")
        identities = list(_identities(found.subject))
        return cls(
            der=der,
            subject=masked(_display(found.subject)),
            issuer=masked(_display(found.issuer)),
            serial=f"{found.serial_number:x}",
            since=found.not_valid_before_utc,
            until=found.not_valid_after_utc,
            codes=frozenset(_codes(identities)),
            personal=are_personal(identities),
            key=key,
            crl_urls=tuple(_crl_urls(found)),
            ocsp_urls=tuple(_ocsp_urls(found)),
        )


def read_chain(pem: str) -> tuple[Certificate, ...]:
    """Return the certificates of a PEM text: the holder's first, then those above it.

    Raises:
        CertificateUnreadable: none, too many, or one of them is not usable.
    """
    try:
        found = x509.load_pem_x509_certificates(pem.encode("ascii"))
    except (ValueError, x509.InvalidVersion) as error:
        raise CertificateUnreadable("not certificates in PEM") from error
    if len(found) != pem.count("-----BEGIN "):
        raise CertificateUnreadable("something else than certificates, or one that is cut off")
    if len(found) > MAX_CHAIN:
        raise CertificateUnreadable(f"more than {MAX_CHAIN} certificates")
    return tuple(Certificate.of(one.public_bytes(Encoding.DER)) for one in found)


def host_of(url: str) -> str | None:
    """Return the `host` or `host:port` of a plain http(s) URL in lower case; None for any other.

    The default port of its scheme is left out.
    """
    parts = _HOST_OF.fullmatch(url)
    if parts is None:
        return None
    port = {"http:": "80", "https": "443"}[url[:5]]
    host = parts[1].lower()
    return host if parts[2] in {None, port} else f"{host}:{parts[2]}"


def belongs_to(certificate: Certificate, codes: Iterable[str]) -> bool:
    """Say whether the organisation in the certificate has one of these codes.

    An enterprise's code is `02` and its tax number, with or without a dot (QCVN 102).
    """
    known = {code.upper() for code in codes}
    wanted = {code.upper() for code in certificate.codes}
    return any({code, f"02{code}", f"02.{code}"} & known for code in wanted)


def _identities(name: x509.Name) -> Iterator[str]:
    for kind in (NameOID.USER_ID, _ORGANISATION_IDENTIFIER, NameOID.SERIAL_NUMBER):
        for one in name.get_attributes_for_oid(kind):
            yield str(one.value)


def _codes(identities: Iterable[str]) -> Iterator[str]:
    for one in identities:
        prefix = _PREFIX.match(one)
        # Without a prefix it is not said whose number it is: it may be a person's.
        if prefix is not None and _CODE.fullmatch(one[prefix.end() :]):
            yield one[prefix.end() :]


def _display(name: x509.Name) -> str:
    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        for one in name.get_attributes_for_oid(kind):
            return str(one.value)[:100]
    return ""


def _crl_urls(certificate: x509.Certificate) -> list[str]:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return []
    names = [name for point in points for name in point.full_name or ()]
    return _urls(names)


def _ocsp_urls(certificate: x509.Certificate) -> list[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    except x509.ExtensionNotFound:
        return []
    ocsp = AuthorityInformationAccessOID.OCSP
    return _urls([one.access_location for one in found.value if one.access_method == ocsp])


def _urls(names: Iterable[x509.GeneralName]) -> list[str]:
    uris = [name.value for name in names if isinstance(name, x509.UniformResourceIdentifier)]
    return [uri for uri in uris if host_of(uri) is not None][:MAX_PLACES]
