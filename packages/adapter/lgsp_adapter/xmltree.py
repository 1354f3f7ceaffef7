"""XML of other systems to a small tree, by local name, safely: no DTD, no entities, all bounded."""

from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from lgsp_adapter.errors import Reject

_LARGEST: Final = 1_048_576
"""Bytes."""
_DEEPEST: Final = 32
_MOST: Final = 20_000
"""Elements."""


@dataclass(slots=True)
class Node:
    """One element: its local name, its children in order, its own text."""

    name: str
    children: "list[Node]" = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The element's own text, without the white space around it."""
        return "".join(self.pieces).strip()

    def find(self, name: str) -> "Node | None":
        """Return the first element of that local name, this one or below it."""
        return next(iter(self.every(name)), None)

    def every(self, name: str) -> "list[Node]":
        """Return all elements of that local name, this one and below it, in document order."""
        below = [found for child in self.children for found in child.every(name)]
        return [self, *below] if self.name == name else below


def parse_xml(data: bytes, encoding: str | None = None) -> Node:
    """Return the root. `encoding` overrides the declaration, for XML that came as a string.

    Raises:
        Reject: `not_xml`, `xml_dtd` or `xml_too_large`; with a place, without any text of it.
    """
    if len(data) > _LARGEST:
        raise Reject("xml_too_large", "/")
    builder = _Builder(encoding)
    try:
        builder.parser.Parse(data, True)  # noqa: FBT003  (expat takes no names)
    except expat.ExpatError as error:
        raise Reject("not_xml", f"line {error.lineno}, column {error.offset}") from None
    except (LookupError, ValueError):  # An encoding that Python does not know.
        raise Reject("not_xml", "line 1, column 0") from None
    return builder.top.children[0]


class _Builder:
    """expat's handlers. One instance reads one document."""

    def __init__(self, encoding: str | None) -> None:
        self.top = Node("")
        self._path = [self.top]
        self._count = 0
        self.parser = expat.ParserCreate(encoding)
        self.parser.buffer_text = True
        # No DTD at all: entities, defaults and the network begin there.
        self.parser.StartDoctypeDeclHandler = _refuse_doctype
        self.parser.StartElementHandler = self._open
        self.parser.EndElementHandler = self._close
        self.parser.CharacterDataHandler = self._characters

    def _open(self, raw: str, _attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > _MOST or len(self._path) > _DEEPEST:
            raise Reject("xml_too_large", f"element {self._count}, depth {len(self._path)}")
        node = Node(raw.rpartition(":")[2])
        self._path[-1].children.append(node)
        self._path.append(node)

    def _close(self, _raw: str) -> None:
        self._path.pop()

    def _characters(self, text: str) -> None:
        self._path[-1].pieces.append(text)


def _refuse_doctype(*_: object) -> None:
    raise Reject("xml_dtd", "/")
