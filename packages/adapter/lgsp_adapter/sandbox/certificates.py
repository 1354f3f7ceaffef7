"""TLS of a sandbox: a certificate of its own, and an expired one for handshakes told to fail."""

import ipaddress
import ssl
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """What the server listens with, and the certificate that a client must trust, as PEM."""

    context: ssl.SSLContext
    trust: str


def make_tls(now: datetime, expired: Callable[[], bool]) -> Tls:
    """Return TLS whose certificate is valid at `now`, unless `expired()` says otherwise.

    `expired` is asked once at each handshake. Both certificates are their own trust anchors and
    name the loopback only.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    day = timedelta(days=1)
    good = _certificate("Sandbox Mẫu", key, now - day, now + 30 * day)
    old = _certificate("Sandbox Mẫu cũ", key, now - 60 * day, now - 30 * day)
    context, past = _context(key, good), _context(key, old)

    def choose(connection: Any, _name: str | None, _context: ssl.SSLContext) -> None:
        if expired():
            connection.context = past

    context.sni_callback = choose
    return Tls(context=context, trust=_pem(good) + _pem(old))


def _certificate(
    title: str, key: ec.EllipticCurvePrivateKey, since: datetime, until: datetime
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, title)])
    loopback = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since.astimezone(UTC))
        .not_valid_after(until.astimezone(UTC))
        .add_extension(x509.SubjectAlternativeName(loopback), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )


def _context(key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    # The standard library loads a key from a file only.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "both.pem"
        path.write_bytes(secret + _pem(certificate).encode())
        context.load_cert_chain(path)
    return context


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
