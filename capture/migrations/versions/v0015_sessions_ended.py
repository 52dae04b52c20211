"""Database revision 15: a table that records whose sessions staff or an operator ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from capture.models.tables import UtcTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Creates the table of ended sessions."""
    op.create_table(
        "sessions_ended",
        sa.Column("id", ID, nullable=False),
        sa.Column("member_id", sa.String(length=64), nullable=True),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("by_staff_id", ID, nullable=True),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_sessions_ended_member_id_member")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_sessions_ended_staff_id_staff")),
        sa.ForeignKeyConstraint(["by_staff_id"], ["staff.id"], name=op.f("fk_sessions_ended_by_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions_ended")),
    )


def downgrade() -> None:
    """Drops the table of ended sessions."""
    op.drop_table("sessions_ended")
