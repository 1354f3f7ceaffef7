"""Which call of the portal an event becomes, and with which fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import Any, Final

from hub_adapter_dvcqg.agency import text_of
from hub_adapter_dvcqg.convert import to_portal
from hub_adapter_dvcqg.fields import (
    AGENCY,
    CODE,
    FEES,
    FINISHED_AT,
    NOTE,
    OTHER_STATE,
    PAPERS,
    PROCEDURE,
    PROMISED_AT,
    RECEIVED_AT,
    REFUSED_AT,
    RETURN_INFO,
    RETURNED_AT,
    STATE,
    STEP,
    SUBMISSION,
    SUPPLEMENT,
)
from hub_adapter_dvcqg.shapes import Field, Item, Kind


@unique
class Call(StrEnum):
    """The portal's services that take dossiers."""

    DOSSIER = "DongBoHoSoMC"
    STEP = "CapNhatTienDoHoSoMC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How an event of one schema is sent."""

    call: Call
    items: tuple[Item, ...]
    fixed: Mapping[str, str] = field(default_factory=dict)
    """What the body does not say."""
    opens: bool = False
    """The dossier may be new to the portal: insert first, update if it exists; else the reverse."""
    is_whole: bool = False
    """The event holds a whole dossier, which the portal can take as a new one."""


def _dossier(
    *items: Item, state: int | None = None, opens: bool = False, is_whole: bool = False
) -> Rule:
    fixed = {} if state is None else {STATE.portal: str(state)}
    items = (CODE, *items, AGENCY)
    return Rule(call=Call.DOSSIER, items=items, fixed=fixed, opens=opens, is_whole=is_whole)


def _step(text: str, state: int, *items: Item) -> Rule:
    fixed = {"NoiDungXuLy": text, "TrangThai": str(state)}
    return Rule(call=Call.STEP, items=(CODE, *items), fixed=fixed)


_OFFICER: Final = tuple(item for item in STEP if item.path[0] == "officer")
_REASON: Final = Field("GhiChu", ("reason",))

RULES: Final[Mapping[str, Rule]] = {
    "dossier.submitted": _dossier(*SUBMISSION, state=1, opens=True, is_whole=True),
    "dossier.received": _dossier(
        *PROCEDURE,
        *(RECEIVED_AT, PROMISED_AT, REFUSED_AT, FEES, NOTE),
        # The later one of two for the same field of the portal counts.
        Field("GhiChu", ("refusal_reason",)),
        STATE,
        opens=True,
    ),
    "dossier.step": Rule(call=Call.STEP, items=STEP),
    "dossier.transferred": _step(
        "Chuyển hồ sơ liên thông",
        4,
        *_OFFICER,
        Field("ThoiDiemXuLy", ("transferred_at",), Kind.TIME),
        Field("NoiDungXuLy", ("task",)),
        Field("NgayKetThucTheoQuyDinh", ("due_at",), Kind.TIME),
    ),
    "dossier.supplement-requested": _dossier(SUPPLEMENT, NOTE, state=5),
    "dossier.fee-due": _dossier(*PROCEDURE, FEES, NOTE, state=6),
    "dossier.fee-paid": _step(
        "Đã nộp phí, lệ phí", 4, Field("ThoiDiemXuLy", ("paid_at",), Kind.TIME)
    ),
    "dossier.result": _dossier(*PROCEDURE, FINISHED_AT, PAPERS, NOTE, _REASON, STATE),
    "dossier.returned": _dossier(RETURNED_AT, RETURN_INFO, PAPERS, NOTE, state=10),
    "dossier.withdrawn": _dossier(
        Field("NgayKetThucXuLy", ("withdrawn_at",), Kind.TIME), _REASON, state=7
    ),
    "dossier.deadline-changed": _dossier(
        Field("NgayHenTra", ("promised_after",), Kind.TIME), _REASON
    ),
}
"""By schema name. A change of the deadline leaves the state as it is at the portal."""

REFUND: Final = {"NoiDungXuLy": "Hoàn phí, lệ phí", "TrangThai": str(OTHER_STATE)}
TYPES: Final = tuple(f"vn.gov.{name}.v1" for name in RULES)


def rule_of(type_: str) -> Rule | None:
    """Return the rule of an event type, None for one that the portal does not take."""
    return RULES.get(type_.removeprefix("vn.gov.").removesuffix(".v1"))


def record_of(rule: Rule, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the portal's record of an event.

    Raises:
        Reject: `field_too_long`.
        KeyError: there is no dossier code.
    """
    known = {**body, CODE.path[0]: body[CODE.path[0]]}
    agency = body.get("agency") or body.get("from_agency")
    if agency:
        known[AGENCY.path[0]] = text_of(agency)
    record = {**rule.fixed, **to_portal(rule.items, known)}
    if rule.call is Call.STEP:
        if agency:
            record.setdefault("PhongBanXuLy", text_of(agency))
        if body.get("kind") == "refund":
            record |= REFUND
    return record
