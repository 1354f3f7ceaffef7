"""ASiC-E (ETSI EN 319 162-1): signatures over the hashes of several files in one container.

A manifest names the files and their hashes, and a CAdES signature is over the manifest. Or a XAdES
signature names the files itself.
"""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import unquote

from lxml import etree

from hub.signing.documents.cades import signers_over
from hub.signing.documents.cms import Malformed, digest_by_name, load_signed_data
from hub.signing.documents.containers import (
    META,
    MIMETYPE,
    Container,
    NoContainer,
    TooMuch,
    open_container,
)
from hub.signing.documents.facts import Facts, Outcome, numbered
from hub.signing.documents.question import Question
from hub.signing.documents.xml import signatures_over
from hub.signing.documents.xml_tree import DS, XmlRefused, parse
from hub.signing.verdicts import GRADES, Grade, VerdictReason

_ASIC: Final = "{http://uri.etsi.org/02918/v1.2.1#}"
_DIGESTS: Final = {
    "http://www.w3.org/2000/09/xmldsig#sha1": "sha1",
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}
_MOST_SIGNATURES: Final = 32
_XADES: Final = "ASiC-E XAdES"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Manifest:
    """What one manifest says: its signature's file, and the documents with their hashes."""

    signature: str
    documents: tuple[tuple[str, str, bytes], ...]
    """Name, digest's name, digest."""


def judge_asic(document: bytes, question: Question) -> Outcome:
    """Judge all signatures in a container, and whether they cover all its documents."""
    try:
        container = open_container(document)
        if not _is_asic(container):
            return Outcome(reasons=(VerdictReason.UNSUPPORTED_FORMAT,))
        found = list(_judged(container, question))
    except TooMuch:
        return Outcome(reasons=(VerdictReason.TOO_COMPLEX,))
    except (NoContainer, XmlRefused, Malformed):
        return Outcome(reasons=(VerdictReason.MALFORMED_DOCUMENT,))
    covered = {name for facts, names in found for name in names if _holds(facts)}
    partly = bool(found) and not container.documents <= covered
    return Outcome(
        reasons=(VerdictReason.PARTLY_SIGNED,) if partly else (),
        signed=tuple(numbered((facts for facts, _ in found), question)),
    )


def _is_asic(container: Container) -> bool:
    """Other ZIP files, as those of office programs, are none of this judge's."""
    said = container.files.get("mimetype", b"").strip() == MIMETYPE.encode()
    return said or any(_is_manifest(name) for name in container.files)


def _holds(facts: Facts) -> bool:
    return all(GRADES[one] is not Grade.INVALID for one in facts.reasons)


def _judged(container: Container, question: Question) -> Iterator[tuple[Facts, frozenset[str]]]:
    manifests = sorted(name for name in container.files if _is_manifest(name))
    others = sorted(name for name in container.files if _is_xades(name))
    if len(manifests) + len(others) > _MOST_SIGNATURES:
        raise TooMuch("too many signatures")
    for name in manifests:
        raw = container.files[name]
        manifest = _read_manifest(raw)
        names = frozenset(one for one, _, _ in manifest.documents)
        for facts in _signers(container, raw, manifest, question):
            yield facts, names
    for name in others:
        yield from _by_xades(container, container.files[name], question)


def _by_xades(
    container: Container, raw: bytes, question: Question
) -> Iterator[tuple[Facts, frozenset[str]]]:
    """Judge the signatures in one file (annex A.5): each names the files that it is over."""
    if parse(raw).tag != f"{_ASIC}XAdESSignatures":
        unknown = (VerdictReason.UNSUPPORTED_SIGNATURE,)
        yield Facts(form=_XADES, covers="", reasons=unknown), frozenset()
        return
    found = signatures_over(raw, container.files, question)
    if len(found) > _MOST_SIGNATURES:
        raise TooMuch("too many signatures")
    for facts, names in found:
        yield replace(facts, form=_XADES), names


def _is_xades(name: str) -> bool:
    short = name.removeprefix(META).lower()
    return name.startswith(META) and "signatures" in short and short.endswith(".xml")


def _is_manifest(name: str) -> bool:
    short = name.removeprefix(META)
    return name != short and "asicmanifest" in short.lower() and short.lower().endswith(".xml")


def _signers(
    container: Container, raw: bytes, manifest: _Manifest, question: Question
) -> list[Facts]:
    covers = f"{len(manifest.documents)} files"
    signature = container.files.get(manifest.signature)
    if signature is None:
        missing = (VerdictReason.MALFORMED_SIGNATURE,)
        return [Facts(form="ASiC-E CAdES", covers=covers, reasons=missing)]
    try:
        found = signers_over(load_signed_data(signature), raw, question)
    except Malformed as error:
        return [Facts(form="ASiC-E CAdES", covers=covers, reasons=(error.reason,))]
    changed = _changed(container, manifest)
    return [
        replace(one, form="ASiC-E CAdES", covers=covers, reasons=(*one.reasons, *changed))
        for one in found
    ]


def _changed(container: Container, manifest: _Manifest) -> tuple[VerdictReason, ...]:
    """Compare the documents with the hashes in the manifest."""
    reasons: list[VerdictReason] = []
    for name, digest, value in manifest.documents:
        data = container.files.get(name)
        if data is None or digest_by_name(digest, data) != value:
            reasons.append(VerdictReason.CONTENT_CHANGED)
        if digest == "sha1":
            reasons.append(VerdictReason.LEGACY_DIGEST)
    return tuple(dict.fromkeys(reasons))


def _read_manifest(raw: bytes) -> _Manifest:
    """Read an ASiCManifest (annex A.4).

    Raises:
        Malformed: it lacks a part.
        XmlRefused: it is no XML.
    """
    root = parse(raw)
    reference = root.find(f"{_ASIC}SigReference")
    if root.tag != f"{_ASIC}ASiCManifest" or reference is None:
        raise Malformed
    documents = tuple(_named(one) for one in root.iterfind(f"{_ASIC}DataObjectReference"))
    if not documents:
        raise Malformed
    return _Manifest(signature=_name(reference), documents=documents)


def _named(reference: etree._Element) -> tuple[str, str, bytes]:
    method, value = reference.find(f"{DS}DigestMethod"), reference.find(f"{DS}DigestValue")
    if method is None or value is None:
        raise Malformed
    digest = _DIGESTS.get(method.get("Algorithm", ""))
    if digest is None:
        raise Malformed(VerdictReason.ALGORITHM_BROKEN)
    try:
        return _name(reference), digest, base64.b64decode(value.text or "")
    except binascii.Error as error:
        raise Malformed from error


def _name(reference: etree._Element) -> str:
    return unquote(reference.get("URI", "")).removeprefix("/")
