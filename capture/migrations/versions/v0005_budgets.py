"""Database revision 5: tables for counts by the hour (``tally``) and for proofs of work that were used (``used``)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Creates the tables of counts by the hour and of used proofs of work."""
    op.create_table(
        "tally",
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("hour", MOMENT, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "subject", "hour", name=op.f("pk_tally")),
    )
    op.create_table(
        "used",
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_used")),
    )
    op.create_index(op.f("ix_used_until"), "used", ["until"], unique=False)


def downgrade() -> None:
    """Drops the tables of counts by the hour and of used proofs of work."""
    op.drop_table("used")
    op.drop_table("tally")
