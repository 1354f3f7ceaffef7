"""The control plane's tables.

A migration keeps its own copy of the tables: what it made must not change with later code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001_control"
down_revision = None
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_TABLES = (
    "leases",
    "trail_entities",
    "trail",
    "outbox",
    "rules_versions",
    "rules_head",
    "entity_references",
    "schemas",
    "groups",
    "access_rights",
    "endpoints",
    "key_proofs",
    "keys",
    "systems",
    "organisation_codes",
    "organisations",
)


def upgrade() -> None:
    """Make the tables and the row of version 0."""
    _entities()
    _versions()
    _trail()


def downgrade() -> None:
    """Drop everything; the change sets are lost."""
    for name in _TABLES:
        op.drop_table(name)


def _text(
    name: str, length: int, *, nullable: bool = False, index: bool = False
) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=nullable, index=index)


def _key(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), primary_key=True)


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON, nullable=False)


def _entities() -> None:
    op.create_table(
        "organisations",
        _key("id", 64),
        sa.Column("name", sa.Text, nullable=False),
        _text("level", 16),
        _text("parent", 64, nullable=True),
        _text("state", 16),
    )
    op.create_table(
        "organisation_codes",
        _key("id", 64),
        _text("organisation", 64, index=True),
        _text("scheme", 16),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_to", sa.Date),
    )
    op.create_table(
        "systems",
        _key("id", 63),
        _text("organisation", 64, index=True),
        sa.Column("name", sa.Text, nullable=False),
        _text("state", 16),
        _json("representatives"),
        _json("represents"),
    )
    op.create_table(
        "keys",
        _key("id", 128),
        _text("system", 63, index=True),
        _text("thumbprint", 43),
        _json("jwk"),
        _text("alg", 16),
        sa.Column("valid_from", _MOMENT),
        sa.Column("valid_to", _MOMENT),
        sa.Column("revoked", sa.Boolean, nullable=False),
        sa.UniqueConstraint("thumbprint"),
    )
    op.create_table(
        "key_proofs",
        sa.Column("id", sa.String(128), sa.ForeignKey("keys.id"), primary_key=True),
        sa.Column("proof", sa.Text, nullable=False),
        comment="The proof of possession each key was registered with.",
    )
    op.create_table(
        "endpoints",
        _key("id", 128),
        _text("organisation", 64, index=True),
        _text("system", 63, index=True),
        _json("types"),
    )
    op.create_table(
        "access_rights",
        _key("id", 128),
        _text("system", 63, index=True),
        _json("types"),
        _json("recipients"),
    )
    op.create_table("groups", _key("id", 63), _json("members"))
    op.create_table("schemas", _key("id", 128), _json("document"))
    op.create_table(
        "entity_references",
        _key("entity", 200),
        _key("target", 200),
        sa.Index("ix_entity_references_target", "target"),
        comment="Which entity names which, group members among them: what is named is not removed.",
    )


def _versions() -> None:
    head = op.create_table(
        "rules_head",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        _text("hash", 64),
        sa.Column("writes", sa.Integer, nullable=False),
        comment="One row: the newest version. Every write updates it first, so writes are one by one.",
    )
    op.bulk_insert(head, [{"id": 1, "version": 0, "hash": "00" * 32, "writes": 0}])
    op.create_table(
        "rules_versions",
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        _text("hash", 64),
        _text("previous", 64),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("changes", sa.Integer, nullable=False),
        sa.Column("published_at", _MOMENT),
    )
    op.create_table(
        "outbox",
        sa.Column(
            "version", sa.Integer, sa.ForeignKey("rules_versions.version"), primary_key=True
        ),
        _key("entity", 200),
        sa.Column("value", sa.LargeBinary),
        comment="The change set of each version, byte for byte. Rows stay: compaction of hub.rules "
        "forgets, recomputing a decision must not.",
    )


def _trail() -> None:
    op.create_table(
        "trail",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", _MOMENT, nullable=False),
        _text("actor", 100),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("version", sa.Integer),
        sa.Column("changes", sa.Integer, nullable=False),
        comment="Invariant 11: every write by a person. No statement of the hub changes or deletes it.",
    )
    op.create_table(
        "trail_entities",
        sa.Column("entry", sa.Integer, sa.ForeignKey("trail.id"), primary_key=True),
        _key("entity", 200),
        _text("action", 32),
        sa.Index("ix_trail_entities_entity", "entity"),
    )
    op.create_table(
        "leases",
        _key("name", 32),
        _text("holder", 64),
        sa.Column("until", _MOMENT, nullable=False),
        comment="Who does what only one process may do at a time.",
    )
