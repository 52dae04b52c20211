"""Database revision 18: what a readiness check stores takes as much room as a sign-up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the column for bytes that mean nothing."""
    op.add_column("readiness", sa.Column("room", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Drops the column."""
    op.drop_column("readiness", "room")
