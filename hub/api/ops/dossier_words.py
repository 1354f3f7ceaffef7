"""The states of a dossier, for its citizen: what is, and who must act."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

PREFIX: Final = "vn.gov.dossier."


@unique
class Who(StrEnum):
    """Who must act next."""

    AGENCY = "agency"
    CITIZEN = "citizen"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Stand:
    """One state."""

    state: str
    vi: str
    en: str
    who: Who


BY_NUMBER: Final[Mapping[int, Stand]] = {
    1: Stand(
        "submitted",
        "Hồ sơ đã được nộp, đang chờ cơ quan tiếp nhận.",
        "The dossier was submitted; the agency has yet to receive it.",
        Who.AGENCY,
    ),
    2: Stand("received", "Hồ sơ đã được tiếp nhận.", "The dossier has been received.", Who.AGENCY),
    3: Stand(
        "not_received",
        "Hồ sơ không được tiếp nhận; xem thông báo của cơ quan hoặc liên hệ bộ phận một cửa.",
        "The dossier was not received; see the agency's notice or ask at the one-stop office.",
        Who.CITIZEN,
    ),
    4: Stand("processing", "Hồ sơ đang được xử lý.", "The dossier is being worked on.", Who.AGENCY),
    5: Stand(
        "supplement_requested",
        "Cơ quan yêu cầu bổ sung hồ sơ.",
        "The agency asks for more papers.",
        Who.CITIZEN,
    ),
    6: Stand(
        "fee_due",
        "Cơ quan yêu cầu nộp phí, lệ phí.",
        "A fee is to be paid.",
        Who.CITIZEN,
    ),
    7: Stand("withdrawn", "Hồ sơ đã được rút.", "The dossier was withdrawn.", Who.NOBODY),
    8: Stand(
        "stopped",
        "Cơ quan đã dừng giải quyết hồ sơ; xem thông báo của cơ quan.",
        "The agency stopped handling the dossier; see its notice.",
        Who.CITIZEN,
    ),
    9: Stand(
        "finished",
        "Hồ sơ đã giải quyết xong, chờ trả kết quả.",
        "The dossier is decided; the result can be handed over.",
        Who.CITIZEN,
    ),
    10: Stand("returned", "Đã trả kết quả.", "The result was handed over.", Who.NOBODY),
}
"""By the national numbers of states (`TrangThaiHoSo`)."""

_ANSWERED: Final = Stand(
    "answered",
    "Cơ quan đã trả lời về việc tiếp nhận; xem phiếu hoặc thông báo của cơ quan.",
    "The agency has said whether it receives the dossier; see its slip or notice.",
    Who.CITIZEN,
)
_DECIDED: Final = Stand(
    "decided",
    "Cơ quan đã kết thúc giải quyết; hỏi cơ quan về kết quả.",
    "The agency has closed the matter; ask it for the result.",
    Who.CITIZEN,
)

BY_TYPE: Final[Mapping[str, Stand]] = {
    f"{PREFIX}submitted.v1": BY_NUMBER[1],
    f"{PREFIX}received.v1": _ANSWERED,
    f"{PREFIX}transferred.v1": BY_NUMBER[4],
    f"{PREFIX}step.v1": BY_NUMBER[4],
    f"{PREFIX}supplement-requested.v1": BY_NUMBER[5],
    f"{PREFIX}fee-due.v1": BY_NUMBER[6],
    f"{PREFIX}fee-paid.v1": BY_NUMBER[4],
    f"{PREFIX}result.v1": _DECIDED,
    f"{PREFIX}returned.v1": BY_NUMBER[10],
    f"{PREFIX}withdrawn.v1": BY_NUMBER[7],
}
"""What a message's type says alone, where its body is no longer kept. Never more than it says."""

DONE: Final = frozenset({"not_received", "withdrawn", "stopped", "finished", "decided", "returned"})
"""States in which nobody is late any more."""

PROMISES: Final[Mapping[str, str]] = {
    f"{PREFIX}received.v1": "promised_at",
    f"{PREFIX}deadline-changed.v1": "promised_after",
    f"{PREFIX}supplement-requested.v1": "promised_after",
}
"""Types that say until when the result is promised, and the field."""
DUE: Final = "due_at"
"""Of a request for papers: until when the citizen must bring them."""

WHO: Final[Mapping[Who, tuple[str, str]]] = {
    Who.AGENCY: ("Cơ quan giải quyết: {agency}", "The agency: {agency}"),
    Who.CITIZEN: ("Người nộp hồ sơ", "The applicant"),
    Who.NOBODY: ("Không ai phải làm gì thêm", "Nobody has to do anything"),
}
