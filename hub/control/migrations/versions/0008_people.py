"""People, sessions, second persons, flags; the trail tells results, and what was before and after.

A migration keeps its own copy of the tables: what it made must not change with later code.
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0008_people"
down_revision = "0007_projection_goals"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables; whoever holds an administrator's token becomes a person."""
    _people()
    _sessions()
    _requests()
    _flags()
    _trail()
    _keep_administrators()
    _keep_waiting_networks()


def downgrade() -> None:
    """Drop them. Administrators keep their tokens; accounts and sessions are gone."""
    op.drop_index("ix_outbox_entity", "outbox")
    op.drop_index("ix_trail_actor", "trail")
    with op.batch_alter_table("trail_entities") as table:
        table.drop_column("after")
        table.drop_column("before")
    with op.batch_alter_table("trail") as table:
        table.drop_column("result")
    for name in ("hub_flags", "second_person_requests", "sign_in_failures", "sessions", "people"):
        op.drop_table(name)


def _text(name: str, *, nullable: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _word(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=nullable)


def _moment(name: str, *, nullable: bool = True, index: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, _MOMENT, nullable=nullable, index=index)


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("name", sa.String(64), primary_key=True),
        _text("display", nullable=False),
        sa.Column("grants", sa.JSON, nullable=False),
        _text("password"),
        sa.Column("must_change", sa.Boolean, nullable=False),
        _word("reset_by", 100, nullable=True),
        _moment("reset_at"),
        _text("issuer"),
        _text("subject"),
        _word("language", 8),
        _word("time_zone", 64),
        _word("made_by", 100),
        _moment("made_at", nullable=False),
        _moment("disabled_at"),
        sa.UniqueConstraint("issuer", "subject", name="uq_people_issuer_subject"),
        comment="Everybody who may sign in or hold a token. Rows are never deleted: a name in the "
        "trail means one person for ever. The password is an Argon2id hash.",
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column(
            "name", sa.String(64), sa.ForeignKey("people.name"), nullable=False, index=True
        ),
        _moment("made_at", nullable=False),
        _moment("seen_at", nullable=False),
        _moment("ends_at", nullable=False, index=True),
        sa.Column("grants", sa.JSON, nullable=False),
        comment="Who is signed in: SHA-256 of each cookie, and the roles that the identity "
        "provider gave at sign-in.",
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("name_digest", sa.String(64), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        _moment("at", nullable=False, index=True),
        _moment("until", nullable=False),
        comment="Wrong passwords by SHA-256 of the name that was typed, known or not: an answer "
        "must not tell which names exist, and what was typed may be a password.",
    )


def _requests() -> None:
    op.create_table(
        "second_person_requests",
        sa.Column("id", sa.String(36), primary_key=True),
        _word("kind", 32),
        _word("target", 200),
        sa.Column("payload", sa.JSON, nullable=False),
        _text("reason", nullable=False),
        _word("asked_by", 100),
        _moment("asked_at", nullable=False),
        _word("decision", 16, nullable=True),
        _word("decided_by", 100, nullable=True),
        _moment("decided_at"),
        _text("decision_reason"),
        comment="Risky actions that somebody asked for: done once another person approves.",
    )
    op.create_index(
        "ix_second_person_requests_target", "second_person_requests", ["kind", "target"]
    )


def _flags() -> None:
    op.create_table(
        "hub_flags",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("value", sa.JSON, nullable=False),
        _word("set_by", 100),
        _moment("set_at", nullable=False),
        comment="What people turn on and off while the hub runs, as read-only mode.",
    )


def _trail() -> None:
    op.add_column(
        "trail", sa.Column("result", sa.String(16), nullable=False, server_default="done")
    )
    op.add_column("trail_entities", sa.Column("before", sa.JSON))
    op.add_column("trail_entities", sa.Column("after", sa.JSON))
    op.create_index("ix_trail_actor", "trail", ["actor", "id"])
    # Which value an entity had before a version is the one of its last version before it.
    op.create_index("ix_outbox_entity", "outbox", ["entity", "version"])


def _keep_administrators() -> None:
    op.execute(
        "INSERT INTO people (name, display, grants, must_change, language, time_zone, made_by,"
        " made_at) SELECT name, name, '[{\"role\": \"administrator\"}]', "
        + ("false" if op.get_bind().dialect.name == "postgresql" else "0")
        + ", 'vi', 'Asia/Ho_Chi_Minh', made_by, made_at FROM admin_tokens"
    )


def _keep_waiting_networks() -> None:
    """What waits for a second person goes on waiting, in the one list of all such things."""
    networks = sa.table(
        "connector_networks",
        *(sa.column(name) for name in ("connector", "cidr", "asked_by", "reason", "approved_by")),
        sa.column("asked_at", _MOMENT),
    )
    waiting = op.get_bind().execute(sa.select(networks).where(networks.c.approved_by.is_(None)))
    requests = sa.table(
        "second_person_requests",
        *(sa.column(name) for name in ("id", "kind", "target", "reason", "asked_by")),
        sa.column("payload", sa.JSON),
        sa.column("asked_at", _MOMENT),
    )
    rows = [
        {
            "id": f"network-{number}",
            "kind": "connector_network",
            "target": f"connector/{row.connector}/{row.cidr}",
            "payload": {"connector": row.connector, "cidr": row.cidr},
            "reason": row.reason,
            "asked_by": row.asked_by,
            "asked_at": row.asked_at,
        }
        for number, row in enumerate(waiting)
    ]
    if rows:
        op.bulk_insert(requests, rows)
