"""Certificates of systems' keys, what authorities said of them, keys that were compromised.

Also which key signed each message: what was recorded before stays without it.
A migration keeps its own copy of the tables: what it made must not change with later code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015_certificates"
down_revision = "0014_provider_groups"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make them. Keys that are there have no certificate and are not suspended."""
    op.add_column("keys", sa.Column("suspended", sa.String(16)))
    op.add_column("keys", sa.Column("compromised_at", _MOMENT))
    op.add_column("keys", sa.Column("certificate", sa.String(64)))
    op.add_column("messages", sa.Column("key_id", sa.Text))
    _certificates()
    _answers()
    _compromises()


def downgrade() -> None:
    """Drop them: evidence of certificates is lost, keys that were suspended count again."""
    for name in ("key_compromises", "certificate_checks", "revocation_answers", "certificates"):
        op.drop_table(name)
    op.drop_column("messages", "key_id")
    for name in ("certificate", "compromised_at", "suspended"):
        op.drop_column("keys", name)


def _certificates() -> None:
    op.create_table(
        "certificates",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("system", sa.String(63), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("subject", "issuer")),
        *(sa.Column(name, sa.String(64), nullable=False) for name in ("serial", "code")),
        *(sa.Column(name, _MOMENT, nullable=False) for name in ("since", "until")),
        sa.Column("authority", sa.String(63), nullable=False),
        sa.Column("pem", sa.Text, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        *(
            sa.Column(name, _MOMENT, nullable=False)
            for name in ("good_at", "checked_at", "next_check_at")
        ),
        sa.Column("revoked_at", _MOMENT),
        sa.Column("revocation_reason", sa.String(32)),
        sa.PrimaryKeyConstraint("id", name="pk_certificates"),
        sa.ForeignKeyConstraint(["key"], ["keys.id"], name="fk_certificates_key_keys"),
        comment="By the SHA-256 of the certificate. `pem`: the holder's, then those above it, the "
        "root last. Rows are never deleted: evidence of old messages needs them.",
    )
    for name in ("key", "system", "next_check_at"):
        op.create_index(f"ix_certificates_{name}", "certificates", [name])


def _answers() -> None:
    op.create_table(
        "revocation_answers",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("this_update", _MOMENT, nullable=False),
        sa.Column("next_update", _MOMENT),
        sa.Column("fetched_at", _MOMENT, nullable=False),
        sa.Column("der", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_revocation_answers"),
        comment="CRLs and OCSP answers, byte for byte, by their SHA-256: evidence needs those of "
        "then.",
    )
    op.create_table(
        "certificate_checks",
        sa.Column("certificate", sa.String(64), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("answers", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("certificate", "at", name="pk_certificate_checks"),
        sa.ForeignKeyConstraint(
            ["certificate"],
            ["certificates.id"],
            name="fk_certificate_checks_certificate_certificates",
        ),
        comment="What was found when a certificate was checked, and by which answers (their "
        "SHA-256).",
    )


def _compromises() -> None:
    op.create_table(
        "key_compromises",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("system", sa.String(63), nullable=False),
        sa.Column("thumbprint", sa.String(43), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("reported_by", sa.String(100), nullable=False),
        sa.Column("reported_at", _MOMENT, nullable=False),
        sa.Column("decided_by", sa.String(100)),
        sa.Column("decided_at", _MOMENT),
        sa.Column("rules_version", _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_key_compromises"),
        comment="Keys reported as compromised. `since`: the stated moment; `rules_version`: the "
        "first that refuses the key. What was admitted between them is in question.",
    )
    op.create_index("ix_key_compromises_system", "key_compromises", ["system", "since"])
