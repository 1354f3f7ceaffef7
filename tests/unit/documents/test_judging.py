"""From bytes to what an order tells: also where there are none, or the judge fails."""

import pytest

from hub.decision.document_checks import DocumentCheck
from hub.decision.documents import Policy
from hub.documents.judging import Judging
from hub.io.objects import ObjectTooLarge
from hub.ports import Unavailable
from hub.signing.documents.question import MOST_BYTES, Judged, RevocationAnswers, Trust, Wanted
from hub.signing.verdicts import (
    Grade,
    SignatureVerdict,
    SignerKind,
    VerdictReason,
    document_verdict,
)
from tests.documents_rig import PDF
from tests.support import NOW, build_rules

CHECK = DocumentCheck(
    source="sender",
    id="a",
    type="vn.gov.dossier.received.v1",
    subject=None,
    onbehalf=None,
    received_at=NOW,
    partition=0,
    offset=0,
    policy=Policy.REQUIRE,
    hashes=(PDF,),
    verdict_awaited=True,
    held=True,
    review=False,
    since=NOW,
    until=NOW,
    due_at=NOW,
)
SIGNATURE = SignatureVerdict(
    number=1,
    grade=Grade.VALID_LEGACY,
    reasons=(VerdictReason.NO_TIMESTAMP,),
    form="adbe.pkcs7.detached",
    algorithm="rsa2048-pkcs1v15-sha256",
    signer="Nguyễn Văn Mẫu",
    signer_kind=SignerKind.PERSON,
    organisation=None,
    issuer="CA Mẫu",
    certificate_sha256="ab" * 32,
    claimed_at=NOW,
    proven_at=None,
    covers="whole document",
)


class Bench:
    """Objects, judge and authorities in one."""

    def __init__(self, content=b"%PDF-1.7", wanted=()):
        self.content, self.wanted, self.asked, self.answer = content, wanted, [], None

    async def whole(self, _hash, limit):
        if self.content is not None and len(self.content) > limit:
            raise ObjectTooLarge
        return self.content

    async def judge(self, document, question):
        self.asked.append(question)
        if document == b"boom":
            raise RuntimeError(document)
        verdict = document_verdict(
            sha256="aa" * 32,
            media_type="application/pdf",
            reasons=(),
            judged_at=NOW,
            trust="roots-1",
            signatures=(SIGNATURE,),
        )
        return Judged(verdict=verdict, wanted=() if question.revocation.crls else self.wanted)

    async def answers(self, _wanted):
        if self.answer is None:
            raise Unavailable("authority")
        return self.answer


async def found(bench, check=CHECK):
    trust = Trust(version="roots-1")
    judging = Judging(bench, bench, bench, lambda _: trust, build_rules)
    (one,) = await judging.found(check)
    return one


async def test_a_verdict_tells_grades_and_codes_and_no_word_of_a_certificate():
    told = await found(Bench())
    assert (told.grade, told.trust) == (Grade.VALID_LEGACY, "roots-1")
    assert told.signatures[0].reasons == (VerdictReason.NO_TIMESTAMP,)
    assert "Mẫu" not in repr(told)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, VerdictReason.DOCUMENT_MISSING),
        (b" " * (MOST_BYTES + 1), VerdictReason.TOO_LARGE),
        (b"boom", VerdictReason.JUDGE_FAILED),
    ],
)
async def test_what_cannot_be_judged_is_indeterminate_with_its_reason(content, reason):
    told = await found(Bench(content))
    assert (told.grade, told.reasons) == (Grade.INDETERMINATE, (reason,))


async def test_what_the_authorities_answer_is_judged_again_and_their_absence_is_no_obstacle():
    bench = Bench(wanted=(Wanted(certificate=b"c", issuer=b"i"),))
    await found(bench)
    assert len(bench.asked) == 1
    bench.answer = RevocationAnswers(crls=(b"crl",))
    await found(bench)
    assert bench.asked[-1].revocation == bench.answer


async def test_the_judge_is_told_all_codes_of_the_sender_or_of_whom_it_speaks_for():
    bench = Bench()
    await found(bench)
    assert bench.asked[0].sender_codes == {"H99"}
    spoken = {"source": "broker", "onbehalf": "urn:hub:org:H99.01"}
    check = DocumentCheck(
        **{name: getattr(CHECK, name) for name in CHECK.__struct_fields__} | spoken
    )
    await found(bench, check)
    assert bench.asked[-1].sender_codes == {"H99.01", "000.00.01.H99"}
