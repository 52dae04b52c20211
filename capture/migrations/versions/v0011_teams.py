"""Database revision 11: a table for the number of each member's leads, counted ahead for the team page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Creates the table for the number of each member's leads."""
    op.create_table(
        "lead_count",
        sa.Column("member_id", sa.String(length=64), nullable=False),
        sa.Column("leads", sa.Integer(), nullable=False),
        sa.Column("this_month", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_lead_count")),
    )


def downgrade() -> None:
    """Drops the table for the number of each member's leads."""
    op.drop_table("lead_count")
