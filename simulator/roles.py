"""What each role takes and may send. What is not listed is refused: the demo shows that too."""

from collections.abc import Mapping
from typing import Final

from simulator.agencies import Role

SUBMITTED: Final = "vn.gov.dossier.submitted.v1"
RECEIVED: Final = "vn.gov.dossier.received.v1"
TRANSFERRED: Final = "vn.gov.dossier.transferred.v1"
STEP: Final = "vn.gov.dossier.step.v1"
SUPPLEMENT: Final = "vn.gov.dossier.supplement-requested.v1"
FEE_DUE: Final = "vn.gov.dossier.fee-due.v1"
FEE_PAID: Final = "vn.gov.dossier.fee-paid.v1"
RESULT: Final = "vn.gov.dossier.result.v1"
RETURNED: Final = "vn.gov.dossier.returned.v1"
DEADLINE: Final = "vn.gov.dossier.deadline-changed.v1"
ISSUED: Final = "vn.gov.document.issued.v1"
STATUS: Final = "vn.gov.document.status.v1"
PETITION: Final = "vn.gov.petition.received.v1"
ASSIGNED: Final = "vn.gov.petition.assigned.v1"
ANSWERED: Final = "vn.gov.petition.answered.v1"
NOTICE: Final = "vn.gov.citizen.notice.v1"
RATING: Final = "vn.gov.citizen.rating.v1"
CHANGED: Final = "vn.gov.record.changed.v1"

PORTALS: Final = "mau-cong"
DESKS: Final = "mau-mot-cua"
OFFICES: Final = "mau-van-thu"
PARTNERS: Final = "mau-phoi-hop"
SERVICES: Final = "mau-dich-vu"
DATA: Final = "mau-du-lieu"
DEPARTMENTS: Final = "mau-so-nganh"
DISTRICTS: Final = "mau-cap-huyen"
COMMUNES: Final = "mau-cap-xa"

_LETTERS: Final = (ISSUED, STATUS)
_PROGRESS: Final = (RECEIVED, STEP, SUPPLEMENT, FEE_DUE, RESULT, RETURNED, DEADLINE)
_DESK_TAKES: Final = (
    *(SUBMITTED, TRANSFERRED, STEP, RESULT, RETURNED, FEE_PAID, PETITION, ASSIGNED, RATING),
)
"""A step comes to a desk from the post: where the parcel is."""

TAKES: Final[Mapping[Role, tuple[str, ...]]] = {
    Role.PORTAL: _PROGRESS,
    Role.DESK: _DESK_TAKES,
    Role.OFFICE: _LETTERS,
    Role.COMMUNE: (*_DESK_TAKES, *_LETTERS),
    Role.PARTNER: (TRANSFERRED,),
    Role.PAYMENT: (FEE_DUE,),
    Role.POST: (RESULT,),
    Role.NOTICES: (NOTICE,),
    Role.DATA: (CHANGED,),
    Role.HOTLINE: (ANSWERED,),
}

Rights = tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
"""Types, and the groups of agencies that they may go to."""

_DESK_SENDS: Final[Rights] = (
    ((*_PROGRESS,), (PORTALS, DESKS)),
    ((TRANSFERRED,), (PARTNERS, DESKS)),
    ((FEE_DUE, RESULT, NOTICE), (SERVICES,)),
    ((CHANGED,), (DATA,)),
    ((ANSWERED, ASSIGNED), (DATA, DESKS)),
)
_OFFICE_SENDS: Final[Rights] = ((_LETTERS, (OFFICES, DEPARTMENTS, DISTRICTS, COMMUNES)),)

SENDS: Final[Mapping[Role, Rights]] = {
    Role.PORTAL: (((SUBMITTED, RATING), (DESKS,)),),
    Role.DESK: _DESK_SENDS,
    Role.OFFICE: _OFFICE_SENDS,
    Role.COMMUNE: (*_DESK_SENDS, (_LETTERS, (OFFICES,))),
    Role.PARTNER: (((RESULT,), (DESKS,)),),
    Role.PAYMENT: (((FEE_PAID,), (DESKS,)),),
    Role.POST: (((STEP, RETURNED), (PORTALS, DESKS)),),
    Role.NOTICES: (),
    Role.DATA: (),
    Role.HOTLINE: (((PETITION,), (DESKS,)),),
}
