"""Rules of alerts, what is known of them, and who is told."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Date, Float, Index, Integer, String, Table, Text

from hub.io.sql.columns import UtcDateTime
from hub.io.sql.engine import metadata

alert_head: Final = Table(
    "alert_head",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("writes", Integer, nullable=False),
    comment="One row: whoever writes alerts updates it first, so writes are one by one.",
)

calendar_feeds: Final = Table(
    "calendar_feeds",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("person", String(100), nullable=False),
    Column("organisation", String(64), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    comment="Secret addresses of calendar feeds: SHA-256 of each token.",
)
Index("ix_calendar_feeds_person", calendar_feeds.c.person)

disk_samples: Final = Table(
    "disk_samples",
    metadata,
    Column("day", Date, primary_key=True),
    Column("free", BigInteger, nullable=False),
    comment="Free bytes of the hub's disk, one sample a day: when it will be full.",
)

alert_rules: Final = Table(
    "alert_rules",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("metric", String(64), nullable=False),
    Column("above", Boolean, nullable=False),
    Column("threshold", Float, nullable=False),
    Column("for_seconds", Integer, nullable=False),
    Column("severity", String(16), nullable=False),
    Column("organisation", String(64), nullable=False),
    Column("subject", String(256), nullable=False),
    Column("an_hour", Integer, nullable=False),
)

alert_silences: Final = Table(
    "alert_silences",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("rule", String(64), nullable=False),
    Column("organisation", String(64), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_by", String(100), nullable=False),
)

alert_channels: Final = Table(
    "alert_channels",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("target", Text, nullable=False),
    Column("organisation", String(64), nullable=False),
    Column("least", String(16), nullable=False),
    # Set: a person who has asked for notices himself.
    Column("person", String(64)),
    comment="Where notices go: the hub's operators, or the responsible contact of an organisation.",
)

alerts: Final = Table(
    "alerts",
    metadata,
    Column("rule", String(64), primary_key=True),
    Column("subject", String(512), primary_key=True),
    Column("organisation", String(64), nullable=False),
    Column("phase", String(16), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("value", Float, nullable=False),
    Column("good_since", UtcDateTime),
    Column("taken_by", String(100)),
    comment="Alerts that are pending or fire. A row that is not there: all is well.",
)

alert_groups: Final = Table(
    "alert_groups",
    metadata,
    Column("rule", String(64), primary_key=True),
    Column("organisation", String(64), primary_key=True),
    Column("firing", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

alert_notices: Final = Table(
    "alert_notices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("rule", String(64), nullable=False),
    Column("organisation", String(64), nullable=False),
    Column("told", String(16), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("subjects", Text, nullable=False),
    Column("count", Integer, nullable=False),
)
Index("ix_alert_notices_at", alert_notices.c.at)

alert_tellings: Final = Table(
    "alert_tellings",
    metadata,
    Column("notice", Integer, primary_key=True, autoincrement=False),
    Column("channel", String(64), primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("next_at", UtcDateTime),
    Column("told_at", UtcDateTime),
    Column("problem", String(200)),
    comment="One notice over one channel. next_at empty: told, or given up.",
)
Index("ix_alert_tellings_next", alert_tellings.c.next_at)
