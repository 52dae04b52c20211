"""Database revision 19: what a member is told of each row of a list, and members in the access log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Adds both columns; an entry of the access log names a member or one of the staff."""
    op.add_column("ledger", sa.Column("told", sa.String(length=16), nullable=True))
    with op.batch_alter_table("viewing") as viewing:
        viewing.add_column(sa.Column("member_id", sa.String(length=64), nullable=True))
        viewing.alter_column("staff_id", existing_type=ID, nullable=True)
        viewing.create_foreign_key(op.f("fk_viewing_member_id_member"), "member", ["member_id"], ["id"])


def downgrade() -> None:
    """Drops both columns, and the entries of members, which have no place without them."""
    op.execute("DELETE FROM viewing WHERE staff_id IS NULL")
    with op.batch_alter_table("viewing") as viewing:
        viewing.drop_constraint(op.f("fk_viewing_member_id_member"), type_="foreignkey")
        viewing.drop_column("member_id")
        viewing.alter_column("staff_id", existing_type=ID, nullable=False)
    op.drop_column("ledger", "told")
