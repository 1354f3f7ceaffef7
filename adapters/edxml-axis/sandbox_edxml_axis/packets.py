"""What the axis reads of a packet, and how it writes one: by local name, in its own form."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

NAMESPACE: Final = "http://www.mic.gov.vn/TBT/QCVN_102_2016"


class BadPacket(Exception):
    """No edXML packet that the axis reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """What the axis needs to carry a packet."""

    key: str
    """The same for each try of one letter: its business identity."""
    sender: str
    receivers: tuple[str, ...]
    title: str
    notation: str


def parse(packet: bytes) -> ET.Element:
    """Return the tree of a packet; comments are gone, as the axis loses them.

    Raises:
        BadPacket: not well-formed, or with a DOCTYPE, where entity attacks begin.
    """
    if b"<!DOCTYPE" in packet:
        raise BadPacket("a DOCTYPE")
    try:
        return ET.fromstring(packet)  # noqa: S314  (no DOCTYPE, no entities)
    except ET.ParseError as error:
        raise BadPacket("not well-formed XML") from error


def address(tree: ET.Element) -> Address:
    """Return from whom and to whom a packet goes.

    Raises:
        BadPacket: no header, no sender, no receiver or no document named.
    """
    header = find(tree, "MessageHeader")
    header = find(tree, "Status") if header is None else header
    if header is None:
        raise BadPacket("no MessageHeader")
    status = text(header, "StatusCode")
    answered = find(header, "ResponseFor")
    if status and answered is not None:
        document = text(answered, "DocumentId") or text(answered, "Code")
        receivers: tuple[str, ...] = (text(answered, "OrganId"),)
        notation = text(answered, "Code")
    else:
        document = text(header, "DocumentId")
        receivers = tuple(text(each, "OrganId") for each in children(header, "To"))
        notation = f"{text(header, 'CodeNumber')}/{text(header, 'CodeNotation')}"
    sender = text(find(header, "From"), "OrganId")
    kind = f"status-{status}" if status else f"type-{text(tree, 'BussinessDocType') or '0'}"
    if not sender or not document or not any(receivers):
        raise BadPacket("no sender, receiver or document")
    return Address(
        key=f"{sender}|{document}|{kind}",
        sender=sender,
        receivers=tuple(each for each in receivers if each),
        title=text(header, "Subject") or text(header, "Description"),
        notation=notation,
    )


def local(element: ET.Element) -> str:
    """Return an element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def find(tree: ET.Element | None, name: str) -> ET.Element | None:
    """Return the first element of that local name, at any depth."""
    found = () if tree is None else tree.iter()
    return next((each for each in found if local(each) == name), None)


def children(tree: ET.Element, name: str) -> list[ET.Element]:
    """Return the children of that local name."""
    return [each for each in tree if local(each) == name]


def text(tree: ET.Element | None, name: str) -> str:
    """Return the trimmed text of the first element of that name, or nothing."""
    found = find(tree, name)
    return "" if found is None else (found.text or "").strip()


def make(name: str, value: str | None = None) -> ET.Element:
    """Return a new element of the format."""
    element = ET.Element(f"{{{NAMESPACE}}}{name}")
    element.text = value
    return element


def write(root: ET.Element) -> bytes:
    """Return the packet as the axis writes it: one line, prefixes of its own, no white space.

    Signatures lose their namespace, and the attachments get the prefix too.
    """
    inside = "".join(_branch(each) for each in root)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f'{head}<edXML xmlns="{NAMESPACE}">{inside}</edXML>'.encode()


def _branch(element: ET.Element) -> str:
    return "".join(_pieces(element, "edXML:", f' xmlns:edXML="{NAMESPACE}"'))


def _pieces(element: ET.Element, prefix: str, declared: str = "") -> Iterator[str]:
    prefix = "" if local(element) == "Signature" else prefix
    name = prefix + local(element)
    plain = {key: each for key, each in element.attrib.items() if re.fullmatch(r"[\w.-]+", key)}
    opened = name + declared + "".join(f" {k}={quoteattr(v)}" for k, v in plain.items())
    inside = element.text or ""
    if len(element) == 0 and not inside.strip():
        yield f"<{opened}/>"
        return
    yield f"<{opened}>"
    yield escape(inside, {"\r": "&#13;"}) if len(element) == 0 else ""
    for child in element:
        yield from _pieces(child, prefix)
    yield f"</{name}>"
