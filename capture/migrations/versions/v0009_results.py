"""Database revision 9: tables for report figures that are computed ahead, and an index to find visits by their host."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Creates the tables for report figures and for visits by week, and the index of visits by host and day."""
    op.create_table(
        "visited_week",
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("page", sa.String(length=200), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("week", "page", name=op.f("pk_visited_week")),
    )
    op.create_table(
        "counted",
        sa.Column("period", sa.String(length=8), nullable=False),
        sa.Column("interest", sa.String(length=16), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("period", "interest", name=op.f("pk_counted")),
    )
    op.create_index("ix_visit_host_day", "visit", ["host", "day"], unique=False)


def downgrade() -> None:
    """Drops the tables for report figures and for visits by week, and the index of visits by host and day."""
    op.drop_index("ix_visit_host_day", "visit")
    for table in ("counted", "visited_week"):
        op.drop_table(table)
