"""Database revision 10: a table for lists that are uploaded in the browser, and the campaign that a list belongs to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
STATES = "state IN ('new', 'checking', 'checked', 'taking', 'done', 'gone')"
REFERENCES = (
    ("member", "member_id"),
    ("staff", "staff_id"),
    ("campaign", "campaign_id"),
    ("provenance", "provenance_id"),
)


def upgrade() -> None:
    """Creates the table of uploaded lists, and adds a campaign to the origin of imported leads."""
    op.create_table(
        "upload",
        sa.Column("id", ID, nullable=False),
        sa.Column("member_id", sa.String(length=64), nullable=True),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.Column("vendor", sa.String(length=200), nullable=True),
        sa.Column("obtained_on", sa.Date(), nullable=True),
        sa.Column("wording", sa.Text(), nullable=True),
        sa.Column("campaign_id", ID, nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("outcomes", sa.JSON(), nullable=False),
        sa.Column("provenance_id", ID, nullable=True),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.CheckConstraint(STATES, name=op.f("ck_upload_state")),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_upload_{column}_{table}"))
            for table, column in REFERENCES
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    for column in ("member_id", "state", "at"):
        op.create_index(op.f(f"ix_upload_{column}"), "upload", [column], unique=False)
    op.add_column("provenance", sa.Column("campaign_id", ID, nullable=True))


def downgrade() -> None:
    """Drops the table of uploaded lists, and the campaign of the origin of imported leads."""
    op.drop_column("provenance", "campaign_id")
    op.drop_table("upload")
