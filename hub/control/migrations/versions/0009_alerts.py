"""Rules of alerts, what is known of them, who is told; calendar feeds; samples of the disk.

A migration keeps its own copy of the tables: what it made must not change with later code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009_alerts"
down_revision = "0008_views"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, empty."""
    op.create_table(
        "alert_head",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("writes", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alert_head"),
        comment="One row: whoever writes alerts updates it first, so writes are one by one.",
    )
    op.create_table(
        "alert_rules",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("metric", sa.String(64), nullable=False),
        sa.Column("above", sa.Boolean, nullable=False),
        sa.Column("threshold", sa.Float, nullable=False),
        sa.Column("for_seconds", sa.Integer, nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(256), nullable=False),
        sa.Column("an_hour", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_alert_rules"),
    )
    op.create_table(
        "alert_silences",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("rule", sa.String(64), nullable=False),
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("until", _MOMENT, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("made_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alert_silences"),
    )
    op.create_table(
        "alert_channels",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("least", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_alert_channels"),
        comment="Where notices go: the hub's operators, or the responsible contact of an organisation.",
    )
    op.create_table(
        "alerts",
        sa.Column("rule", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(512), nullable=False),
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("phase", sa.String(16), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("value", sa.Float, nullable=False),
        sa.Column("good_since", _MOMENT),
        sa.Column("taken_by", sa.String(100)),
        sa.PrimaryKeyConstraint("rule", "subject", name="pk_alerts"),
        comment="Alerts that are pending or fire. A row that is not there: all is well.",
    )
    op.create_table(
        "alert_groups",
        sa.Column("rule", sa.String(64), nullable=False),
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("firing", sa.Boolean, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("rule", "organisation", name="pk_alert_groups"),
    )
    op.create_table(
        "alert_notices",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("rule", sa.String(64), nullable=False),
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("told", sa.String(16), nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("subjects", sa.Text, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alert_notices"),
    )
    op.create_index("ix_alert_notices_at", "alert_notices", ["at"])
    op.create_table(
        "alert_tellings",
        sa.Column("notice", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", _MOMENT),
        sa.Column("told_at", _MOMENT),
        sa.Column("problem", sa.String(200)),
        sa.PrimaryKeyConstraint("notice", "channel", name="pk_alert_tellings"),
        comment="One notice over one channel. next_at empty: told, or given up.",
    )
    op.create_index("ix_alert_tellings_next", "alert_tellings", ["next_at"])
    op.create_table(
        "calendar_feeds",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("person", sa.String(100), nullable=False),
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_calendar_feeds"),
        comment="Secret addresses of calendar feeds: SHA-256 of each token.",
    )
    op.create_index("ix_calendar_feeds_person", "calendar_feeds", ["person"])
    op.create_table(
        "disk_samples",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("free", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_disk_samples"),
        comment="Free bytes of the hub's disk, one sample a day: when it will be full.",
    )


def downgrade() -> None:
    """Forget them."""
    for name in (
        "disk_samples",
        "calendar_feeds",
        "alert_tellings",
        "alert_notices",
        "alert_groups",
        "alerts",
        "alert_channels",
        "alert_silences",
        "alert_rules",
        "alert_head",
    ):
        op.drop_table(name)
