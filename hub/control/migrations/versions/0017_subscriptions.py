"""Subscriptions, who owns which type, requests and answers, and what is still to be given from the past.

A migration keeps its own copy of the tables: what it made must not change with later code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017_subscriptions"
down_revision = "0017_schema_governance"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, empty: nobody gets anything that he was not given."""
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.String(128), nullable=False),
        sa.Column("system", sa.String(63), nullable=False),
        sa.Column("type", sa.String(100), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("sources", sa.JSON, nullable=False),
        sa.Column("areas", sa.JSON, nullable=False),
        sa.Column("versions", sa.JSON, nullable=False),
        sa.Column("conditions", sa.JSON, nullable=False),
        sa.Column("copies", sa.Boolean, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
    )
    op.create_index("ix_subscriptions_system", "subscriptions", ["system"])
    op.create_table(
        "type_owners",
        sa.Column("id", sa.String(100), nullable=False),
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_type_owners"),
        comment="Event type to the agency that says who may get it.",
    )
    op.create_table(
        "exchanges",
        sa.Column("id", sa.String(100), nullable=False),
        sa.Column("answer", sa.String(100), nullable=False),
        sa.Column("several", sa.Boolean, nullable=False),
        sa.Column("officer", sa.String(64), nullable=False),
        sa.Column("per_hour", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_exchanges"),
        comment="Types that are requests, and how they are answered.",
    )
    op.create_table(
        "onboardings",
        sa.Column("system", sa.String(63), nullable=False),
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sends", sa.JSON, nullable=False),
        sa.Column("recipients", sa.JSON, nullable=False),
        sa.Column("takes", sa.JSON, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposal", sa.String(36)),
        sa.PrimaryKeyConstraint("system", name="pk_onboardings"),
        comment="Systems that shall be connected: what they will send and take.",
    )
    op.create_table(
        "subscription_backlogs",
        sa.Column("subscription", sa.String(128), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("positions", sa.JSON, nullable=False),
        sa.Column("given", sa.Integer, nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("subscription", name="pk_subscription_backlogs"),
        comment="What subscriptions are given from the past: how far the orders are written.",
    )


def downgrade() -> None:
    """Forget subscriptions and owners."""
    op.drop_table("subscription_backlogs")
    op.drop_table("onboardings")
    op.drop_table("exchanges")
    op.drop_table("type_owners")
    op.drop_table("subscriptions")
