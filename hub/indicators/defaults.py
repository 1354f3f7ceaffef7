"""The metrics that rules may watch, and the rules that a new hub begins with."""

from dataclasses import dataclass
from typing import Final

from hub.indicators.alerting import Rule, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """Something that is observed, and for whom."""

    name: str
    of: str
    """What its subjects are."""
    vi: str
    en: str


_OLDEST = ("Tuổi của bản tin chờ lâu nhất, giây", "Age of the oldest undelivered message, seconds")
_QUIET = (
    "Giờ làm việc im lặng của hệ thống thường gửi nhiều",
    "Office hours of silence of a system that usually sends much",
)

METRICS: Final = (
    Metric(name="oldest_undelivered_seconds", of="system", vi=_OLDEST[0], en=_OLDEST[1]),
    Metric(name="waiting_messages", of="system", vi="Số bản tin đang chờ", en="Messages that wait"),
    Metric(name="dead_letters", of="system", vi="Số thư chết", en="Dead letters"),
    Metric(name="held_messages", of="system", vi="Số bản tin bị giữ", en="Held messages"),
    Metric(name="silent_office_hours", of="system", vi=_QUIET[0], en=_QUIET[1]),
    Metric(
        name="refused_last_hour",
        of="system",
        vi="Số bản tin bị từ chối trong giờ này và giờ trước",
        en="Messages refused in this hour and the one before",
    ),
    Metric(
        name="overdue_matters",
        of="organisation",
        vi="Số hồ sơ, văn bản, phản ánh quá hạn",
        en="Dossiers, letters, petitions past their limit",
    ),
    Metric(
        name="near_matters",
        of="organisation",
        vi="Số hồ sơ, văn bản, phản ánh sắp đến hạn",
        en="Dossiers, letters, petitions near their limit",
    ),
    Metric(name="key_days_left", of="key", vi="Số ngày còn lại của khóa", en="Days a key has left"),
    Metric(
        name="key_suspended",
        of="key",
        vi="Khóa của hệ thống đang tạm ngừng (1)",
        en="A key of the system is suspended (1)",
    ),
    Metric(
        name="certificate_unchecked_hours",
        of="key",
        vi="Số giờ từ lần cuối cơ quan cấp chứng thư xác nhận tốt",
        en="Hours since the authority of a key's certificate last said it is good",
    ),
    Metric(name="disk_days_left", of="disk", vi="Số ngày đĩa còn chỗ", en="Days a disk has left"),
    Metric(
        name="quota_hours_left",
        of="connector",
        vi="Số giờ đến khi hết hạn mức trong ngày",
        en="Hours until the quota of the day is used up",
    ),
    Metric(
        name="connector_down",
        of="connector",
        vi="Bộ kết nối không chạy (1) hay chạy (0)",
        en="Connector does not run (1) or runs (0)",
    ),
    Metric(
        name="views_lag_seconds", of="process", vi="Độ trễ chỉ số, giây", en="Lag of views, seconds"
    ),
    Metric(
        name="views_rebuild_seconds",
        of="process",
        vi="Số giây dựng lại chỉ số",
        en="Seconds that the views have been made anew",
    ),
)

FROM_VIEWS: Final = frozenset(
    {
        *("oldest_undelivered_seconds", "waiting_messages", "dead_letters", "held_messages"),
        *("silent_office_hours", "refused_last_hour", "overdue_matters", "near_matters"),
        "quota_hours_left",
    }
)
"""Metrics that nobody can tell while the views are made anew: what is not added up yet is not
well, and not silent either."""

NAMES: Final = frozenset(metric.name for metric in METRICS)

_HOUR, _DAY = 3_600, 86_400


def _rule(name: str, metric: str, threshold: float, for_seconds: int, severity: str) -> Rule:
    above = not metric.endswith("_left")
    return Rule(
        name=name,
        metric=metric,
        above=above,
        threshold=threshold,
        for_seconds=for_seconds,
        severity=Severity(severity),
    )


FIRST_RULES: Final = (
    _rule("oldest-undelivered", "oldest_undelivered_seconds", _DAY, 300, "warning"),
    _rule("dead-letters", "dead_letters", 0, 300, "warning"),
    _rule("silent-peer", "silent_office_hours", 3, 0, "warning"),
    _rule("many-refusals", "refused_last_hour", 50, 300, "warning"),
    _rule("overdue", "overdue_matters", 0, 0, "warning"),
    _rule("near-limit", "near_matters", 0, 0, "info"),
    _rule("key-60-days", "key_days_left", 61, 0, "info"),
    _rule("key-30-days", "key_days_left", 31, 0, "info"),
    _rule("key-14-days", "key_days_left", 15, 0, "warning"),
    _rule("key-7-days", "key_days_left", 8, 0, "warning"),
    _rule("key-1-day", "key_days_left", 2, 0, "critical"),
    _rule("key-suspended", "key_suspended", 0, 0, "critical"),
    # A third of the grace period: time to find out why the authority does not answer.
    _rule("certificate-unchecked", "certificate_unchecked_hours", 24, 0, "warning"),
    _rule("quota-today", "quota_hours_left", 4, 0, "warning"),
    _rule("disk-filling", "disk_days_left", 14, _HOUR, "warning"),
    _rule("connector-down", "connector_down", 0, 300, "critical"),
    _rule("views-behind", "views_lag_seconds", 600, 300, "warning"),
    # Its own rule, because meanwhile the rules about figures stand still.
    _rule("views-rebuild-long", "views_rebuild_seconds", 4 * _HOUR, 0, "warning"),
)
"""What stands there after `hub init`; an administrator changes or removes them."""
