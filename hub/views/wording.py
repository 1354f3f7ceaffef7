"""What a notice says, in Vietnamese and English. Codes and counts only: no personal values."""

from typing import Final

from hub.control.alerts import TEST_RULE
from hub.indicators.alerting import Notice, Severity, Told

_TOLD: Final = {
    Told.FIRING: ("CẢNH BÁO", "FIRING"),
    Told.RESOLVED: ("ĐÃ HẾT", "RESOLVED"),
}
_SEVERITY: Final = {
    Severity.INFO: ("thông tin", "info"),
    Severity.WARNING: ("cảnh báo", "warning"),
    Severity.CRITICAL: ("nghiêm trọng", "critical"),
}
MAX_SHORT: Final = 160
"""Characters of one SMS; Vietnamese letters make it two."""


def title(hub: str, notice: Notice) -> str:
    """Return one line."""
    if notice.rule == TEST_RULE:
        return f"[{hub}] Thử kênh cảnh báo · Test of an alert channel"
    vi, en = _TOLD[notice.told]
    who = f" ({notice.organisation})" if notice.organisation else ""
    return f"[{hub}] {vi} · {en}: {notice.rule}{who}"


def text(hub: str, notice: Notice) -> str:
    """Return the whole notice."""
    vi, en = _SEVERITY[notice.severity]
    lines = [
        title(hub, notice),
        "",
        f"Quy tắc · Rule: {notice.rule}",
        f"Cơ quan · Organisation: {notice.organisation or hub}",
        f"Mức độ · Severity: {vi} · {en}",
        f"Thời điểm · At: {notice.at.isoformat(timespec='seconds')}",
    ]
    if notice.count:
        lines += [
            f"Số đối tượng · Subjects: {notice.count}",
            *(f"- {one}" for one in notice.subjects),
        ]
    if notice.count > len(notice.subjects):
        lines.append("- …")
    return "\n".join(lines) + "\n"


def short(hub: str, notice: Notice) -> str:
    """Return what fits an SMS."""
    return f"{title(hub, notice)}: {notice.count}"[:MAX_SHORT]
