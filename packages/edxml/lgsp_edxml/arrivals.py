"""Attachments as they arrive: joined with the manifest, unwrapped once, their evidence kept."""

from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from lgsp_edxml.errors import EdxmlError, Fault
from lgsp_edxml.fields import ATTACHMENT_TEXTS
from lgsp_edxml.limits import MAX_ATTACHMENTS, MAX_CONTENT_BYTES
from lgsp_edxml.media import is_declared_wrongly, is_unsafe_name
from lgsp_edxml.model import Attachment
from lgsp_edxml.names import PAYLOADS
from lgsp_edxml.notes import Deviation, Notes
from lgsp_edxml.payload import Payload
from lgsp_edxml.records import note_ignored, only, read_field
from lgsp_edxml.tree import Node
from lgsp_edxml.zips import unwrap

_OFFICIAL: Final = "AttachmentEncoded"
_HOME_MADE: Final = "edXMLAttachments"
_KNOWN: Final = {field.element for field in ATTACHMENT_TEXTS} | PAYLOADS
_MANIFEST_TEXTS: Final = tuple(
    field
    for field in ATTACHMENT_TEXTS
    if field.element in ("ContentId", "ContentType", "Description", "AttachmentName")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """How one attachment was transported. The axis re-encodes: only the file's own hash stays.

    `content_type` is what the attachment declares, often wrongly; None where it declares nothing.
    """

    transported_sha256: str
    transported_size: int
    content_type: str | None
    unwrapped: bool


def read_attachments(
    root: Node, envelope: Node, notes: Notes
) -> tuple[tuple[Attachment, ...], tuple[Arrival, ...]]:
    """Return the attachments and, in the same order, how they arrived.

    Raises:
        EdxmlError: a limit, or a fault of an attachment.
    """
    nodes = _nodes(root, envelope, notes)
    if len(nodes) > MAX_ATTACHMENTS:
        raise EdxmlError(Fault.TOO_MANY, f"/edXML/{_OFFICIAL}/Attachment")
    texts = [_texts(node, _place(number), notes) for number, node in enumerate(nodes, 1)]
    references = _references(envelope, notes)
    joined = _join(texts, references, notes)
    pairs: list[tuple[Attachment, Arrival]] = []
    room = MAX_CONTENT_BYTES
    for number, node in enumerate(nodes, 1):
        pair = _read(node, texts[number - 1], joined[number - 1], room, _place(number), notes)
        room -= len(pair[0].data)
        pairs.append(pair)
    _note_names([attachment.name for attachment, _ in pairs], notes)
    return tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs)


_Texts = dict[str, str | None]


def _place(number: int) -> str:
    return f"/edXML/{_OFFICIAL}/Attachment[{number}]"


def _nodes(root: Node, envelope: Node, notes: Notes) -> list[Node]:
    containers = root.every(_OFFICIAL)
    inside = [*envelope.every(_OFFICIAL), *envelope.every(_HOME_MADE), *root.every(_HOME_MADE)]
    if inside:
        notes.add(Deviation.HOME_MADE_ATTACHMENTS, "/edXML/edXMLEnvelope")
    for container in (*containers, *inside):
        note_ignored(container, {"Attachment"}, f"/edXML/{_OFFICIAL}", notes)
    return [node for container in (*containers, *inside) for node in container.every("Attachment")]


def _texts(node: Node, place: str, notes: Notes) -> _Texts:
    note_ignored(node, _KNOWN, place, notes)
    return {field.attr: read_field(field, node, place, notes) for field in ATTACHMENT_TEXTS}


def _references(envelope: Node, notes: Notes) -> list[_Texts]:
    place = "/edXML/edXMLEnvelope/edXMLBody/edXMLManifest"
    body = only(envelope, "edXMLBody", "/edXML/edXMLEnvelope/edXMLBody") or Node("")
    manifest = only(body, "edXMLManifest", place) or Node("")
    nodes = manifest.every("Reference")
    if len(nodes) > MAX_ATTACHMENTS:
        raise EdxmlError(Fault.TOO_MANY, f"{place}/Reference")
    return [
        {
            field.attr: read_field(field, node, f"{place}/Reference[{number}]", notes)
            for field in _MANIFEST_TEXTS
        }
        for number, node in enumerate(nodes, 1)
    ]


def _join(texts: list[_Texts], references: list[_Texts], notes: Notes) -> list[_Texts | None]:
    """Return each attachment's reference: by ContentId where that is clear, else by position."""
    ours = Counter(text["content_id"] for text in texts)
    theirs = Counter(reference["content_id"] for reference in references)
    by_id = {reference["content_id"]: reference for reference in references}
    joined: list[_Texts | None] = []
    for index, text in enumerate(texts):
        name = text["content_id"]
        if name and ours[name] > 1:
            notes.add(Deviation.CONTENT_ID_REPEATED, _place(index + 1))
        if name and ours[name] == 1 and theirs[name] == 1:
            joined.append(by_id[name])
            continue
        joined.append(references[index] if index < len(references) else None)
        found = joined[-1] is not None
        notes.add(
            Deviation.JOINED_BY_POSITION if found else Deviation.REFERENCE_UNMATCHED,
            _place(index + 1),
        )
    if len(references) > len(texts):
        notes.add(Deviation.REFERENCE_UNMATCHED, "/edXML/edXMLEnvelope/edXMLBody/edXMLManifest")
    return joined


def _read(
    node: Node, texts: _Texts, reference: _Texts | None, room: int, place: str, notes: Notes
) -> tuple[Attachment, Arrival]:
    payload = _payload(node, place, notes)
    if payload.spaced:
        notes.add(Deviation.BASE64_SPACE, place)
    transported = payload.take()
    content_type = texts.pop("content_type")
    _note_types(content_type, reference, transported, place, notes)
    name = texts["name"] or (reference or {}).get("name") or ""
    for attr in ("content_id", "name"):
        if not texts[attr]:
            notes.add(Deviation.ELEMENT_MISSING, place)
    data = unwrap(name, transported, room, place, notes)
    if len(data) > room:
        raise EdxmlError(Fault.ATTACHMENT_TOO_LARGE, place)
    attachment = Attachment(
        content_id=texts["content_id"] or "",
        name=name,
        data=data,
        description=texts["description"],
        field_name=texts["field_name"],
        mime_type=texts["mime_type"],
    )
    arrival = Arrival(
        transported_sha256=sha256(transported).hexdigest(),
        transported_size=len(transported),
        content_type=content_type,
        unwrapped=data is not transported,
    )
    return attachment, arrival


def _payload(node: Node, place: str, notes: Notes) -> Payload:
    found = [child for child in node.children if child.payload is not None]
    if len(found) > 1:
        raise EdxmlError(Fault.REPEATED, place)
    if not found or found[0].payload is None:
        raise EdxmlError(Fault.MISSING, place)
    note_ignored(found[0], set(), place, notes)
    return found[0].payload


def _note_types(
    declared: str | None, reference: _Texts | None, data: bytes, place: str, notes: Notes
) -> None:
    if reference is not None and reference["content_type"] != declared:
        notes.add(Deviation.CONTENT_TYPE_DIFFERS, place)
    if is_declared_wrongly(declared or "", data):
        notes.add(Deviation.CONTENT_TYPE_WRONG, place)


def _note_names(names: list[str], notes: Notes) -> None:
    seen = Counter(names)
    for number, name in enumerate(names, 1):
        if is_unsafe_name(name):
            notes.add(Deviation.ATTACHMENT_NAME_UNSAFE, _place(number))
        if seen[name] > 1:
            notes.add(Deviation.ATTACHMENT_NAME_REPEATED, _place(number))
