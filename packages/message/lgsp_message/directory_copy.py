"""The signed copy of the hub's directory: who keeps it verifies and addresses with the hub away.

docs/protocol.md, section 13. A statement, signed by the hub as a JWS (RFC 7515, compact), names the
content by its SHA-256 and says until when it is good. So one content is made good for longer by a
few hundred bytes, and both together are one file: the JWS, a line feed, the content.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidSignature

from lgsp_message.keys import VerifyingKey, b64url, unb64url
from lgsp_message.organisations import Code, Organisation

TYP: Final = "hub-directory+jws"
"""Its own: nothing else that the hub signs may be taken for a statement about its directory."""
FORMAT: Final = 1
MAX_COPY_BYTES: Final = 256 * 1024 * 1024
"""Five times the national directory of 111,339 agencies: a larger one is an attack or a mistake."""
_MAX_JWS_CHARS: Final = 4096
_AT_ONCE: Final = 500
"""Entities encoded in one piece: whoever shares the interpreter waits a millisecond, no more."""


class CopyRefused(ValueError):
    """This is no copy of the hub's directory that may be relied on.

    Attributes:
        reason: `malformed`, `unknown_key`, `bad_signature`, `another_hub`, `damaged`, `too_new`.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason


class CopiedKey(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A public key of a system."""

    alg: str
    jwk: dict[str, str]
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    barred: str | None = None
    """Reason code of why it does not count, whatever the time says."""


class CopiedSystem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A system: its organisation, whether it works, its keys by thumbprint."""

    organisation: str
    active: bool
    keys: dict[str, CopiedKey] = {}


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """What is copied."""

    v: int
    organisations: list[Organisation]
    codes: dict[str, Code]
    systems: dict[str, CopiedSystem]
    endpoints: dict[str, dict[str, str]]
    """Organisation to type to the system that takes it."""


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What the hub signs about a content."""

    v: int
    hub: str
    version: int
    """Of the rules that it was made from: it only grows."""
    rules: str
    """The hash of that version."""
    issued: datetime
    good_until: datetime
    """From then on it is stale: a key may have been revoked meanwhile."""
    sha256: str
    size: int


class _Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    alg: str
    kid: str
    typ: str


class _Format(msgspec.Struct, frozen=True):
    v: int


def encoded(
    organisations: Mapping[str, Organisation],
    codes: Mapping[str, Code],
    systems: Mapping[str, CopiedSystem],
    endpoints: Mapping[str, Mapping[str, str]],
) -> Iterator[bytes]:
    """Yield the content in pieces: canonical JSON (RFC 8785), the same for the same."""
    yield b'{"codes":{'
    yield from _members((_json(code) + b":" + _json(one)) for code, one in sorted(codes.items()))
    yield b'},"endpoints":' + _json(endpoints) + b',"organisations":['
    yield from _members(_json(one) for _, one in sorted(organisations.items()))
    yield b'],"systems":' + _json(systems) + b',"v":1}'


def signed(
    statement: Statement, sign: Callable[[bytes], bytes], *, algorithm: str, key_id: str
) -> str:
    """Return the statement as a JWS; `sign` is the hub's key, whose thumbprint is `key_id`."""
    header = b64url(_json(_Header(alg=algorithm, kid=key_id, typ=TYP)))
    text = f"{header}.{b64url(_json(statement))}"
    return f"{text}.{b64url(sign(text.encode()))}"


def read_statement(jws: str, hub: str, keys: Mapping[str, VerifyingKey]) -> Statement:
    """Return what the hub `hub` has signed. `keys`: its keys that are trusted, by thumbprint.

    Raises:
        CopyRefused: none of these keys signed it, it is another hub's, or of a newer format.
    """
    header, payload, signature, text = _parts(jws)
    key = keys.get(header.kid)
    if key is None:
        raise CopyRefused("unknown_key", "not signed by a key of the hub that is trusted here")
    if header.typ != TYP or header.alg != key.algorithm:
        raise CopyRefused("malformed", f"typ is {TYP}, alg is what the key is trusted for")
    try:
        key.check(signature, text)
    except InvalidSignature as error:
        raise CopyRefused("bad_signature", "the hub did not sign this") from error
    statement: Statement = _decoded(payload, Statement)
    if statement.hub != hub:
        raise CopyRefused("another_hub", "the copy is of another hub's directory")
    return statement


def read_content(content: bytes, statement: Statement) -> Content:
    """Return the content that a statement is about.

    Raises:
        CopyRefused: it is another one, or was changed.
    """
    whole = len(content) == statement.size
    if not whole or hashlib.sha256(content).hexdigest() != statement.sha256:
        raise CopyRefused("damaged", "the content is not what the hub signed; fetch it again")
    found: Content = _decoded(content, Content)
    return found


def joined(jws: str, content: bytes) -> bytes:
    """Return both as one file."""
    return jws.encode() + b"\n" + content


def parted(file: bytes) -> tuple[str, bytes]:
    """Return what `joined` has put together.

    Raises:
        CopyRefused: `malformed`.
    """
    at = file.find(b"\n", 0, _MAX_JWS_CHARS + 1)
    if at < 0 or not file[:at].isascii():
        raise CopyRefused("malformed", "a copy is a JWS, a line feed, the content")
    return file[:at].decode(), file[at + 1 :]


def _members(items: Iterable[bytes]) -> Iterator[bytes]:
    remaining, comma = iter(items), b""
    while part := list(islice(remaining, _AT_ONCE)):
        yield comma + b",".join(part)
        comma = b","


def _parts(jws: str) -> tuple[_Header, bytes, bytes, bytes]:
    if len(jws) > _MAX_JWS_CHARS:
        raise CopyRefused("malformed", f"a statement has at most {_MAX_JWS_CHARS} characters")
    text, _, signature = jws.rpartition(".")
    try:
        header, payload = text.split(".")
        found = msgspec.json.decode(unb64url(header), type=_Header)
        return found, unb64url(payload), unb64url(signature), text.encode()
    except ValueError as error:  # Also what msgspec raises.
        raise CopyRefused("malformed", "not header.payload.signature in base64url") from error


def _decoded(data: bytes, kind: type[Any]) -> Any:
    """Decode what the hub signed. A newer hub may add members: they are passed over."""
    try:
        if msgspec.json.decode(data, type=_Format).v != FORMAT:
            raise CopyRefused("too_new", "the hub's format is newer; update this software")
        return msgspec.json.decode(data, type=kind)
    except msgspec.MsgspecError as error:
        raise CopyRefused("malformed", "not the JSON that a hub writes") from error


def _json(value: Any) -> bytes:
    return msgspec.json.encode(value, order="sorted")
