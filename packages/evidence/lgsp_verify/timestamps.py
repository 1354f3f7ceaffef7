"""RFC 3161 time stamps: ask for one, and check one, offline.

The flat list of checks in `read_stamp` and `Stamp.verify` is all there is: nothing optional.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import ClassVar, Final

from asn1crypto import cms, core, tsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import ExtendedKeyUsageOID

from lgsp_verify.cms import SignatureBroken, SignatureUnreadable, read_stamped
from lgsp_verify.log.errors import Malformed, NotProven

MAX_TOKEN_BYTES: Final = 64 * 1024
"""A token with its certificates has 2 to 8 kB."""
MAX_PATH: Final = 6
"""Certificates between a time stamp's own and a root."""

_IMPRINTS: Final = frozenset({"sha256", "sha384", "sha512"})
_GRANTED: Final = ("granted", "granted_with_mods")
_PARSING: Final = (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError)
"""What asn1crypto ends in on bytes that are something else."""


class _Answer(core.Sequence):  # type: ignore[misc]  # asn1crypto ships no types
    """A TimeStampResp: a refusal has no token (RFC 3161, section 2.4.2; asn1crypto wants one)."""

    _fields: ClassVar = [
        ("status", tsp.PKIStatusInfo),
        ("token", cms.ContentInfo, {"optional": True}),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A token whose signature is good, by a certificate in it. Whom to trust, `verify` is told."""

    token: bytes = field(repr=False)
    at: datetime
    algorithm: str
    """Of the imprint: sha256, sha384 or sha512."""
    imprint: bytes
    nonce: int | None
    signer: x509.Certificate
    others: tuple[x509.Certificate, ...] = field(repr=False)

    @property
    def until(self) -> datetime:
        """Return when the authority's certificate ends: a newer stamp must cover it before that."""
        return self.signer.not_valid_after_utc

    def verify(self, digest: bytes, roots: Sequence[x509.Certificate]) -> datetime:
        """Return when the bytes with this SHA-256 existed, at the latest, as a root of ours says.

        Raises:
            NotProven.
        """
        if self.algorithm != "sha256" or not hmac.compare_digest(self.imprint, digest):
            raise NotProven("the time stamp is over other bytes")
        _check_path(self.signer, self.others, roots, self.at)
        return self.at


def stamp_request(digest: bytes, nonce: int) -> bytes:
    """Return the request for a stamp over a SHA-256, in DER (RFC 3161, section 2.4.1)."""
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest}
    asked = {"version": "v1", "message_imprint": imprint, "nonce": nonce, "cert_req": True}
    return bytes(tsp.TimeStampReq(asked).dump())


def stamp_answer(answer: bytes, digest: bytes, nonce: int) -> Stamp:
    """Return the stamp in the answer to `stamp_request`.

    Raises:
        Malformed: not such an answer.
        NotProven: refused, or a stamp over something else.
    """
    try:
        told = _Answer.load(answer, strict=True)
        status = told["status"]["status"].native
        if status not in _GRANTED:
            raise NotProven("the authority has refused the time stamp")
        token = told["token"].dump()
    except _PARSING:
        raise Malformed("not an answer of a time stamping authority") from None
    stamp = read_stamp(token)
    if stamp.nonce != nonce or stamp.algorithm != "sha256" or stamp.imprint != digest:
        raise NotProven("the time stamp answers another request")
    return stamp


def read_stamp(token: bytes) -> Stamp:
    """Return a token whose signature by one of its certificates is good.

    Raises:
        Malformed: not a token in DER, or without its certificate.
        NotProven: the signature, or what it signs, is wrong.
    """
    if len(token) > MAX_TOKEN_BYTES:
        raise Malformed("the time stamp is too long")
    try:
        return _read(token)
    except SignatureUnreadable:
        raise Malformed("not a time stamp") from None
    except SignatureBroken as error:
        raise NotProven(f"the time stamp: {error}") from None
    except (*_PARSING, UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension):
        raise Malformed("not a time stamp") from None


def _read(token: bytes) -> Stamp:
    signed = read_stamped(token)
    info = tsp.TSTInfo.load(signed.content, strict=True)
    imprint = info["message_imprint"]
    algorithm = imprint["hash_algorithm"]["algorithm"].native
    # Weaker ones do not prove anything any more (RFC 8933; SHA-1 is broken).
    if algorithm not in _IMPRINTS:
        raise NotProven("the time stamp uses a hash that proves nothing any more")
    return Stamp(
        token=token,
        at=info["gen_time"].native.astimezone(UTC),
        algorithm=algorithm,
        imprint=imprint["hashed_message"].native,
        nonce=info["nonce"].native,
        signer=x509.load_der_x509_certificate(signed.certificate),
        others=tuple(x509.load_der_x509_certificate(one) for one in signed.others),
    )


def _check_path(
    signer: x509.Certificate,
    others: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    at: datetime,
) -> None:
    """Return if a path leads from the time stamp's certificate to a root, all of it valid then.

    Raises:
        NotProven.
    """
    try:
        usage = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except (x509.ExtensionNotFound, ValueError):
        raise NotProven("the certificate is not one for time stamps") from None
    # RFC 3161, section 2.3: critical, and nothing else.
    if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise NotProven("the certificate is not one for time stamps")
    one = signer
    for _ in range(MAX_PATH):
        if not one.not_valid_before_utc <= at <= one.not_valid_after_utc:
            raise NotProven("a certificate of the time stamp was not valid then")
        if one in roots:
            return
        above = next((found for found in (*roots, *others) if _issued(found, one)), None)
        if above is None:
            break
        one = above
    raise NotProven("no trusted root stands behind the time stamp")


def _issued(issuer: x509.Certificate, one: x509.Certificate) -> bool:
    try:
        constraints = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
        if not constraints.ca or issuer == one:
            return False
        one.verify_directly_issued_by(issuer)
    except (x509.ExtensionNotFound, ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def digest_of(text: str) -> bytes:
    """Return the SHA-256 that a stamp over a text is over."""
    return sha256(text.encode()).digest()
