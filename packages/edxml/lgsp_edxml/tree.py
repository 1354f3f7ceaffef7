"""XML bytes to a small tree, by local name, safely: no DTD, no entities, no network, all bounded.

expat without namespaces is used: it reads a packet whose prefixes are not bound, as official
sample packets are, in the first pass, and gives an attachment's text piece by piece. Prefixes are
resolved here only to note what is not as it should be.
"""

from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from lgsp_edxml.errors import EdxmlError, Fault
from lgsp_edxml.fields import ELEMENTS
from lgsp_edxml.limits import (
    MAX_ATTRIBUTES,
    MAX_DEPTH,
    MAX_ELEMENTS,
    MAX_JUNK_BYTES,
    MAX_TEXT_CHARS,
    MAX_TOKEN_BYTES,
)
from lgsp_edxml.names import NAMESPACE, OLD_NAMESPACES, PAYLOADS, PREFIX, UNPREFIXED
from lgsp_edxml.notes import Deviation, Notes
from lgsp_edxml.payload import Payload

_PIECE: Final = 262_144
"""Bytes given to expat at once: what it has not used after a piece is one unfinished token."""
_BOM: Final = b"\xef\xbb\xbf"
_UTF8: Final = frozenset({"utf-8", "utf8"})
_SIGNATURE: Final = "Signature"
_HIDDEN: Final = "*"
"""Stands for an element's name that the format does not know: it is the sender's own text."""
_TOP: Final = 3
"""Length of the path with a child of the root at its end."""
_KNOWN_ATTRIBUTES: Final = frozenset({("edXMLManifest", "version")})


@dataclass(slots=True)
class Node:
    """One element: local name, children in order, its own text; `payload` where it is base64."""

    name: str
    children: "list[Node]" = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    size: int = 0
    payload: Payload | None = None

    @property
    def text(self) -> str:
        """The element's own text, as it stands."""
        return "".join(self.texts)

    def first(self, name: str) -> "Node | None":
        """Return the first child of that name."""
        return next((child for child in self.children if child.name == name), None)

    def every(self, name: str) -> "list[Node]":
        """Return all children of that name."""
        return [child for child in self.children if child.name == name]


def parse(data: bytes, notes: Notes) -> Node:
    """Return the root of the packet; an XML signature's content is left out.

    Raises:
        EdxmlError: `NOT_WELL_FORMED`, `DTD_FORBIDDEN`, a limit, or a fault of an attachment.
    """
    start = _start(data, notes)
    builder = _Builder(notes)
    try:
        _feed(builder.parser, memoryview(data)[start:])
    except expat.ExpatError as error:
        place = f"line {error.lineno}, column {error.offset}"
        raise EdxmlError(Fault.NOT_WELL_FORMED, place) from error
    except (LookupError, ValueError) as error:  # An encoding that Python does not know.
        raise EdxmlError(Fault.NOT_WELL_FORMED, "line 1, column 0") from error
    if not builder.top.children:
        raise EdxmlError(Fault.NOT_EDXML, "/")
    return builder.top.children[0]


def _start(data: bytes, notes: Notes) -> int:
    """Return where the XML begins; what stands before its declaration is junk."""
    if data.startswith(_BOM):
        notes.add(Deviation.BYTE_ORDER_MARK, "/")
    at = data.find(b"<?xml", 0, MAX_JUNK_BYTES)
    junk = data[: max(at, 0)].removeprefix(_BOM)
    # Where something began before it, this is no declaration but text of the packet.
    if not junk or b"<" in junk:
        return 0
    notes.add(Deviation.JUNK_BEFORE_DECLARATION, "/")
    return at


def _feed(parser: expat.XMLParserType, data: memoryview) -> None:
    used = 0
    while used < len(data):
        parser.Parse(data[used : used + _PIECE], False)  # noqa: FBT003  (expat takes no names)
        used = min(used + _PIECE, len(data))
        # One endless tag: older expat scans it from its beginning with every piece.
        if used - parser.CurrentByteIndex > MAX_TOKEN_BYTES:
            raise EdxmlError(Fault.TOKEN_TOO_LARGE, f"line {parser.CurrentLineNumber}")
    parser.Parse(b"", True)  # noqa: FBT003


class _Builder:
    """expat's handlers. One instance reads one packet."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.top = Node("")
        self._path = [self.top]
        self._scopes: list[dict[str, str]] = [{"": "", "xml": "xml"}]
        self._count = 0
        self._skipped = 0
        self._unprefixed = True
        """Whether names are officially without a prefix here: the root, and the attachments."""
        self.parser = self._make_parser()

    def _make_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.buffer_size = _PIECE
        parser.ordered_attributes = True
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.XmlDeclHandler = self._declaration
        parser.StartElementHandler = self._open
        parser.EndElementHandler = self._close
        parser.CharacterDataHandler = self._characters
        return parser

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in _UTF8:
            self.notes.add(Deviation.ENCODING_NOT_UTF8, "/")

    def _open(self, raw: str, attributes: list[str]) -> None:
        self._count += 1
        if self._count > MAX_ELEMENTS:
            raise EdxmlError(Fault.TOO_MANY_ELEMENTS, self._place())
        if len(self._path) + self._skipped > MAX_DEPTH:
            raise EdxmlError(Fault.TOO_DEEP, self._place())
        name = raw.rpartition(":")[2]
        if self._skipped or name == _SIGNATURE:
            self._skip()
            return
        node = Node(name)
        if name in PAYLOADS:
            node.payload = Payload(f"{self._place()}/{name}")
        self._path[-1].children.append(node)
        self._path.append(node)
        self._scopes.append(self._scope(name, attributes) if attributes else self._scopes[-1])
        if len(self._path) == _TOP:
            self._unprefixed = name in UNPREFIXED
        self._note_name(raw, name)

    def _skip(self) -> None:
        # It proves nothing (the axis rewrites packets), and its children stand in any namespace.
        if not self._skipped:
            self.notes.add(Deviation.SIGNATURE_IGNORED, self._place())
        self._skipped += 1

    def _close(self, _raw: str) -> None:
        if self._skipped:
            self._skipped -= 1
            return
        node = self._path.pop()
        self._scopes.pop()
        if node.payload is not None:
            node.payload.close()

    def _characters(self, text: str) -> None:
        if self._skipped:
            return
        node = self._path[-1]
        if node.payload is not None:
            node.payload.feed(text)
            return
        node.size += len(text)
        if node.size > MAX_TEXT_CHARS:
            raise EdxmlError(Fault.TOO_LONG, self._place())
        node.texts.append(text)

    def _scope(self, name: str, attributes: list[str]) -> dict[str, str]:
        """Return the prefixes bound here, and note the attributes that will be lost."""
        names, values = attributes[::2], attributes[1::2]
        if len(names) > MAX_ATTRIBUTES:
            raise EdxmlError(Fault.TOO_MANY, self._place())
        bound = {
            raw.partition(":")[2]: value
            for raw, value in zip(names, values, strict=True)
            if raw == "xmlns" or raw.startswith("xmlns:")
        }
        scope = {**self._scopes[-1], **bound} if bound else self._scopes[-1]
        self._note_attributes(name, names, scope)
        return scope

    def _note_attributes(self, name: str, names: list[str], scope: dict[str, str]) -> None:
        split = [raw.rpartition(":") for raw in names if raw.partition(":")[0] != "xmlns"]
        if any(colon and prefix not in scope for prefix, colon, _ in split):
            self.notes.add(Deviation.UNBOUND_PREFIX, self._place(), "@")
        if any((name, local) not in _KNOWN_ATTRIBUTES for _, _, local in split):
            self.notes.add(Deviation.ATTRIBUTE_IGNORED, self._place())

    def _note_name(self, raw: str, name: str) -> None:
        prefix, scope = raw.rpartition(":")[0], self._scopes[-1]
        official = "" if self._unprefixed and name not in PAYLOADS else PREFIX
        if prefix == official and scope.get(prefix) == NAMESPACE:
            return  # Nearly always.
        if prefix not in scope:
            self.notes.add(Deviation.UNBOUND_PREFIX, self._place(), "<")
        elif scope[prefix] != NAMESPACE:
            self._note_namespace(scope[prefix])
        if prefix != official:
            code = Deviation.PREFIX_OTHER if prefix else Deviation.PREFIX_MISSING
            self.notes.add(code, self._place(), "<")

    def _note_namespace(self, uri: str) -> None:
        if not uri:
            code = Deviation.NAMESPACE_MISSING
        elif uri in OLD_NAMESPACES:
            code = Deviation.NAMESPACE_OLD
        else:
            code = Deviation.NAMESPACE_OTHER
        self.notes.add(code, self._place(), "<")

    def _place(self) -> str:
        names = (node.name if node.name in ELEMENTS else _HIDDEN for node in self._path[1:])
        return "/" + "/".join(names)


def _refuse_doctype(*_: object) -> None:
    # No DTD at all: entities, defaults and the network begin there.
    raise EdxmlError(Fault.DTD_FORBIDDEN, "/")
