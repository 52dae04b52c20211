"""Database revision 12: the suppression list says who set a mark, how sure that is, by which mail, and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the columns. Bounces that were recorded before count as weak: servers' refusals of the sender itself were
    taken for them."""
    with op.batch_alter_table("suppression") as table:
        table.add_column(sa.Column("source", sa.String(length=16), nullable=False, server_default="person"))
        table.add_column(sa.Column("strong", sa.Boolean(), nullable=False, server_default=sa.true()))
        table.add_column(sa.Column("mail_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        table.add_column(sa.Column("note", sa.Text(), nullable=True))
    suppression = sa.table("suppression", sa.column("reason"), sa.column("source"), sa.column("strong"))
    bounced = sa.update(suppression).where(suppression.c.reason == "bounced")
    op.execute(bounced.values(source="server", strong=False))


def downgrade() -> None:
    """Removes the columns."""
    with op.batch_alter_table("suppression") as table:
        for name in ("note", "mail_id", "strong", "source"):
            table.drop_column(name)
