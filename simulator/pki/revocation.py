"""What an authority says about the certificates that it issued: CRLs and OCSP answers."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from simulator.pki.authority import Authority, Holder

_FRESH: Final = timedelta(days=1)


def make_crl(
    authority: Authority,
    *,
    at: datetime,
    until: datetime | None = None,
    revoked: Mapping[int, datetime] | None = None,
    reason: x509.ReasonFlags = x509.ReasonFlags.key_compromise,
    number: int = 1,
) -> bytes:
    """Return a CRL in DER (RFC 5280, section 5). `revoked`: serial numbers and since when."""
    builder = x509.CertificateRevocationListBuilder(
        issuer_name=authority.certificate.subject, last_update=at, next_update=until or at + _FRESH
    )
    builder = builder.add_extension(x509.CRLNumber(number), critical=False)
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.holder.key.public_key())
    builder = builder.add_extension(above, critical=False)
    for serial, since in (revoked or {}).items():
        entry = x509.RevokedCertificateBuilder(serial, since)
        entry = entry.add_extension(x509.CRLReason(reason), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    key = authority.holder.key
    deterministic = True if isinstance(key, ec.EllipticCurvePrivateKey) else None
    crl = builder.sign(key, hashes.SHA256(), ecdsa_deterministic=deterministic)
    return crl.public_bytes(Encoding.DER)


def make_ocsp(
    authority: Authority,
    certificate: x509.Certificate,
    *,
    at: datetime,
    until: datetime | None = None,
    revoked_since: datetime | None = None,
    responder: Holder | None = None,
    unknown: bool = False,
) -> bytes:
    """Return an OCSP answer in DER about `certificate` (RFC 6960).

    Signed by the authority itself, or by a `responder` that it appointed (use `Use.OCSP`). With a
    key on P-256 the bytes differ from run to run; with an RSA one they do not.
    """
    status = ocsp.OCSPCertStatus.GOOD
    if unknown:
        status = ocsp.OCSPCertStatus.UNKNOWN
    elif revoked_since is not None:
        status = ocsp.OCSPCertStatus.REVOKED
    revoked = status is ocsp.OCSPCertStatus.REVOKED
    signer = responder or authority.holder
    builder = ocsp.OCSPResponseBuilder().add_response(
        certificate,
        authority.certificate,
        hashes.SHA256(),
        status,
        at,
        until or at + _FRESH,
        revoked_since if revoked else None,
        x509.ReasonFlags.key_compromise if revoked else None,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, signer.certificate)
    if responder is not None:
        builder = builder.certificates([responder.certificate])
    return builder.sign(signer.key, hashes.SHA256()).public_bytes(Encoding.DER)
