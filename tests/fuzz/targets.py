"""What is fuzzed: each parser of bytes from outside, with samples, and what it may end in.

A target returns, or raises nothing but what it names as a refusal; all else is a fault of ours.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from lgsp_message.jsontext import parse_json
from lgsp_message.reason import Refused
from lgsp_verify.asice.container import ContainerBroken, read_container
from lgsp_verify.checks.case import Given
from lgsp_verify.cms import SignatureBroken, read_signed
from lgsp_verify.log import LogError, parse_checkpoint, parse_note
from lgsp_verify.log.anchors import parse_anchor
from lgsp_verify.timestamps import read_stamp
from lgsp_verify.trust import Trust
from lgsp_verify.verify import verify_bundle

from hub.signing.certificates import CertificateUnreadable, read_chain
from hub.signing.documents.judge import judge
from hub.signing.judgement import AnswerKind, AnswerUnreadable, read_answer
from hub.signing.verdicts import VerdictReason
from tests.signed_documents import AT, Setting

VECTORS = Path(__file__).parents[1] / "vectors"
SETTING = Setting()
QUESTION = SETTING.question()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One parser."""

    parse: Callable[[bytes], object]
    samples: Callable[[], Iterable[bytes]]
    refusals: tuple[type[Exception], ...] = ()

    def feed(self, data: bytes) -> None:
        """Parse; return if it was read or refused."""
        try:
            self.parse(data)
        except self.refusals:
            return


def _document(data):
    verdict = judge(data, QUESTION).verdict
    assert VerdictReason.JUDGE_FAILED not in verdict.reasons


def _files(folder, *endings):
    return lambda: [
        path.read_bytes()
        for path in sorted((VECTORS / folder).iterdir())
        if path.suffix in endings and path.name != "index.json"
    ]


def _notes(data):
    note = parse_note(data)
    parse_anchor(note.text)
    parse_checkpoint(data)


def _note():
    return [b"truc-mau/log/0\n12\n" + b"A" * 43 + b"=\n\n\xe2\x80\x94 truc-mau AAAAAAAA\n"]


TARGETS = {
    "documents": Target(
        parse=_document, samples=_files("documents", ".pdf", ".xml", ".asice", ".p7s")
    ),
    "json": Target(parse=parse_json, samples=_files("valid", ".json"), refusals=(Refused,)),
    "certificates": Target(
        parse=lambda data: read_chain(data.decode("latin-1")),
        samples=lambda: [SETTING.seal.certificate.public_bytes(Encoding.PEM)],
        refusals=(CertificateUnreadable,),
    ),
    "crls": Target(
        parse=lambda data: read_answer(AnswerKind.CRL, data),
        samples=SETTING.crls,
        refusals=(AnswerUnreadable,),
    ),
    "ocsp": Target(
        parse=lambda data: read_answer(AnswerKind.OCSP, data),
        samples=lambda: [b"\x30\x03\x0a\x01\x06"],
        refusals=(AnswerUnreadable,),
    ),
    "stamps": Target(
        parse=read_stamp,
        samples=lambda: [SETTING.pki.stamper.token(b"mau", AT)],
        refusals=(LogError,),
    ),
    "seals": Target(
        parse=lambda data: read_signed(data, b"mau"),
        samples=lambda: [SETTING.modern()(b"mau")],
        refusals=(SignatureBroken,),
    ),
    "containers": Target(
        parse=read_container,
        samples=_files("documents", ".asice"),
        refusals=(ContainerBroken,),
    ),
    "bundles": Target(
        parse=lambda data: verify_bundle(data, Given(trust=Trust())),
        samples=_files("documents", ".asice"),
    ),
    "notes": Target(parse=_notes, samples=_note, refusals=(LogError, UnicodeError)),
}
