"""Database revision 16: a table of one row by which the service tries whether it can store."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Creates the table."""
    op.create_table(
        "readiness",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_readiness_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readiness")),
    )


def downgrade() -> None:
    """Drops the table."""
    op.drop_table("readiness")
