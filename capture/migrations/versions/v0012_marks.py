"""Database revision 12: the suppression list says who set a mark, how sure that is, by which mail, and why; and a table
for why no mail can be sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the columns and the table. Bounces that were recorded before count as weak: servers' refusals of the sender
    itself were taken for them."""
    with op.batch_alter_table("suppression") as table:
        table.add_column(sa.Column("source", sa.String(length=16), nullable=False, server_default="person"))
        table.add_column(sa.Column("strong", sa.Boolean(), nullable=False, server_default=sa.true()))
        table.add_column(sa.Column("mail_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        table.add_column(sa.Column("note", sa.Text(), nullable=True))
    suppression = sa.table("suppression", sa.column("reason"), sa.column("source"), sa.column("strong"))
    bounced = sa.update(suppression).where(suppression.c.reason == "bounced")
    op.execute(bounced.values(source="server", strong=False))
    op.create_table(
        "mail_trouble",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_mail_trouble_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_trouble")),
    )


def downgrade() -> None:
    """Removes the columns and the table."""
    op.drop_table("mail_trouble")
    with op.batch_alter_table("suppression") as table:
        for name in ("note", "mail_id", "strong", "source"):
            table.drop_column(name)
