"""Database revision 22: members without an e-mail address."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

INDEX = "ix_member_email"


def upgrade() -> None:
    """Lets a member have no address."""
    if op.get_bind().dialect.name == "sqlite":
        _made_anew(sa.Column("address", sa.String(length=254), nullable=True))
    else:
        op.alter_column("member", "email", nullable=True)


def downgrade() -> None:
    """Gives members without an address an empty one."""
    op.execute("update member set email = '' where email is null")
    if op.get_bind().dialect.name == "sqlite":
        _made_anew(sa.Column("address", sa.String(length=254), nullable=False, server_default=""))
    else:
        op.alter_column("member", "email", nullable=False)


def _made_anew(column: sa.Column[str]) -> None:
    # A batch would make the table anew, and rows of other tables refer to it.
    op.add_column("member", column)
    op.execute("update member set address = email")
    op.drop_index(INDEX, "member")
    op.execute("alter table member drop column email")
    op.execute("alter table member rename column address to email")
    op.create_index(INDEX, "member", ["email"])
