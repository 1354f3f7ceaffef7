"""C2SP `signed-note` and `tlog-cosignature`: a text, and lines that sign it.

https://c2sp.org/signed-note, https://c2sp.org/tlog-cosignature. Signatures are Ed25519 (RFC 8032);
those of unknown keys are ignored, as the format says: a log may change its key, witnesses may sign.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from lgsp_message.keys import is_small_order

from lgsp_verify.log.b64 import b64, unb64
from lgsp_verify.log.errors import Malformed, NotProven

MAX_NOTE_BYTES: Final = 65_536
"""A checkpoint of 64 signatures has 12 kB; a note over 256 shards 20 kB."""
MAX_SIGNATURES: Final = 64
"""A verifier must take 16 at least; each costs a verification only if its key is known."""

_DASH: Final = "— "
_ID_BYTES: Final = 4
_TIME_BYTES: Final = 8
_KEY_BYTES: Final = 32
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_VERIFIER: Final = re.compile(r"([^+]+)\+([0-9a-f]{8})\+(.+)")


class Kind(IntEnum):
    """How a key signs: the byte that the formats assign."""

    NOTE = 0x01
    """Ed25519 over the text."""
    COSIGNATURE = 0x04
    """A witness's: Ed25519 over the time and the text."""


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One signature of a note, by whomever."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {b64(self.key_id + self.signature)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends in a newline, and its signatures. Nothing is verified yet."""

    text: str
    signatures: tuple[SignatureLine, ...] = ()

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.signatures))}"

    def encode(self) -> bytes:
        """Return the note as it is stored and served."""
        return str(self).encode()

    def signed_also(self, lines: Iterable[SignatureLine]) -> "Note":
        """Return the note with more signatures; a key's newer one stands for its older one."""
        newer = {(line.name, line.key_id): line for line in lines}
        kept = [line for line in self.signatures if (line.name, line.key_id) not in newer]
        return Note(self.text, (*kept, *newer.values()))


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key under a name: what a verifier is configured with."""

    name: str
    kind: Kind
    public: bytes
    """The 32 bytes of RFC 8032."""

    @property
    def key_id(self) -> bytes:
        """Return the four bytes by which signature lines name the key."""
        material = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return sha256(material).digest()[:_ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{b64(bytes([self.kind]) + self.public)}"


@dataclass(frozen=True, slots=True)
class Signer:
    """Whoever signs notes: a key in a file, or in a security module."""

    key: VerifierKey
    sign: Callable[[bytes], bytes] = field(repr=False)
    """Data to the 64 bytes of an Ed25519 signature."""

    def note(self, text: str) -> SignatureLine:
        """Sign `text`.

        Raises:
            ValueError: the key is a witness's.
        """
        if self.key.kind is not Kind.NOTE:
            raise ValueError("a witness's key signs with a time")
        return SignatureLine(self.key.name, self.key.key_id, self.sign(text.encode()))

    def cosignature(self, text: str, seconds: int) -> SignatureLine:
        """Cosign `text` at `seconds` since 1970.

        Raises:
            ValueError: the key is not a witness's.
        """
        if self.key.kind is not Kind.COSIGNATURE:
            raise ValueError("only a witness's key signs with a time")
        signature = self.sign(_cosigned(text, seconds))
        return SignatureLine(
            self.key.name, self.key.key_id, seconds.to_bytes(_TIME_BYTES) + signature
        )


@dataclass(frozen=True, slots=True)
class Verified:
    """A signature by a known key that is good."""

    key: VerifierKey
    seconds: int | None = None
    """When a witness cosigned, in seconds since 1970 by its own clock."""


def is_key_name(name: str) -> bool:
    """Say whether keys may be named so: not empty, no white space, no plus."""
    return bool(name) and "+" not in name and not any(char.isspace() for char in name)


def parse_verifier_key(text: str) -> VerifierKey:
    """Return the key of a line `name+id+key`, as C2SP's tools write it.

    Raises:
        Malformed.
    """
    match = _VERIFIER.fullmatch(text.strip())
    if match is None or not is_key_name(match[1]):
        raise Malformed("a verifier key is name+id+key")
    material = unb64(match[3])
    if len(material) != 1 + _KEY_BYTES or material[0] not in set(Kind):
        raise Malformed("a verifier key is an Ed25519 key of a log or of a witness")
    if is_small_order(material[1:]):
        raise Malformed("the verifier key is a point of small order: anybody signs for it")
    key = VerifierKey(match[1], Kind(material[0]), material[1:])
    if key.key_id.hex() != match[2]:
        raise Malformed("the id of the verifier key is not that of its name and bytes")
    return key


def parse_note(data: bytes) -> Note:
    """Return the note that the bytes hold.

    Raises:
        Malformed.
    """
    if len(data) > MAX_NOTE_BYTES:
        raise Malformed("the note is too long")
    try:
        whole = data.decode()
    except UnicodeDecodeError:
        raise Malformed("a note is UTF-8") from None
    # The last empty line divides: a text may have empty lines of its own.
    text, divider, lines = whole.rpartition("\n\n")
    if not divider or _CONTROL.search(whole) or not whole.endswith("\n"):
        raise Malformed("a note is a text, an empty line and signature lines")
    return Note(text + "\n", parse_signatures(lines))


def parse_signatures(lines: str) -> tuple[SignatureLine, ...]:
    """Return signature lines, as a note ends with them and as a witness answers them.

    Raises:
        Malformed: also where there is none.
    """
    if not lines.endswith("\n"):
        raise Malformed("a signature line ends in a newline")
    found = tuple(_signature(line) for line in lines[:-1].split("\n"))
    if len(found) > MAX_SIGNATURES:
        raise Malformed("the note has too many signatures")
    return found


def _signature(line: str) -> SignatureLine:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space or not is_key_name(name):
        raise Malformed("a signature line is a dash, a name and base64")
    raw = unb64(encoded)
    if len(raw) <= _ID_BYTES:
        raise Malformed("a signature line holds a key id and a signature")
    return SignatureLine(name, raw[:_ID_BYTES], raw[_ID_BYTES:])


def verify_note(note: Note, keys: Sequence[VerifierKey]) -> tuple[Verified, ...]:
    """Return the good signatures by `keys`: at least one.

    Raises:
        NotProven: none of the keys has signed, or the signature of one is wrong.
    """
    known = {(key.name, key.key_id): key for key in keys}
    found = tuple(
        _verify(note.text, line, known[line.name, line.key_id])
        for line in note.signatures
        if (line.name, line.key_id) in known
    )
    if not found:
        raise NotProven("no known key has signed the note")
    return found


def _verify(text: str, line: SignatureLine, key: VerifierKey) -> Verified:
    signature, data, seconds = line.signature, text.encode(), None
    if key.kind is Kind.COSIGNATURE:
        seconds = int.from_bytes(signature[:_TIME_BYTES])
        signature, data = signature[_TIME_BYTES:], _cosigned(text, seconds)
        if seconds >> 63:
            raise NotProven("the time of a cosignature is out of range")
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, data)
    except (InvalidSignature, ValueError):
        raise NotProven("the signature of a known key is wrong") from None
    return Verified(key, seconds)


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
