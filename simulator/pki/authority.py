"""Authorities and the certificates that they issue (RFC 5280)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from functools import cached_property
from hashlib import sha256
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from simulator.pki.keys import Kind, PrivateKey, derive_key

_AUTHORITY_LIFE: Final = timedelta(days=20 * 365)
_LIFE: Final = timedelta(days=2 * 365)


class Use(Enum):
    """What a certificate may be used for: key usages, extended ones, whether those are critical."""

    AUTHORITY = (("key_cert_sign", "crl_sign"), ())
    SIGNING = (("digital_signature", "content_commitment"), ())
    """Documents and messages."""
    TIME_STAMPING = (("digital_signature",), (ExtendedKeyUsageOID.TIME_STAMPING,))
    OCSP = (("digital_signature",), (ExtendedKeyUsageOID.OCSP_SIGNING,))
    ENCRYPTION = (("key_encipherment",), ())
    """Wrong for a signature."""


@dataclass(frozen=True, kw_only=True)
class Holder:
    """A certificate, its key and those above it."""

    certificate: x509.Certificate
    key: PrivateKey = field(repr=False)
    chain: tuple[x509.Certificate, ...]
    """Issuer first, root last."""

    @property
    def der(self) -> bytes:
        """The certificate in DER."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def chain_der(self) -> tuple[bytes, ...]:
        """The certificates above it in DER, issuer first."""
        return tuple(one.public_bytes(Encoding.DER) for one in self.chain)


@dataclass(frozen=True, kw_only=True)
class Authority:
    """Issues certificates. Keys derive from `seed`, so the same calls make the same bytes."""

    holder: Holder
    seed: bytes = field(repr=False)
    crl_url: str = ""
    """Stands in what it issues, where set."""
    ocsp_url: str = ""

    @classmethod
    def root(
        cls, subject: x509.Name, *, seed: bytes, since: datetime, kind: Kind = Kind.P256
    ) -> "Authority":
        """Return an authority that signs for itself, valid for 20 years from `since`."""
        key = derive_key(seed + b"/root", kind)
        draft = _draft(subject, subject, key, since, since + _AUTHORITY_LIFE, seed)
        builder = _with_use(draft, Use.AUTHORITY, key, key)
        holder = Holder(certificate=sign_built(builder, key), key=key, chain=())
        return cls(holder=holder, seed=seed)

    def subordinate(
        self,
        subject: x509.Name,
        *,
        since: datetime,
        kind: Kind = Kind.P256,
        crl_url: str = "",
        ocsp_url: str = "",
    ) -> "Authority":
        """Return an authority below this one; the URLs go into what it issues."""
        until = min(since + _AUTHORITY_LIFE, self.until)
        holder = self.issue(subject, since=since, until=until, use=Use.AUTHORITY, kind=kind)
        seed = sha256(self.seed + holder.der).digest()
        return Authority(holder=holder, seed=seed, crl_url=crl_url, ocsp_url=ocsp_url)

    def issue(
        self,
        subject: x509.Name,
        *,
        since: datetime,
        until: datetime | None = None,
        use: Use = Use.SIGNING,
        kind: Kind = Kind.P256,
        key: PrivateKey | None = None,
    ) -> Holder:
        """Return a certificate and its key: `key`, or one that derives from all that is given.

        Two years where `until` is not given. `key`: an existing one, to certify a system's own.
        """
        end = until or since + _LIFE
        own = f"{subject.rfc4514_string()}|{since}|{end}|{use.name}|{kind}".encode()
        used = key or derive_key(self.seed + own, kind)
        draft = _draft(subject, self.certificate.subject, used, since, end, self.seed + own)
        builder = _with_use(draft, use, used, self.holder.key)
        builder = _with_places(builder, self.crl_url, self.ocsp_url)
        certificate = sign_built(builder, self.holder.key)
        return Holder(certificate=certificate, key=used, chain=(self.certificate, *self._above))

    @property
    def certificate(self) -> x509.Certificate:
        """The authority's own certificate."""
        return self.holder.certificate

    @property
    def until(self) -> datetime:
        """When the authority's certificate ends, aware."""
        return self.certificate.not_valid_after_utc

    @cached_property
    def _above(self) -> tuple[x509.Certificate, ...]:
        return self.holder.chain


def sign_built(builder: x509.CertificateBuilder, key: PrivateKey) -> x509.Certificate:
    """Sign with SHA-256, ECDSA as RFC 6979 says, so that every run makes the same bytes."""
    deterministic = True if isinstance(key, ec.EllipticCurvePrivateKey) else None
    return builder.sign(key, hashes.SHA256(), ecdsa_deterministic=deterministic)


def _draft(
    subject: x509.Name,
    issuer: x509.Name,
    key: PrivateKey,
    since: datetime,
    until: datetime,
    seed: bytes,
) -> x509.CertificateBuilder:
    serial = int.from_bytes(sha256(b"serial" + seed + subject.public_bytes()).digest()[:16]) >> 1
    return x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=subject,
        public_key=key.public_key(),
        serial_number=serial,
        not_valid_before=since,
        not_valid_after=until,
    )


def _with_use(
    builder: x509.CertificateBuilder, use: Use, key: PrivateKey, issuer: PrivateKey
) -> x509.CertificateBuilder:
    usages, purposes = use.value
    own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key())
    authority = use is Use.AUTHORITY
    builder = builder.add_extension(x509.BasicConstraints(authority, None), critical=True)
    builder = builder.add_extension(_key_usage(usages), critical=True)
    builder = builder.add_extension(own, critical=False).add_extension(above, critical=False)
    if purposes:
        # RFC 3161, section 2.3: the purpose of a time stamping certificate is critical.
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=True)
    if use is Use.OCSP:
        builder = builder.add_extension(x509.OCSPNoCheck(), critical=False)
    return builder


def _key_usage(named: tuple[str, ...]) -> x509.KeyUsage:
    every = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{one: one in named for one in every})


def _with_places(
    builder: x509.CertificateBuilder, crl_url: str, ocsp_url: str
) -> x509.CertificateBuilder:
    if crl_url:
        place = x509.DistributionPoint([x509.UniformResourceIdentifier(crl_url)], None, None, None)
        builder = builder.add_extension(x509.CRLDistributionPoints([place]), critical=False)
    if ocsp_url:
        method = ObjectIdentifier("1.3.6.1.5.5.7.48.1")  # id-ad-ocsp, RFC 5280, section 4.2.2.1
        access = x509.AccessDescription(method, x509.UniformResourceIdentifier(ocsp_url))
        builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
    return builder
