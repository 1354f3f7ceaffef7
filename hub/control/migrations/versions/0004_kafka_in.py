"""Systems that hand in on Kafka, on a topic of their own.

A migration keeps its own copy of the tables: what it made must not change with later code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004_kafka_in"
down_revision = "0003_objects"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; until now nobody did."""
    with op.batch_alter_table("systems") as systems:
        # The default is for the rows that are there: the control plane always writes a value.
        systems.add_column(
            sa.Column("kafka_in", sa.Boolean, nullable=False, server_default=sa.false())
        )


def downgrade() -> None:
    """Forget who hands in on Kafka; the topics stay."""
    with op.batch_alter_table("systems") as systems:
        systems.drop_column("kafka_in")
