"""Database revision 21: what lists say about people's consents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXTS = ("opted_in_at", "opted_in_from", "confirmed_at", "confirmed_from", "legal_basis")


def upgrade() -> None:
    """Creates the table."""
    op.create_table(
        "list_proof",
        sa.Column("lead_id", ID, autoincrement=False, nullable=False),
        sa.Column("provenance_id", ID, nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(length=200), nullable=True) for name in TEXTS),
        sa.Column("wording", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_list_proof_lead_id_lead")),
        sa.ForeignKeyConstraint(
            ["provenance_id"], ["provenance.id"], name=op.f("fk_list_proof_provenance_id_provenance")
        ),
        sa.PrimaryKeyConstraint("lead_id", name=op.f("pk_list_proof")),
    )


def downgrade() -> None:
    """Drops the table."""
    op.drop_table("list_proof")
