"""Database revision 6: columns for the company's policies and colours, and for the prospect's own answer to "Who
introduced you?"."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

DAYS = {"window_days": 90, "correction_days": 30, "unconfirmed_days": 30, "withdrawn_days": 90, "mails_days": 90}
"""The values of the new columns, in days, until the next sync writes what the company chose."""


def upgrade() -> None:
    """Adds the columns for policies and colours to the company, and for the introducer to sign-ups."""
    with op.batch_alter_table("company") as company:
        company.add_column(sa.Column("look", sa.JSON(), server_default=sa.text("'{}'"), nullable=False))
        company.add_column(sa.Column("touch_policy", sa.String(length=8), server_default="first", nullable=False))
        for name, days in DAYS.items():
            company.add_column(sa.Column(name, sa.Integer(), server_default=str(days), nullable=False))
    with op.batch_alter_table("particular") as particular:
        particular.add_column(sa.Column("introducer", sa.String(length=200), nullable=True))


def downgrade() -> None:
    """Drops the columns for the introducer and for the company's policies and colours."""
    with op.batch_alter_table("particular") as particular:
        particular.drop_column("introducer")
    with op.batch_alter_table("company") as company:
        for name in (*reversed(DAYS), "touch_policy", "look"):
            company.drop_column(name)
