"""Messages signed before the clock runs, kept small: the id, the subject and 64 bytes each.

Everything else of a message is the same for all messages of its sender and is put in when it is
sent, which takes microseconds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec
from lgsp_client import uuid7
from lgsp_message.cloudevents import http_headers
from lgsp_message.jws import protected_header
from lgsp_message.keys import b64url, public_jwk, sign, thumbprint, unb64url

from bench.data import SCHEMA, TYPE

_ID: Final = b"@id@"
_SUBJECT: Final = b"@subject@"
_SIGNATURE: Final = b"@signature@"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """What is the same in all messages of one system."""

    number: int
    key: ec.EllipticCurvePrivateKey
    protected: bytes
    """The signature's protected header as JSON, with places for id and subject."""
    headers: bytes
    """The HTTP header lines, with places for id, subject and signature."""


class Signed(NamedTuple):
    """One signed message."""

    sender: int
    id: bytes
    subject: bytes
    signature: bytes


class Stock:
    """Signed messages of all systems in turn, each system always to the same other one."""

    def __init__(self, keys: Sequence[ec.EllipticCurvePrivateKey], hub: str, body: bytes) -> None:
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._senders = [_sender(n, key, hub, at, len(keys)) for n, key in enumerate(keys)]
        self.body = body

    def sign(self, count: int) -> list[Signed]:
        """Return `count` messages."""
        senders = self._senders
        return [self._signed(senders[number % len(senders)], number) for number in range(count)]

    def batches(self, count: int, size: int) -> Iterator[list[Signed]]:
        """Yield `count` batches, each of one system: the peer hands in its own messages."""
        for number in range(count):
            sender = self._senders[number % len(self._senders)]
            yield [self._signed(sender, number * size + part) for part in range(size)]

    def headers(self, message: Signed) -> bytes:
        """Return the HTTP header lines of a message."""
        sender = self._senders[message.sender]
        protected = _filled(sender.protected, message.id, message.subject)
        signature = b64url(protected).encode() + b".." + b64url(message.signature).encode()
        headers = _filled(sender.headers, message.id, message.subject)
        return headers.replace(_SIGNATURE, signature)

    def _signed(self, sender: Sender, number: int) -> Signed:
        id_ = uuid7().encode()
        subject = b"H99.%03d-261122-%07d" % (sender.number, number)
        protected = b64url(_filled(sender.protected, id_, subject)).encode()
        signature = sign(sender.key, "ES256", protected + b"." + self.body)
        return Signed(sender.number, id_, subject, signature)


def _sender(
    number: int, key: ec.EllipticCurvePrivateKey, hub: str, at: str, systems: int
) -> Sender:
    attributes = {
        "specversion": "1.0",
        "id": _ID.decode(),
        "source": f"urn:hub:system:bench-{number:03d}",
        "type": TYPE,
        "subject": _SUBJECT.decode(),
        "time": at,
        "dataschema": SCHEMA,
        "datacontenttype": "application/json",
        "recipients": f"urn:hub:org:H99.{(number * 7 + 3) % systems:03d}",
    }
    key_id = thumbprint(public_jwk(key.public_key()))
    protected = protected_header(attributes, algorithm="ES256", key_id=key_id, hub=hub)
    lines = http_headers(attributes) | {"hub-signature": _SIGNATURE.decode()}
    headers = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return Sender(number=number, key=key, protected=unb64url(protected), headers=headers.encode())


def _filled(template: bytes, id_: bytes, subject: bytes) -> bytes:
    return template.replace(_ID, id_).replace(_SUBJECT, subject)
