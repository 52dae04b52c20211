"""Database revision 14: the time zones by which the company and its members count days."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

NAME = sa.String(length=64)


def upgrade() -> None:
    """Adds the columns for time zones. Until ``capture sync`` fills them, days are those of UTC, as before."""
    op.add_column("company", sa.Column("timezone", NAME, nullable=True))
    op.add_column("member", sa.Column("timezone", NAME, nullable=True))


def downgrade() -> None:
    """Drops the columns for time zones."""
    op.drop_column("member", "timezone")
    op.drop_column("company", "timezone")
