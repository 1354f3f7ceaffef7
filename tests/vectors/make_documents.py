"""Write the test vectors for signatures in documents, for implementers and for the fuzz tests.

`python -m tests.vectors.make_documents` writes `documents/` beside this file: the documents, the
authorities' certificates and CRLs, and `index.json` with what each document must get. Keys derive
from seeds and times are fixed, so that every run writes the same bytes.
"""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from hub.signing.documents.judge import judge
from hub.signing.documents.question import Question, RevocationAnswers
from simulator.asice import signed_container, xades_container
from simulator.xml_signatures import XmlStyle, signed_xml
from tests.encrypted_pdf import encrypted_letter
from tests.hostile_documents import deep_arrays, loop_of_fields, loop_of_revisions
from tests.signed_documents import AT, LETTER, Setting

FOLDER = Path(__file__).parent / "documents"
XML = '<hs:HoSo xmlns:hs="urn:mau"><hs:NoiDung Id="nd">Dữ liệu mẫu</hs:NoiDung></hs:HoSo>'.encode()
FILES = {"van-ban.txt": b"Du lieu mau", "phu-luc.txt": b"Phu luc mau"}
Vector = tuple[str, str, bytes, Question]


@cache
def now() -> Setting:
    """The setting of most vectors."""
    return Setting()


@cache
def then() -> Setting:
    """The setting of a letter of 2017."""
    return Setting(datetime(2017, 6, 1, tzinfo=UTC))


def documents() -> Iterator[Vector]:
    """File name, what it shows, the bytes, the question."""
    yield from _letters()
    yield from _bad_letters()
    yield from _others()


def _letters() -> Iterator[Vector]:
    here, asked = now(), now().question()
    today = LETTER.signed(here.cms())
    yield "today.pdf", "as letters are signed today", today.data, asked
    modern = LETTER.signed(here.modern(), "ETSI.CAdES.detached").data
    yield "modern.pdf", "by the rules in force", modern, asked
    three = LETTER.signed(here.cms(here.person)).signed(here.cms(here.person)).signed(here.cms())
    yield "three.pdf", "head of unit, chairman, seal", three.data, asked
    stamped = today.signed(here.stamp(), "ETSI.RFC3161").data
    yield "document-time-stamp.pdf", "a time stamp over the whole document", stamped, asked
    old = LETTER.signed(then().cms(digest="sha1", stamp=then().stamp())).data
    late = then().question(received_at=AT)
    yield "of-2017.pdf", "SHA-1 with a time stamp, its certificate ended since", old, late
    held = LETTER.signed(here.sha1_held(), "adbe.pkcs7.sha1").data
    yield "sha1-held.pdf", "a form that signs the document's SHA-1", held, asked
    for name, shows, password in (
        ("copy-protected.pdf", "encrypted so that everybody can open it", ""),
        ("with-password.pdf", "encrypted with a password", "mau"),
    ):
        hidden = encrypted_letter(["Van ban mau"], password).signed(here.cms()).data
        yield name, shows, hidden, asked
    yield "not-signed.pdf", "no signature", LETTER.data, asked


def _bad_letters() -> Iterator[Vector]:
    here, asked = now(), now().question()
    today = LETTER.signed(here.cms())
    changed = today.data.replace(b"Van ban mau", b"Van ban m8u")
    yield "changed.pdf", "one letter of the text changed", changed, asked
    page = today.updated({5: b"<< /Length 2 >>\nstream\nBT\nendstream"}).data
    yield "page-rewritten.pdf", "the page written anew behind the signature", page, asked
    since = AT - timedelta(minutes=30)
    revoked = here.question(revocation=RevocationAnswers(crls=here.crls({here.seal: since})))
    yield "revoked.pdf", "signed after the certificate was revoked", today.data, revoked
    foreign = here.question(sender_codes=frozenset({"020199999999"}))
    yield "seal-of-another.pdf", "the seal is another organisation's", today.data, foreign
    yield "loop-of-fields.pdf", "a field that is its own child", loop_of_fields(), asked
    yield (
        "loop-of-revisions.pdf",
        "a revision that is its own predecessor",
        loop_of_revisions(),
        asked,
    )
    yield "deep.pdf", "arrays in arrays", deep_arrays(5_000), asked


def _others() -> Iterator[Vector]:
    here, asked = now(), now().question()
    stamped = XmlStyle(at=AT, stamp=here.stamp())
    xades = signed_xml(XML, here.ec_seal, stamped)
    yield "xades.xml", "XAdES with a time stamp", xades, asked
    yield "xmldsig.xml", "XMLDSig with RSA", signed_xml(XML, here.seal, XmlStyle()), asked
    part = signed_xml(XML, here.ec_seal, XmlStyle(at=AT, reference="#nd"))
    wrapped = part.replace(b"<ds:Signature ", b'<them ID="nd">1</them><ds:Signature ', 1)
    yield "wrapped.xml", "two elements of the name that is signed", wrapped, asked
    beside = part.replace(b"<ds:Signature ", b"<them>1</them><ds:Signature ", 1)
    yield "partly.xml", "something beside the signed part", beside, asked
    container = signed_container(FILES, here.modern())
    yield "container.asice", "ASiC-E with CAdES", container, asked
    held = container.replace(b"Du lieu mau", b"Du lieu m8u")
    yield "container-changed.asice", "a file changed, and its CRC not", held, asked
    by_xades = xades_container(FILES, here.ec_seal, stamped)
    yield "container-xades.asice", "ASiC-E with XAdES", by_xades, asked
    other = by_xades.replace(b"Du lieu mau", b"Du lieu m8u")
    yield "container-xades-changed.asice", "a file changed, and its CRC not", other, asked
    detached = here.modern()(b"Du lieu mau")
    content = here.question(content=b"Du lieu mau")
    yield "detached.p7s", "CAdES, its content beside it", detached, content


def written() -> dict[str, bytes]:
    """Return every file below the folder."""
    found = list(documents())
    files = {name: data for name, _, data, _ in found}
    index = [_entry(name, shows, data, question) for name, shows, data, question in found]
    text = json.dumps(index, ensure_ascii=False, indent=1) + "\n"
    return {**files, "index.json": text.encode()}


def _entry(name: str, shows: str, data: bytes, question: Question) -> dict[str, Any]:
    verdict = judge(data, question).verdict
    return {
        "file": name,
        "shows": shows,
        "received_at": question.received_at.isoformat(),
        "sender_codes": sorted(question.sender_codes),
        "content_base64": None if question.content is None else _base64(question.content),
        "roots_base64": [_base64(one) for one in question.trust.documents],
        "crls_base64": [_base64(one) for one in question.revocation.crls],
        "expected": {
            "grade": verdict.grade,
            "reasons": list(verdict.reasons),
            "sender": verdict.sender,
            "signatures": [
                {"grade": one.grade, "reasons": list(one.reasons)} for one in verdict.signatures
            ],
        },
    }


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def main() -> None:
    """Write the files."""
    FOLDER.mkdir(exist_ok=True)
    for name, data in written().items():
        (FOLDER / name).write_bytes(data)


if __name__ == "__main__":
    main()
