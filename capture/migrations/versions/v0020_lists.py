"""Database revision 20: what an uploaded list's unknown words mean, as the importing person says."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the column."""
    op.add_column("upload", sa.Column("answers", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    """Drops the column."""
    op.drop_column("upload", "answers")
