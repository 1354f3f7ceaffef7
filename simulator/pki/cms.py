"""CMS signatures (RFC 5652) as they are found, today's and yesterday's."""

from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import new as new_hash
from typing import Any, Final

from asn1crypto import algos, cms, core, tsp, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding

from simulator.pki.authority import Holder
from simulator.pki.keys import PrivateKey

_HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1(),  # noqa: S303  (documents of 2017 carry it)
    "sha256": hashes.SHA256(),
    "sha512": hashes.SHA512(),
}
Stamp = Callable[[bytes], bytes]
"""From the bytes to be time stamped to a token, as `TimeStamper.token` gives."""


def detached_cms(
    data: bytes,
    holder: Holder,
    *,
    at: datetime | None,
    digest: str = "sha256",
    cades: bool = False,
    stamp: Stamp | None = None,
    pss: bool = False,
    chain: bool = True,
) -> bytes:
    """Return a detached signature over `data` in DER.

    Args:
        data: what is signed; it is not in the result.
        holder: who signs.
        at: the claimed time; None leaves the attribute out, as PAdES wants it.
        digest: `sha1`, `sha256` or `sha512`.
        cades: with the attribute signing-certificate-v2 (RFC 5035), as CAdES wants it.
        stamp: makes the RFC 3161 token over the signature value; None: no token.
        pss: RSASSA-PSS instead of PKCS#1 v1.5 (RSA keys only; the bytes differ from run to run).
        chain: with the certificates above the signer's.
    """
    attributes = _attributes("data", new_hash(digest, data).digest(), holder, at, cades=cades)
    info = signer_info(attributes, holder, digest, pss=pss)
    if stamp is not None:
        token = cms.ContentInfo.load(stamp(info["signature"].native))
        info["unsigned_attrs"] = [
            cms.CMSAttribute({"type": "signature_time_stamp_token", "values": [token]})
        ]
    content: dict[str, Any] = {"content_type": "data"}
    return signed_data(content, info, (holder.der, *(holder.chain_der if chain else ())))


def signed_data(
    content: dict[str, Any], info: cms.SignerInfo, certificates: Sequence[bytes]
) -> bytes:
    """Return a ContentInfo in DER with one signer; `certificates` in DER, as they shall stand."""
    data = cms.SignedData(
        {
            "version": "v1" if content["content_type"] == "data" else "v3",
            "digest_algorithms": [info["digest_algorithm"]],
            "encap_content_info": content,
            "certificates": [x509.Certificate.load(one) for one in certificates],
            "signer_infos": [info],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": data}).dump())


def signer_info(
    attributes: cms.CMSAttributes, holder: Holder, digest: str, *, pss: bool = False
) -> cms.SignerInfo:
    """Return the signed attributes with their signature."""
    certificate = x509.Certificate.load(holder.der)
    identifier = cms.IssuerAndSerialNumber(
        {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    )
    return cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier({"issuer_and_serial_number": identifier}),
            "digest_algorithm": algos.DigestAlgorithm({"algorithm": digest}),
            "signature_algorithm": _algorithm(holder.key, digest, pss=pss),
            "signed_attrs": attributes,
            "signature": _sign(holder.key, attributes.dump(), digest, pss=pss),
        }
    )


def _attributes(
    content_type: str, digest: bytes, holder: Holder, at: datetime | None, *, cades: bool
) -> cms.CMSAttributes:
    found = [("content_type", content_type), ("message_digest", digest)]
    attributes = [cms.CMSAttribute({"type": name, "values": [value]}) for name, value in found]
    if at is not None:
        time = cms.Time({"utc_time": core.UTCTime(at)})
        attributes.append(cms.CMSAttribute({"type": "signing_time", "values": [time]}))
    if cades:
        attributes.append(certificate_attribute(holder))
    return cms.CMSAttributes(attributes)


def certificate_attribute(holder: Holder) -> cms.CMSAttribute:
    """Return signing-certificate-v2 with SHA-256 (RFC 5035, section 3)."""
    one = tsp.ESSCertIDv2({"cert_hash": new_hash("sha256", holder.der).digest()})
    value = tsp.SigningCertificateV2({"certs": [one]})
    return cms.CMSAttribute({"type": "signing_certificate_v2", "values": [value]})


def _algorithm(key: PrivateKey, digest: str, *, pss: bool) -> dict[str, Any]:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return {"algorithm": f"{digest}_ecdsa"}
    if not pss:
        return {"algorithm": "rsassa_pkcs1v15"}
    hashed = {"algorithm": digest}
    mask = {"algorithm": "mgf1", "parameters": hashed}
    salt = _HASHES[digest].digest_size
    parameters = {"hash_algorithm": hashed, "mask_gen_algorithm": mask, "salt_length": salt}
    return {"algorithm": "rsassa_pss", "parameters": parameters}


def _sign(key: PrivateKey, data: bytes, digest: str, *, pss: bool) -> bytes:
    hashed = _HASHES[digest]
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(hashed, deterministic_signing=True))
    if pss:
        return key.sign(data, padding.PSS(padding.MGF1(hashed), hashed.digest_size), hashed)
    return key.sign(data, padding.PKCS1v15(), hashed)
