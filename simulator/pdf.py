"""A small PDF with a detached CMS signature, as letters carry them (ISO 32000-1, section 12.8).

One page, one signature field, `adbe.pkcs7.detached`, SHA-256, over everything but the placeholder.
The certificate is of a test PKI that is made on the spot: it proves nothing about anybody. There is
no time stamp and no visible seal; text is without diacritics, because the base fonts have none.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID

_SIGNATURE_BYTES: Final = 4096
"""Room for the CMS: certificate and ECDSA signature take some 900 bytes."""
_RANGE: Final = b"/ByteRange [0 0000000000 0000000000 0000000000]"
_PAGE: Final = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R"
    b" /Resources << /Font << /F1 4 0 R >> >> /Annots [6 0 R] >>"
)
_FIELD: Final = (
    b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (ChuKyMau) /V 7 0 R /F 132"
    b" /Rect [0 0 0 0] /P 3 0 R >>"
)
_CLOCK_SLACK: Final = timedelta(minutes=5)
_LIFE: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A certificate of the test PKI and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


class SamplePki:
    """An authority for the demo's letters; its certificates say that they are samples."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("CA Mẫu - không có giá trị")
        self.root = _certificate(self._name, self._key, self._name, self._key, authority=True)

    def signer(self, agency: str) -> Signer:
        """Return a new certificate for an agency."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(_name(agency), key, self._name, self._key, authority=False)
        return Signer(certificate=certificate, key=key)


def signed_pdf(lines: list[str], signer: Signer) -> bytes:
    """Return a one-page PDF with `lines` (printable ASCII), signed by `signer`."""
    empty = b"<" + b"0" * (2 * _SIGNATURE_BYTES) + b">"
    text = _file(lines, empty)
    start = text.index(empty)
    end = start + len(empty)
    span = f"/ByteRange [0 {start} {end} {len(text) - end}]".encode().ljust(len(_RANGE))
    text = text.replace(_RANGE, span)
    cms = _cms(text[:start] + text[end:], signer)
    filled = b"<" + cms.hex().encode().ljust(len(empty) - 2, b"0") + b">"
    return text[:start] + filled + text[end:]


def _cms(data: bytes, signer: Signer) -> bytes:
    builder = pkcs7.PKCS7SignatureBuilder().set_data(data)
    builder = builder.add_signer(signer.certificate, signer.key, hashes.SHA256())
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
    return builder.sign(serialization.Encoding.DER, options)


def _file(lines: list[str], contents: bytes) -> bytes:
    """Return the PDF with a placeholder for the signature, and a correct cross-reference table."""
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R] /SigFlags 3 >> >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        _PAGE,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        _stream(lines),
        _FIELD,
        b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached "
        + _RANGE
        + b" /Contents "
        + contents
        + b" >>",
    )
    text, offsets = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", list[int]()
    for number, one in enumerate(objects, start=1):
        offsets.append(len(text))
        text += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    rows = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    table = b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, rows)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(text))
    return text + table + trailer


def _stream(lines: list[str]) -> bytes:
    shown = b"".join(b"(%b) Tj T*\n" % _escaped(line) for line in lines)
    content = b"BT /F1 12 Tf 16 TL 60 780 Td\n%bET" % shown
    return b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content)


def _escaped(line: str) -> bytes:
    text = line.encode("ascii", "replace")
    return text.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common[:64])])


def _certificate(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    authority: bool,
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SLACK)
        .not_valid_after(now + _LIFE)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    return builder.sign(issuer_key, hashes.SHA256())
