"""How many documents a core judges a second: letters of 300 kB, signed by many seals.

The authority's CRL has 20,000 entries, as a large one in the country. Time is CPU time of this
process, so that it is per core whatever else runs.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from cryptography.hazmat.primitives.serialization import Encoding

from bench.effort import Effort
from hub.signing.documents.judge import judge
from hub.signing.documents.question import Question, RevocationAnswers, Trust
from hub.signing.verdicts import Grade
from simulator.pdf import Letter, letter
from simulator.pki import Holder, Kind, SamplePki, derive_key, detached_cms, make_crl

AT: Final = datetime(2026, 11, 29, tzinfo=UTC)
_SOON: Final = AT + timedelta(minutes=1)
_SEALS: Final = 20
_NEW_SEALS: Final = 40
_CONTENT_BYTES: Final = 300_000
_REVOKED: Final = 20_000


def measure(effort: Effort, tell: Callable[[str], None]) -> dict[str, Any]:
    """Return verdicts a second and core, for each kind of letter and for the slowest.

    Raises:
        RuntimeError: a letter does not get the verdict that it should.
    """
    pki = SamplePki(AT, url="http://pki.mau.example")
    question = _question(pki)
    seals = _seals(pki, "Sở", _SEALS)
    found = {}
    for name, signatures, stamped in (
        ("today", 1, False),
        ("stamped", 1, True),
        ("three", 3, False),
    ):
        letters = [_letter(pki, seal, signatures, stamped=stamped) for seal in seals]
        found[name] = _rate(letters, question, effort.documents_s)
        tell(f"documents: {name} {found[name]:.0f} verdicts/s and core")
    found["new"] = _new_seals(pki, question)
    tell(f"documents: new {found['new']:.0f} verdicts/s and core")
    return {"per_s": found, "slowest_per_s": min(found.values())}


def _seals(pki: SamplePki, name: str, count: int) -> list[Holder]:
    """Return certificates of one key: it takes a second to make, and costs a judge the same."""
    key = derive_key(b"bench", Kind.RSA2048)
    return [pki.agency(f"{name} {number}", key=key) for number in range(count)]


def _new_seals(pki: SamplePki, question: Question) -> float:
    """Return the rate where each letter brings a seal that this process has not seen before."""
    letters = [_letter(pki, seal, 1, stamped=False) for seal in _seals(pki, "Xã mới", _NEW_SEALS)]
    begun = time.process_time()
    for one in letters:
        _expect_sound(one, question)
    return round(len(letters) / (time.process_time() - begun), 1)


def _question(pki: SamplePki) -> Question:
    authorities = (pki.government_root, pki.government, pki.public_root, pki.public)
    revoked = {number: AT - timedelta(days=1) for number in range(1, _REVOKED)}
    crls = [make_crl(one, at=AT - timedelta(hours=1), revoked=revoked) for one in authorities]
    roots = tuple(one.public_bytes(Encoding.DER) for one in pki.roots)
    return Question(
        media_type="application/pdf",
        sender_codes=frozenset(),
        received_at=_SOON,
        trust=Trust(version="bench", documents=roots, timestamps=roots),
        revocation=RevocationAnswers(crls=tuple(crls)),
    )


def _letter(pki: SamplePki, seal: Holder, signatures: int, *, stamped: bool) -> bytes:
    content = b"<< /Length %d >>\nstream\n%b\nendstream"
    made: Letter = letter(["Van ban mau"]).updated(
        {90: content % (_CONTENT_BYTES, bytes(_CONTENT_BYTES))}
    )
    stamp = partial(pki.stamper.token, at=AT) if stamped else None
    for _ in range(signatures):
        made = made.signed(lambda data: detached_cms(data, seal, at=AT, stamp=stamp))
    return made.data


def _rate(letters: Sequence[bytes], question: Question, seconds: float) -> float:
    begun, count = time.process_time(), 0
    while time.process_time() - begun < seconds:
        # Each message is received at its own moment.
        at = question.received_at + timedelta(seconds=count)
        _expect_sound(letters[count % len(letters)], replace(question, received_at=at))
        count += 1
    return round(count / (time.process_time() - begun), 1)


def _expect_sound(document: bytes, question: Question) -> None:
    judged = judge(document, question)
    if judged.verdict.grade is not Grade.VALID_LEGACY:
        raise RuntimeError(f"a sound letter was judged {judged.verdict.grade}")
