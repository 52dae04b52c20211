"""Database revision 8: tables for campaigns, for the money spent on them, and for how often pages were shown."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Creates the tables of campaigns, spending and visits; adds a campaign to leads and a currency to the company."""
    op.create_table(
        "campaign",
        sa.Column("id", ID, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("member_id", sa.String(length=64), nullable=True),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_campaign_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("code", name=op.f("uq_campaign_code")),
    )
    op.create_index("ix_campaign_member_id_created_at", "campaign", ["member_id", "created_at", "id"], unique=False)
    op.create_table(
        "spending",
        sa.Column("id", ID, nullable=False),
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_spending_campaign_id_campaign")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spending")),
    )
    op.create_index(op.f("ix_spending_campaign_id"), "spending", ["campaign_id"], unique=False)
    op.create_table(
        "visit",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("host", sa.String(length=64), nullable=False),
        sa.Column("page", sa.String(length=200), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "host", "page", name=op.f("pk_visit")),
    )
    op.add_column("company", sa.Column("currency", sa.String(length=3), server_default="EUR", nullable=False))
    op.add_column("lead", sa.Column("campaign_id", ID, nullable=True))
    op.create_index("ix_lead_campaign_id_known_at", "lead", ["campaign_id", "known_at", "id"], unique=False)


def downgrade() -> None:
    """Drops the tables of campaigns, spending and visits, and the columns for a lead's campaign and the currency."""
    op.drop_index("ix_lead_campaign_id_known_at", "lead")
    op.drop_column("lead", "campaign_id")
    op.drop_column("company", "currency")
    for table in ("visit", "spending", "campaign"):
        op.drop_table(table)
