"""From a dossier as the portal hands it over to a draft."""

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from lgsp_adapter import Draft, Reject
from lgsp_message.attributes import ORG_PREFIX
from lgsp_message.secrecy import is_marked_secret

from hub_adapter_dvcqg.agency import agency_of
from hub_adapter_dvcqg.convert import from_portal
from hub_adapter_dvcqg.fields import (
    AGENCY,
    CODE,
    FINISHED_AT,
    OTHER_STATE,
    RECEIVED_AT,
    RETURNED_AT,
    STATE,
    STATES,
    SUBMISSION,
    SUBMITTED_AT,
)
from hub_adapter_dvcqg.shapes import Field, Item, Kind

_NOTE_AS_CONTENT: Final = Field("GhiChu", ("content",))
_STEP_TIMES: Final = (RETURNED_AT, FINISHED_AT, RECEIVED_AT, SUBMITTED_AT)
"""Where the time of a step is looked for: the latest one that a dossier has."""

_SHAPES: Final[Mapping[str, tuple[Item, ...]]] = {
    "dossier.submitted": SUBMISSION,
    "dossier.withdrawn": (
        CODE,
        AGENCY,
        Field("NgayKetThucXuLy", ("withdrawn_at",), Kind.TIME),
        Field("GhiChu", ("reason",)),
    ),
    "dossier.step": (CODE, AGENCY, STATE, _NOTE_AS_CONTENT),
}
_NEEDED: Final = {
    "dossier.submitted": ("MaHoSo", "MaTTHC", "ChuHoSo", "LoaiDoiTuong", "NgayNopHoSo"),
    "dossier.withdrawn": ("MaHoSo", "NgayKetThucXuLy", "GhiChu"),
    "dossier.step": ("MaHoSo",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """One row of the portal's list."""

    row: Mapping[str, Any] = field(repr=False)
    raw: bytes = field(repr=False)

    @property
    def code(self) -> str:
        """MaHoSo, empty where there is none."""
        return str(self.row.get(CODE.portal) or "")

    @property
    def state(self) -> str:
        """TrangThaiHoSo as written."""
        value = self.row.get(STATE.portal)
        return "" if value is None else str(value)

    @property
    def digest(self) -> str:
        """Hexadecimal hash of the row: the same row is the same message, a corrected one is not."""
        return sha256(self.raw).hexdigest()


def dossier_of(row: Mapping[str, Any]) -> Dossier:
    """Return the dossier of a row, its bytes in one canonical form."""
    raw = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Dossier(row=row, raw=raw.encode("utf-8", "replace"))


def body_of(dossier: Dossier, own: str) -> tuple[str, dict[str, Any]]:
    """Return the schema's name and the body, files still by link.

    Raises:
        Reject: `secret_marking`, `state_unknown`, `dossier_incomplete`, `portal_data`.
    """
    if is_marked_secret(dossier.raw):
        # Invariant 9: before any of its files is fetched and stored.
        raise Reject("secret_marking", "the dossier is marked as a state secret")
    name = _schema_of(dossier.state)
    missing = [field for field in _NEEDED[name] if not dossier.row.get(field)]
    if missing:
        raise Reject("dossier_incomplete", ", ".join(missing))
    body: dict[str, Any] = from_portal(_SHAPES[name], dossier.row)
    body["agency"] = agency_of(body.pop(AGENCY.path[0], ""), dossier.code, own)
    if name == "dossier.step":
        body["processed_at"] = _step_time(dossier)
    return name, body


def draft_of(dossier: Dossier, name: str, body: Mapping[str, Any]) -> Draft:
    """Return the message of a body whose files are objects."""
    rows = [*body.get("files", ()), *body.get("other_files", ())]
    hashes = [row["object"]["hash"] for row in rows if "object" in row]
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Draft(
        id=f"dvcqg-{dossier.digest[:48]}",
        type=f"vn.gov.{name}.v1",
        dataschema=f"urn:hub:schema:{name}:1.0",
        body=text.encode(),
        subject=unicodedata.normalize("NFC", dossier.code),
        recipients=(ORG_PREFIX + body["agency"]["code"],),
        objects=tuple(dict.fromkeys(hashes)),
    )


def _schema_of(state: str) -> str:
    # A submission without a state is a new one.
    number = int(state) if state.isascii() and state.isdigit() else 1 if not state else None
    if number == OTHER_STATE:
        return "dossier.step"
    if number not in STATES:
        raise Reject("state_unknown", STATE.portal)
    return STATES[number].read_as


def _step_time(dossier: Dossier) -> str:
    for item in _STEP_TIMES:
        if dossier.row.get(item.portal):
            found = from_portal((item,), dossier.row)
            return str(found[item.path[0]])
    raise Reject("dossier_incomplete", ", ".join(item.portal for item in _STEP_TIMES))
