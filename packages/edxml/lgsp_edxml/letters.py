"""What a packet is as a message: its type, its key, its receivers, its files.

The key is made of the letter, not of its way. The national axis writes a packet anew, and gives the
same letter twice where it stands under an old and a new code of one agency.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from lgsp_edxml.mapping import kind_of, objects_of, to_body
from lgsp_edxml.model import Document, Packet, Status
from lgsp_edxml.reader import Reading

_TRANSPORT: Final = ("original", "repairs", "trace", "to")
"""What a body says about the way of the packet, not about the letter. The receivers are part of the
key: there an old and a new code of one agency may count as one."""
_TRANSPORT_OF_FILE: Final = ("transported_sha256", "content_type", "content_id")
_CODE: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")
_MAX_SUBJECT_CHARS: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A packet that was read, in the words of the hub."""

    kind: str
    """The schema's name, such as `document.issued`."""
    body: bytes = field(repr=False)
    """Canonical JSON of `mapping.to_body`: the same packet gives the same bytes."""
    sender: str | None
    """The sending agency's code; None where its spelling is none that can address an agency."""
    receivers: tuple[str, ...]
    """Codes of the receiving agencies, distinct, in the packet's order; unusable ones left out."""
    subject: str | None
    """DocumentId in NFC: what statuses and later changes of the document name it by."""
    is_urgent: bool
    files: Mapping[str, bytes] = field(repr=False)
    """Attachments by hash, without the packet itself."""
    core: str
    """Hash of all that the letter says, whatever way it came."""
    identity: tuple[str, ...] = field(repr=False)

    def key(self, receivers: tuple[str, ...]) -> str:
        """Return 64 hexadecimal digits that name this letter to these receivers.

        Made of sender, DocumentId, business type and the unwrapped attachments, and of the
        receivers: a letter that is sent again to somebody else is another message.
        """
        return _digest([*self.identity, "", *sorted(set(receivers))])


def letter_of(reading: Reading) -> Letter:
    """Return the letter of a packet."""
    packet, body = reading.packet, to_body(reading)
    files = objects_of(packet)
    return Letter(
        kind=kind_of(packet),
        body=_json(body),
        sender=usable_code(packet.from_.code),
        receivers=_receivers(packet),
        subject=_subject(_document_id(packet)),
        is_urgent=isinstance(packet, Document) and bool(packet.priority),
        files=files,
        core=_digest([kind_of(packet), _json(_core(body)).decode()]),
        identity=_identity(packet, tuple(files)),
    )


def usable_code(code: str) -> str | None:
    """Return an agency's code without white space, None where it cannot be an address."""
    bare = "".join(code.split())
    return bare if _CODE.fullmatch(bare) else None


def _receivers(packet: Packet) -> tuple[str, ...]:
    if isinstance(packet, Status):
        codes = [packet.response_for.organ_code or ""]
    else:
        codes = [receiver.code for receiver in packet.to]
    usable = (usable_code(code) for code in codes)
    return tuple(dict.fromkeys(code for code in usable if code is not None))


def _document_id(packet: Packet) -> str | None:
    return packet.response_for.document_id if isinstance(packet, Status) else packet.document_id


def _subject(document_id: str | None) -> str | None:
    text = unicodedata.normalize("NFC", document_id or "")
    printable = "".join(letter for letter in text if letter.isprintable())
    return printable[:_MAX_SUBJECT_CHARS] or None


def _identity(packet: Packet, hashes: tuple[str, ...]) -> tuple[str, ...]:
    document_id = unicodedata.normalize("NFC", _document_id(packet) or "")
    if isinstance(packet, Status):
        about = packet.response_for
        # Statuses come without DocumentId too; then number and day say which document is meant.
        named = (document_id,) if document_id else ("", about.code, about.promulgation_date)
        told = (packet.status_code, packet.at, packet.description)
        return tuple(text or "" for text in ("status", packet.from_.code, *named, *told))
    return (str(packet.business.type), packet.from_.code, document_id, *sorted(hashes))


def _core(body: Mapping[str, Any]) -> dict[str, Any]:
    core = {name: value for name, value in body.items() if name not in _TRANSPORT}
    if "attachments" in body:
        core["attachments"] = [
            {name: value for name, value in file.items() if name not in _TRANSPORT_OF_FILE}
            for file in body["attachments"]
        ]
    return core


def _json(body: Mapping[str, Any]) -> bytes:
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def _digest(parts: list[str]) -> str:
    return sha256(json.dumps(parts).encode()).hexdigest()
