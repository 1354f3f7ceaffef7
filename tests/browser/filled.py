"""Answers in the hub's place, where what a screen lists needs authorities, months or a theft.

They are made by the API's own models, so they have the shape that the API has.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from hub.api.admin_directory import PlanAnswer
from hub.api.admin_documents import HeldDocumentAnswer, HeldDocumentPage
from hub.api.admin_reviews import (
    CandidateAnswer,
    ChoiceMadeAnswer,
    ChoicesMadePage,
    OpenAddressAnswer,
    ReviewAnswer,
    ReviewPage,
    StandingAnswer,
)
from hub.api.compromise_models import DoubtfulAnswer, DoubtfulPage
from hub.api.explained import explained
from hub.api.log_standing import (
    AnchorStanding,
    LogStanding,
    ShardStanding,
    Stamping,
    Witnessing,
)
from hub.api.onboarding_models import (
    ApplicationAnswer,
    ApplicationPage,
    ConformanceAnswer,
    OnboardingAnswer,
    RefusedAnswer,
    sample,
)
from hub.api.ops_certificates import (
    AuthorityAnswer,
    CertificateAnswer,
    CertificatesAnswer,
    CheckAnswer,
    ChecksAnswer,
    HorizonAnswer,
    TrustAnswer,
    WholeCertificateAnswer,
)
from hub.api.ops_compromises import CompromiseAnswer, CompromisePage, CountedAnswer
from hub.control.compromises import CompromiseState
from hub.control.onboarding import Stage
from hub.decision.states import State
from hub.signing.judgement import Status
from hub.signing.trust import Usage

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
THUMBPRINT = "mau-khoa-lo-0123456789-0123456789-01234567A"
REPORT = "0193a5c0-0000-7000-8000-000000000001"
CERTIFICATE = "ab" * 32

_CERTIFICATE = CertificateAnswer(
    id=CERTIFICATE,
    system="mot-cua-mau",
    thumbprint=THUMBPRINT,
    subject="CN=UBND huyện Mẫu,O=Tỉnh Mẫu,2.5.4.97=VATVN-••••••0001",
    issuer="CN=Cơ quan chứng thực Mẫu",
    serial="10f3",
    code="H99.22",
    since=NOW - 300 * DAY,
    until=NOW + 9 * DAY,
    days_left=9,
    authority="cong-vu-mau",
    status=Status.GOOD,
    good_at=NOW,
    checked_at=NOW,
    next_check_at=NOW + DAY / 4,
    revoked_at=None,
    revocation_reason=None,
    revoked=False,
    suspended=None,
    compromised_at=None,
)
_REVOKED = _CERTIFICATE.model_copy(
    update={
        "id": "cd" * 32,
        "system": "xa-mau",
        "status": Status.REVOKED,
        "revoked": True,
        "revoked_at": NOW - DAY,
        "revocation_reason": "key_compromise",
    }
)
_REPORT = CompromiseAnswer(
    id=REPORT,
    system="xa-mau",
    thumbprint=THUMBPRINT,
    since=NOW - DAY,
    state=CompromiseState.REPORTED,
    reason="Máy giữ khóa bị mất (mẫu)",
    reported_by="quan",
    reported_at=NOW,
    decided_by=None,
    decided_at=None,
    rules_version=12,
)
_DOUBTFUL = DoubtfulAnswer(
    source="xa-mau",
    id="mau-lo-1",
    decided_at=NOW,
    type="vn.gov.dossier.received.v1",
    subject="H99.22.1-261128-0001",
    body_sha256=None,
    rules_version=11,
    certain=True,
    recipients=["so-mau"],
)
_HELD = HeldDocumentAnswer(
    source="so-mau",
    id="mau-giu-1",
    type="vn.gov.document.issued.v1",
    subject="12/CV-MAU",
    since=NOW,
    until=NOW + 28 * DAY,
    hashes=["sha256:" + "a" * 64],
    review=True,
)
_BEHIND = _HELD.model_copy(update={"id": "mau-giu-2", "hashes": [], "review": False})
_ANCHOR = AnchorStanding(
    number=41,
    at=NOW - DAY / 24,
    leaves=1200,
    shards=2,
    cosigned=1,
    stamped_at=NOW - DAY / 24,
    stamp_until=NOW + 700 * DAY,
)
_WAITING = _ANCHOR.model_copy(update={"number": 42, "stamped_at": None, "stamp_until": None})


def _shard(number: int, *, damaged: bool) -> ShardStanding:
    root = None if damaged else "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    size = 0 if damaged else 700
    return ShardStanding(
        shard=number,
        origin=f"lgsp-mau/log/{number}",
        size=size,
        root=root,
        anchored=600,
        damaged=damaged,
    )


AUTHORITY_AWAY = LogStanding(
    hub="lgsp-mau",
    key="lgsp-mau/log+00000000+AQmau",
    leaves=700,
    shards=[_shard(0, damaged=False), _shard(1, damaged=True)],
    newest=_WAITING,
    stamped=_ANCHOR,
    stamping=Stamping.BEHIND,
    waits_since=_WAITING.at,
    unstamped=1,
    witnessing=Witnessing.PARTLY,
    anchors=[_WAITING, _ANCHOR],
    next=None,
).model_dump(mode="json")

CERTIFICATES = {
    "**/ops/certificates?*": CertificatesAnswer(
        items=[_CERTIFICATE, _REVOKED],
        next=None,
        forecast=[
            HorizonAnswer(days=days, count=int(days >= 14)) for days in (60, 30, 14, 7, 1, 0)
        ],
        trust=TrustAnswer(
            version="mau-1",
            test=True,
            authorities=[
                AuthorityAnswer(
                    name="cong-vu-mau",
                    title="Cơ quan chứng thực Mẫu",
                    usage=[Usage.SYSTEMS, Usage.DOCUMENTS],
                    since=NOW - 900 * DAY,
                    until=NOW + 900 * DAY,
                    days_left=900,
                    hosts=["ocsp.h99.example"],
                )
            ],
        ),
    ).model_dump(mode="json"),
}
ONE_CERTIFICATE = {
    f"**/ops/certificates/{CERTIFICATE}": WholeCertificateAnswer(
        **_CERTIFICATE.model_dump(), pem="-----BEGIN CERTIFICATE-----\nmẫu\n"
    ).model_dump(mode="json"),
    f"**/ops/certificates/{CERTIFICATE}/checks*": ChecksAnswer(
        items=[
            CheckAnswer(at=NOW, status=Status.GOOD, answers=["ef" * 32]),
            CheckAnswer(at=NOW - DAY / 4, status=Status.UNKNOWN, answers=[]),
        ]
    ).model_dump(mode="json"),
}
COMPROMISES = {
    "**/ops/compromises": CompromisePage(items=[_REPORT], next=None).model_dump(mode="json")
}
ONE_COMPROMISE = {
    f"**/ops/compromises/{REPORT}": CountedAnswer(**_REPORT.model_dump(), messages=1).model_dump(
        mode="json"
    ),
    f"**/ops/compromises/{REPORT}/messages": DoubtfulPage(items=[_DOUBTFUL], next=None).model_dump(
        mode="json"
    ),
}
DOCUMENTS = {
    "**/v1/admin/documents": HeldDocumentPage(items=[_HELD, _BEHIND], next=None).model_dump(
        mode="json"
    )
}
LOG = {"**/ops/log": AUTHORITY_AWAY}

APPLICANT = "ung-vien-mau"
_DOSSIER = "vn.gov.dossier.received.v1"
_WHOSE: dict[str, Any] = {
    "system": APPLICANT,
    "organisation": "org-xa-mau",
    "name": "Một cửa mới (mẫu)",
    "asked_by": "an",
    "asked_at": NOW,
    "stage": Stage.CONFORMING,
}
_APPLICATION = OnboardingAnswer(
    **_WHOSE,
    sends=[_DOSSIER],
    recipients=["urn:hub:all"],
    takes=[],
    proposal=None,
    request=None,
    hub="hub-test",
    sandbox=f"sandbox-{APPLICANT}",
    checks=[
        ConformanceAnswer(name="large", done=True, seen=2, vi="Gửi tệp (mẫu).", en="Send a file."),
        ConformanceAnswer(name="duplicate", done=False, seen=0, vi="Gửi lại.", en="Send again."),
    ],
    refused=[
        RefusedAnswer(
            id="mau-1",
            type=_DOSSIER,
            at=NOW,
            reason="schema_violation",
            place="$.agency",
            help=explained("schema_violation")["help"],
        )
    ],
)
APPLICATIONS = {
    "**/v1/admin/onboardings": ApplicationPage(
        items=[ApplicationAnswer(**_WHOSE, shown=1, wanted=2)], next=None
    ).model_dump(mode="json")
}
ONE_APPLICATION = {
    f"**/v1/admin/onboardings/{APPLICANT}": _APPLICATION.model_dump(mode="json"),
    f"**/v1/admin/onboardings/{APPLICANT}/sample?*": sample(APPLICANT, _DOSSIER).model_dump(
        mode="json"
    ),
}
_SPLIT = "urn:hub:org:H99.30"
_OF_ONE = {"system": "xa-mau", "organisation": "org-xa-mau", "name": "UBND xã Mẫu"}
_OF_TWO = {"system": "xa-hai", "organisation": "org-xa-hai", "name": "UBND xã Hai (mẫu)"}
_LETTER = {
    "source": "so-mau",
    "id": "mau-chia",
    "type": "vn.gov.document.issued.v1",
    "subject": "31/CV-MAU",
}
REVIEWS = {
    "**/v1/admin/reviews": ReviewPage(
        items=[
            ReviewAnswer(
                **_LETTER,
                since=NOW,
                until=NOW + DAY / 2,
                addresses=[
                    OpenAddressAnswer(
                        address=_SPLIT,
                        candidates=[
                            CandidateAnswer(**_OF_ONE, takes=True, suggested=True),
                            CandidateAnswer(**_OF_TWO, takes=False, suggested=False),
                        ],
                    )
                ],
            )
        ],
        next=None,
    ).model_dump(mode="json"),
}
CHOICES = {
    "**/v1/admin/reviews/choices": ChoicesMadePage(
        items=[
            ChoiceMadeAnswer(
                **_LETTER,
                entry=7,
                at=NOW,
                by="an",
                reason="Việc của xã Mẫu (mẫu)",
                chosen={_SPLIT: ["xa-mau"]},
                waits=False,
                recipients=[
                    StandingAnswer(
                        **_OF_ONE, chosen=True, state=State.DELIVERED, reason=None, since=NOW
                    ),
                    StandingAnswer(
                        **_OF_TWO, chosen=False, state=State.EXPIRED, reason="not_chosen", since=NOW
                    ),
                ],
            )
        ],
        next=None,
    ).model_dump(mode="json"),
}
_PLAN = PlanAnswer(
    rows=20,
    existing=60,
    added=0,
    altered=0,
    closed=40,
    changes=40,
    asks=True,
    digest="ab" * 32,
    left_out=0,
    findings=[],
    shown=[],
).model_dump(mode="json")
TRUNCATED = {f"**/v1/admin/directory:{word}?*": _PLAN for word in ("preview", "import")}
"""A list of which the end is missing."""
