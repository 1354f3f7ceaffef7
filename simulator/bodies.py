"""Bodies of the day's messages. Invented people and agencies, each marked "mẫu" (sample)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from simulator.agencies import Agency

Body = dict[str, Any]

NOTE: Final = "Dữ liệu mẫu, không có thật"
_PAID_METHOD: Final = "online"


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """An administrative procedure of the demo."""

    code: str
    name: str
    field: str
    paper: str
    """What its result is called."""
    fee: int
    """In đồng."""
    days: int
    """Until the promised day."""


BIRTH: Final = Procedure(
    code="1.000001.H99",
    name="Đăng ký khai sinh (mẫu)",
    field="Hộ tịch",
    paper="Giấy khai sinh (mẫu)",
    fee=0,
    days=1,
)
LAND: Final = Procedure(
    code="1.000002.H99",
    name="Đăng ký biến động quyền sử dụng đất (mẫu)",
    field="Đất đai",
    paper="Giấy chứng nhận quyền sử dụng đất (mẫu)",
    fee=50_000,
    days=10,
)
BUSINESS: Final = Procedure(
    code="1.000003.H99",
    name="Đăng ký thành lập hộ kinh doanh (mẫu)",
    field="Doanh nghiệp",
    paper="Giấy chứng nhận đăng ký hộ kinh doanh (mẫu)",
    fee=100_000,
    days=3,
)
PASSPORT: Final = Procedure(
    code="1.000004.H99",
    name="Cấp hộ chiếu phổ thông (mẫu)",
    field="Xuất nhập cảnh",
    paper="Hộ chiếu phổ thông (mẫu)",
    fee=200_000,
    days=8,
)

_SURNAMES: Final = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi")
_GIVEN: Final = ("An", "Bình", "Chi", "Dũng", "Giang", "Hạnh", "Khánh", "Lan", "Minh", "Ngọc")

STATUS_TEXTS: Final[Mapping[str, str]] = {
    "01": "Đã đến",
    "03": "Tiếp nhận, vào sổ văn bản đến",
    "06": "Hoàn thành xử lý",
}


def person(number: int) -> str:
    """Return an invented name: the middle name says that it is a sample."""
    surname = _SURNAMES[number % len(_SURNAMES)]
    return f"{surname} Văn Mẫu {_GIVEN[number // len(_SURNAMES) % len(_GIVEN)]}"


def agency(one: Agency) -> Body:
    """Return how a body names an agency."""
    return {"code": one.code, "name": one.name}


def submitted(code: str, what: Procedure, who: int, to: Agency, at: datetime, online: bool) -> Body:  # noqa: FBT001  (a field of the body)
    """Return the body of a submitted dossier."""
    return {
        "dossier_code": code,
        "procedure": _procedure(what),
        "applicant": _applicant(who),
        "submitted_at": at.isoformat(),
        "submitted_to": "Cổng Dịch vụ công quốc gia (mẫu)" if online else f"{to.name}, Một cửa",
        "channel": "2" if online else "1",
        "agency": agency(to),
        "summary": what.name,
        "online_payment": what.fee > 0,
        "files": [_file(f"{code}-1", "Tờ khai (mẫu).pdf")],
        "fees": _fees(what),
        "note": NOTE,
    }


def received(code: str, what: Procedure, by: Agency, at: datetime) -> Body:
    """Return the body of a dossier that was taken."""
    return {
        "dossier_code": code,
        "procedure": _procedure(what),
        "state": 2,
        "agency": agency(by),
        "officer": _officer(),
        "received_at": at.isoformat(),
        "promised_at": (at + timedelta(days=what.days)).isoformat(),
        "note": NOTE,
    }


def transferred(
    code: str, what: Procedure, who: int, parties: tuple[Agency, Agency], at: datetime, case: str
) -> Body:
    """Return the body of a dossier that the first of `parties` hands on to the second."""
    return {
        "dossier_code": code,
        "procedure": _procedure(what),
        "applicant": _applicant(who),
        "from_agency": agency(parties[0]),
        "to_agency": agency(parties[1]),
        "officer": _officer(),
        "transferred_at": at.isoformat(),
        "task": "Giải quyết phần việc liên thông (mẫu)",
        "due_at": (at + timedelta(hours=8)).isoformat(),
        "case_code": case,
        "note": NOTE,
    }


def step(code: str, by: Agency, at: datetime, what: str) -> Body:
    """Return the body of a step of processing."""
    return {
        "dossier_code": code,
        "state": 4,
        "agency": agency(by),
        "officer": _officer(),
        "processed_at": at.isoformat(),
        "content": what,
        "note": NOTE,
    }


def supplement(code: str, by: Agency, at: datetime) -> Body:
    """Return the body of a request for more papers."""
    return {
        "dossier_code": code,
        "agency": agency(by),
        "content": "Bổ sung bản chụp giấy tờ tùy thân (mẫu)",
        "requested_at": at.isoformat(),
        "due_at": (at + timedelta(days=5)).isoformat(),
        "note": NOTE,
    }


def deadline(code: str, by: Agency, at: datetime) -> Body:
    """Return the body of a promise that is moved: the dossier will be late."""
    return {
        "dossier_code": code,
        "agency": agency(by),
        "changed_at": at.isoformat(),
        "promised_before": (at + timedelta(days=1)).isoformat(),
        "promised_after": (at + timedelta(days=3)).isoformat(),
        "reason": "Chờ xác minh (mẫu)",
        "agency_at_fault": True,
        "note": NOTE,
    }


def fee_due(code: str, what: Procedure, by: Agency, at: datetime) -> Body:
    """Return the body of a fee to pay."""
    return {
        "dossier_code": code,
        "reference": f"TT-{code}",
        "procedure": _procedure(what),
        "agency": agency(by),
        "fees": _fees(what),
        "total": what.fee,
        "currency": "VND",
        "requested_at": at.isoformat(),
        "note": NOTE,
    }


def fee_paid(code: str, what: Procedure, to: Agency, at: datetime) -> Body:
    """Return the body of a fee that was paid."""
    return {
        "dossier_code": code,
        "reference": f"TT-{code}",
        "kind": "payment",
        "transaction_id": f"GD-{code}",
        "amount": what.fee,
        "currency": "VND",
        "paid_at": at.isoformat(),
        "method": _PAID_METHOD,
        "agency": agency(to),
        "note": NOTE,
    }


def result(code: str, what: Procedure, by: Agency, at: datetime) -> Body:
    """Return the body of a result."""
    return {
        "dossier_code": code,
        "state": 9,
        "outcome": "granted",
        "procedure": _procedure(what),
        "agency": agency(by),
        "decided_by": _officer(),
        "finished_at": at.isoformat(),
        "papers": [{"paper_id": f"GT-{code}", "name": what.paper}],
        "note": NOTE,
    }


def returned(code: str, by: Agency, at: datetime) -> Body:
    """Return the body of a result that the post brought home."""
    return {
        "dossier_code": code,
        "state": 10,
        "agency": agency(by),
        "returned_at": at.isoformat(),
        "method": "post",
        "tracking_code": f"VN-{code}",
        "note": NOTE,
    }


def rating(code: str, what: Procedure, of: Agency, at: datetime, score: int) -> Body:
    """Return the body of a citizen's rating."""
    return {
        "rating_code": f"DG-{code}",
        "dossier_code": code,
        "procedure": _procedure(what),
        "agency": agency(of),
        "score": score,
        "channel": "portal",
        "rated_at": at.isoformat(),
    }


def notice(code: str, who: int, by: Agency, at: datetime) -> Body:
    """Return the body of a notice to a citizen."""
    return {
        "notice_code": f"TB-{code}",
        "dossier_code": code,
        "channels": ["zalo", "sms"],
        "recipient": {"name": person(who), "telephone": "84000000000"},
        "text": "Tin mẫu: hồ sơ đã có kết quả",
        "consent": {"given": True},
        "send_after": at.isoformat(),
        "agency": agency(by),
    }


def changed(code: str, dataset: str, by: Agency, at: datetime) -> Body:
    """Return the body of a changed record."""
    return {
        "dataset": dataset,
        "record_id": code,
        "change": "created",
        "changed_at": at.isoformat(),
        "version": 1,
        "agency": agency(by),
        "record": {"ma": code, "ten": "Bản ghi mẫu"},
    }


def letter(number: str, by: Agency, to: tuple[Agency, ...], day: date, direct: bool) -> Body:  # noqa: FBT001  (a field of the body)
    """Return the body of an official letter, without its attachment. `number`: `15/STN-VP`."""
    short, _, notation = number.partition("/")
    return {
        "from": {**agency(by), "email": "vanthu@mau.example"},
        "to": [agency(one) for one in to],
        "document_id": document_id(number, by, day),
        "code": {"number": short, "notation": notation},
        "promulgation": {"place": "Mẫu", "date": day.isoformat()},
        "document_type": {"type": "1", "type_detail": "0", "type_name": "Công văn"},
        "subject": "V/v thử nghiệm liên thông văn bản (mẫu)",
        "signer": {"position": "Phó Giám đốc", "full_name": "Người Ký Mẫu"},
        "priority": 1 if direct else 0,
        "page_amount": 1,
        "direction": direct,
        "business": {"type": 0, "reason": "Văn bản mới", "paper": 0},
    }


def document_id(number: str, by: Agency, day: date) -> str:
    """Return the canonical DocumentId of a letter."""
    return f"{by.old_code},{day:%Y/%m/%d},{number}"


def status(number: str, of: Agency, by: Agency, at: datetime, code: str) -> Body:
    """Return the body of a status that `by` gives back for a letter of `of`."""
    return {
        "from": agency(by),
        "response_for": {
            "organ_code": of.old_code,
            "code": number,
            "promulgation_date": at.date().isoformat(),
            "document_id": document_id(number, of, at.date()),
        },
        "staff": {"department": "Văn thư", "staff": "Cán Bộ Mẫu"},
        "status_code": code,
        "description": STATUS_TEXTS[code],
        "at": at.isoformat(),
    }


def petition(code: str, who: int, to: Agency, at: datetime) -> Body:
    """Return the body of a reflection that the hotline took."""
    return {
        "petition_code": code,
        "received_at": at.isoformat(),
        "channel": "hotline",
        "kind": "reflection",
        "field": "Môi trường",
        "subject": "Rác thải (mẫu)",
        "content": "Phản ánh mẫu về rác thải tại đường Ví Dụ",
        "petitioner": {"name": person(who), "telephone": "0000 000 000"},
        "agency": agency(to),
        "due_at": (at + timedelta(days=10)).isoformat(),
        "public": True,
    }


def assigned(code: str, by: Agency, to: Agency, at: datetime) -> Body:
    """Return the body of a petition that is given to the responsible agency."""
    return {
        "petition_code": code,
        "assigned_at": at.isoformat(),
        "from_agency": agency(by),
        "to_agency": agency(to),
        "task": "Kiểm tra và trả lời (mẫu)",
        "due_at": (at + timedelta(days=8)).isoformat(),
    }


def answered(code: str, by: Agency, at: datetime) -> Body:
    """Return the body of an answer to a petition."""
    return {
        "petition_code": code,
        "answered_at": at.isoformat(),
        "agency": agency(by),
        "outcome": "resolved",
        "answer": "Đã thu gom rác (mẫu)",
        "public": True,
    }


def _procedure(what: Procedure) -> Body:
    return {"code": what.code, "name": what.name, "field_name": what.field}


def _applicant(number: int) -> Body:
    return {
        "name": person(number),
        "kind": 1,
        "identity": {"kind": 1, "number": "000000000000"},
        "address": f"Số {number % 200 + 1}, đường Ví Dụ, tỉnh Mẫu",
        "telephone": "0000 000 000",
    }


def _officer() -> Body:
    return {"name": "Nguyễn Văn Mẫu", "title": "Chuyên viên", "department": "Bộ phận Một cửa"}


def _file(id_: str, name: str) -> Body:
    return {"file_id": id_, "name": name, "link": "https://kho.mau.example/to-khai.pdf"}


def _fees(what: Procedure) -> list[Body]:
    return [{"name": "Lệ phí (mẫu)", "amount": what.fee, "collection": "1", "kind": "2"}]
