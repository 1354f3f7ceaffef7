"""XML, read without network, without DTD, without entities; and what of it signatures cover."""

from collections.abc import Iterable
from typing import Final

from lxml import etree

DS: Final = "{http://www.w3.org/2000/09/xmldsig#}"
_MOST_ELEMENTS: Final = 200_000


class XmlRefused(Exception):
    """The bytes are no XML that the hub reads."""


def parser() -> etree.XMLParser:
    """Return a parser that fetches nothing and expands nothing (XXE, billion laughs)."""
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False
    )


def parse(document: bytes) -> etree._Element:
    """Return the root element.

    Raises:
        XmlRefused: not well-formed, with a DTD or an entity, too deep for the parser or too large.
    """
    try:
        root = etree.fromstring(document, parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise XmlRefused("not well-formed") from error
    told = root.getroottree().docinfo
    # A DTD can change what is signed by default values: none is taken, wherever it stands.
    if told.internalDTD is not None or told.externalDTD is not None or told.doctype:
        raise XmlRefused("a document type declaration")
    if sum(1 for _ in root.iter()) > _MOST_ELEMENTS:
        raise XmlRefused("too many elements")
    return root


def is_all_signed(root: etree._Element, signed: Iterable[etree._Element]) -> bool:
    """Say whether nothing stands in the document outside what is signed and the signatures.

    Elements that only hold such parts may be there, without text or attributes of their own.
    """
    covered = set(signed)
    return root in covered or root.tag == f"{DS}Signature" or _only_holds(root, covered)


def _only_holds(element: etree._Element, covered: set[etree._Element]) -> bool:
    waiting = [element]
    while waiting:
        one = waiting.pop()
        if one in covered or one.tag == f"{DS}Signature" or one.tag is etree.Comment:
            continue
        texts = [one.text, *(child.tail for child in one)]
        if len(one) == 0 or one.attrib or any(text and text.strip() for text in texts):
            return False
        waiting.extend(one)
    return True
