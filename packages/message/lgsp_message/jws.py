"""The message's signature: a detached JWS with an unencoded payload (RFC 7515, RFC 7797)."""

import hashlib
from collections.abc import Mapping
from typing import Final

import msgspec
import orjson
from cryptography.exceptions import InvalidSignature

from lgsp_message.attributes import parse_attributes
from lgsp_message.jsontext import strings_in
from lgsp_message.keys import (
    PrivateKey,
    VerifyingKey,
    b64url,
    public_jwk,
    sign,
    thumbprint,
    unb64url,
)
from lgsp_message.limits import MAX_BODY_BYTES, MAX_SIGNATURE_CHARS
from lgsp_message.reason import Reason, Refused
from lgsp_message.values import Envelope, Message, Received

TYP: Final = "hub-msg+jws"


class _Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The protected header: exactly these members."""

    typ: str
    alg: str
    kid: str
    hub: str
    b64: bool
    crit: list[str]
    ce: dict[str, str]

    @property
    def strings(self) -> int:
        """How many strings its JSON has: seven names, four values, and those of the lists."""
        return 11 + len(self.crit) + 2 * len(self.ce)


_headers: Final = msgspec.json.Decoder(_Header)


def protected_header(
    attributes: Mapping[str, str], *, algorithm: str, key_id: str, hub: str
) -> str:
    """Return the protected header as base64url text. `hub` is the audience: the hub's id."""
    header = _Header(
        typ=TYP,
        alg=algorithm,
        kid=key_id,
        hub=hub,
        b64=False,
        crit=["b64"],
        ce=dict(attributes),
    )
    return b64url(msgspec.json.encode(header))


def sign_message(
    attributes: Mapping[str, str], body: bytes, *, key: PrivateKey, algorithm: str, hub: str
) -> str:
    """Return the `hub-signature` of a message: `header..signature`.

    Raises:
        KeyUnusable: the algorithm is not this key's.
    """
    key_id = thumbprint(public_jwk(key.public_key()))
    protected = protected_header(attributes, algorithm=algorithm, key_id=key_id, hub=hub)
    signature = sign(key, algorithm, protected.encode() + b"." + body)
    return f"{protected}..{b64url(signature)}"


def decode(received: Received, hub: str, body_hash: bytes | None = None) -> Envelope:
    """Read the sender's claims.

    The `ce` object of the signed header is the truth; the copies outside must agree with it.
    `body_hash`: the SHA-256 of the body, from a caller that has made it already.

    Raises:
        Refused: `TOO_LARGE`, `SIGNATURE_MISSING`, `SIGNATURE_MALFORMED`, `ATTRIBUTE_…`,
            `UNSUPPORTED_CONTENT_TYPE`, `WRONG_AUDIENCE`.
    """
    if len(received.body) > MAX_BODY_BYTES:
        raise Refused(Reason.TOO_LARGE, f"a body has at most {MAX_BODY_BYTES} bytes")
    protected, signature = _split(received.signature)
    header = _header(protected)
    attributes = parse_attributes(header.ce)
    _compare(received.attributes, header.ce)
    # The audience: a message signed for the sandbox or for another hub is not ours.
    if header.hub != hub:
        raise Refused(Reason.WRONG_AUDIENCE, f"signed for another hub than {hub}", "hub")
    return Envelope(
        attributes=attributes,
        algorithm=header.alg,
        key_id=header.kid,
        protected=protected,
        signature=signature,
        body=received.body,
        body_hash=body_hash or hashlib.sha256(received.body).digest(),
    )


def verify(envelope: Envelope, key: VerifyingKey) -> Message:
    """Turn claims into a message: check the signature with a key that belongs to the sender.

    Raises:
        Refused: `ALGORITHM_MISMATCH` where the header names another algorithm than the key was
            registered for (RFC 8725, section 3.1); `BAD_SIGNATURE`.
    """
    if envelope.algorithm != key.algorithm:
        raise Refused(Reason.ALGORITHM_MISMATCH, f"the key is registered for {key.algorithm}")
    try:
        key.check(envelope.signature, envelope.protected + b"." + envelope.body)
    except InvalidSignature as error:
        raise Refused(Reason.BAD_SIGNATURE, "the signature does not fit the bytes") from error
    return Message(
        attributes=envelope.attributes,
        key_id=envelope.key_id,
        body=envelope.body,
        body_hash=envelope.body_hash,
        content_hash=content_hash(envelope.body_hash, envelope.attributes.text),
    )


def content_hash(body_hash: bytes, attributes: Mapping[str, str]) -> bytes:
    """Return what makes two messages the same: body and signed attributes (invariant 8).

    The signature's value is left out: ECDSA gives another one each time. So is the header's
    spelling: the attributes are hashed as sorted JSON.
    """
    text = orjson.dumps(attributes, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(body_hash + text).digest()


def _split(signature: str | None) -> tuple[bytes, bytes]:
    if not signature:
        raise Refused(Reason.SIGNATURE_MISSING, "no hub-signature", "hub-signature")
    if len(signature) > MAX_SIGNATURE_CHARS:
        raise _malformed(f"longer than {MAX_SIGNATURE_CHARS} characters")
    try:
        protected, payload, value = signature.encode("ascii").split(b".")
        raw = unb64url(value)
    except ValueError as error:
        raise _malformed("not header..signature in base64url") from error
    if payload:
        raise _malformed("the payload must be detached")
    return protected, raw


def _header(protected: bytes) -> _Header:
    try:
        text = unb64url(protected)
        header = _headers.decode(text)
    except ValueError as error:
        members = ", ".join(sorted(_Header.__struct_fields__))
        raise _malformed(f"strict JSON in base64url, with exactly {members}") from error
    # The decoder keeps the last of two equal names silently: a name that was dropped is missing.
    if header.strings != strings_in(text):
        raise _malformed("two equal names in the protected header")
    if header.typ != TYP or header.b64 or header.crit != ["b64"]:
        raise _malformed(f'typ is "{TYP}", b64 is false, crit is ["b64"]')
    return header


def _compare(copies: Mapping[str, str], truth: Mapping[str, str]) -> None:
    if copies == truth:
        return
    for name in sorted(copies.keys() | truth.keys()):
        if copies.get(name) != truth.get(name):
            raise Refused(Reason.ATTRIBUTE_MISMATCH, f"{name} differs from what was signed", name)


def _malformed(detail: str) -> Refused:
    return Refused(Reason.SIGNATURE_MALFORMED, detail, "hub-signature")
