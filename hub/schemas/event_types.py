"""The event types that the hub ships, and the rule that ties a type to its schema.

The rule: type `vn.gov.<name>.v<major>` (or `vn.hub.…` for the hub's own statements) takes a body
of schema `urn:hub:schema:<name>:<major>.<minor>`, any minor. It holds for registered types too.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_NAME: Final = r"[a-z0-9]+(?:[.-][a-z0-9]+)*"
_TYPE: Final = re.compile(rf"vn\.(gov|hub)\.({_NAME})\.v([1-9][0-9]{{0,3}})", re.ASCII)
_URN: Final = re.compile(
    rf"urn:hub:schema:({_NAME}):([1-9][0-9]{{0,3}})\.(0|[1-9][0-9]{{0,3}})", re.ASCII
)
MAX_NAME_CHARACTERS: Final = 128
"""Longest type or schema URN that is looked at; the longest shipped one has 47 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaName:
    """A parsed `urn:hub:schema:<name>:<major>.<minor>`."""

    name: str
    major: int
    minor: int

    def __str__(self) -> str:
        return f"urn:hub:schema:{self.name}:{self.major}.{self.minor}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """One shipped event type: its name on the wire and what people call it."""

    type: str
    vi: str
    en: str

    @property
    def schema(self) -> str:
        """Return the name of its schema, `dossier.received`."""
        return self.type.removeprefix("vn.").split(".", 1)[1].rsplit(".", 1)[0]

    @property
    def major(self) -> int:
        """Return the major version that stands in the type's name."""
        return int(self.type.rsplit(".v", 1)[1])


def _gov(name: str, vi: str, en: str) -> EventType:
    return EventType(type=f"vn.gov.{name}.v1", vi=vi, en=en)


SHIPPED: Final = (
    _gov("dossier.submitted", "Hồ sơ được nộp", "Dossier submitted"),
    _gov("dossier.received", "Tiếp nhận hồ sơ", "Dossier received or not received"),
    _gov("dossier.transferred", "Chuyển hồ sơ liên thông", "Dossier transferred"),
    _gov("dossier.step", "Tiến độ xử lý hồ sơ", "Dossier processing step"),
    _gov("dossier.supplement-requested", "Yêu cầu bổ sung hồ sơ", "Dossier supplement requested"),
    _gov("dossier.fee-due", "Yêu cầu nộp phí, lệ phí", "Dossier fee due"),
    _gov("dossier.fee-paid", "Đã nộp hoặc hoàn phí, lệ phí", "Dossier fee paid or refunded"),
    _gov("dossier.result", "Kết quả giải quyết hồ sơ", "Dossier result"),
    _gov("dossier.returned", "Đã trả kết quả hồ sơ", "Dossier result returned"),
    _gov("dossier.withdrawn", "Công dân rút hồ sơ", "Dossier withdrawn"),
    _gov("dossier.deadline-changed", "Thay đổi hẹn trả hồ sơ", "Dossier deadline changed"),
    _gov("document.issued", "Văn bản điện tử mới", "Official document issued"),
    _gov("document.withdrawn", "Thu hồi văn bản điện tử", "Official document withdrawn"),
    _gov("document.updated", "Cập nhật văn bản điện tử", "Official document updated"),
    _gov("document.replaced", "Thay thế văn bản điện tử", "Official document replaced"),
    _gov("document.status", "Trạng thái văn bản điện tử", "Official document status"),
    _gov("petition.received", "Tiếp nhận phản ánh, kiến nghị", "Petition received"),
    _gov("petition.assigned", "Giao xử lý phản ánh, kiến nghị", "Petition assigned"),
    _gov("petition.answered", "Trả lời phản ánh, kiến nghị", "Petition answered"),
    _gov("citizen.notice", "Thông báo tới công dân", "Notice to citizen"),
    _gov("citizen.rating", "Đánh giá của công dân", "Rating by a citizen"),
    _gov("meeting.invitation", "Giấy mời họp", "Meeting invitation"),
    _gov("meeting.papers", "Tài liệu họp", "Meeting papers"),
    _gov("meeting.changed", "Thay đổi lịch họp", "Meeting changed"),
    _gov("meeting.conclusion", "Kết luận cuộc họp", "Meeting conclusion"),
    _gov("record.changed", "Thay đổi bản ghi dữ liệu", "Record changed"),
    _gov("population.lookup", "Tra cứu thông tin dân cư", "Population look-up"),
    _gov("population.answer", "Trả lời tra cứu thông tin dân cư", "Population answer"),
    EventType(type="vn.hub.receipt.v1", vi="Biên nhận bản tin", en="Receipt"),
    EventType(type="vn.hub.withdrawal.v1", vi="Thu hồi bản tin đã gửi", en="Message withdrawal"),
)
"""Every shipped type, in the order of `docs/types.md`."""

BY_TYPE: Final = {shipped.type: shipped for shipped in SHIPPED}
_OWNER: Final = {shipped.schema: shipped.type.rsplit(".v", 1)[0] for shipped in SHIPPED}


def parse_schema(dataschema: str) -> SchemaName | None:
    """Return the parts of a schema URN, or None when it is not one."""
    match = _URN.fullmatch(dataschema) if len(dataschema) <= MAX_NAME_CHARACTERS else None
    if match is None:
        return None
    name, major, minor = match.groups()
    return SchemaName(name=name, major=int(major), minor=int(minor))


def type_of(schema: SchemaName) -> str:
    """Return the event type whose bodies a schema describes."""
    return f"{_OWNER.get(schema.name, f'vn.gov.{schema.name}')}.v{schema.major}"


def schema_of(event_type: str) -> tuple[str, int] | None:
    """Return name and major number of the schemas of a type; None: it is no such type."""
    match = _TYPE.fullmatch(event_type) if len(event_type) <= MAX_NAME_CHARACTERS else None
    if match is None:
        return None
    space, name, major = match.groups()
    family = f"vn.{space}.{name}"
    return (name, int(major)) if _OWNER.get(name, family) == family else None


@lru_cache(maxsize=1024)  # Few pairs stand in all messages; the longest has 256 characters.
def schema_fits_type(event_type: str, dataschema: str) -> bool:
    """Tell whether a message of this type may name this schema; anything malformed does not fit.

    A shipped schema belongs to the shipped type alone: `vn.gov.receipt.v1` is no receipt.
    """
    schema = parse_schema(dataschema)
    return schema is not None and schema_of(event_type) == (schema.name, schema.major)
