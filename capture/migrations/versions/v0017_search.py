"""Database revision 17: the folded text by which the office searches leads, and hours of counts in one form."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from capture.models.searching import LONGEST, search_text

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

BATCH = 1_000
TEXT = sa.String(length=LONGEST).with_variant(sa.String(length=LONGEST, collation="C"), "postgresql")


def upgrade() -> None:
    """Adds the column and fills it, except for leads that were erased. On SQLite, gives hours of counts the form of
    every other moment."""
    op.add_column("lead", sa.Column("search", TEXT, nullable=False, server_default=""))
    _fill(op.get_bind())
    op.create_index("ix_lead_search", "lead", ["search"])
    if op.get_bind().dialect.name == "sqlite":
        op.execute("UPDATE tally SET hour = substr(hour, 1, 19) || '.000000' WHERE hour LIKE '%+00:00'")


def downgrade() -> None:
    """Drops the column."""
    op.drop_index("ix_lead_search", "lead")
    op.drop_column("lead", "search")


def _fill(connection: sa.Connection) -> None:
    names = ("id", "email", "first_name", "search", "erased_at")
    lead = sa.table("lead", *(sa.column(name) for name in names))
    query = sa.select(lead.c.id, lead.c.email, lead.c.first_name).where(lead.c.erased_at.is_(None)).order_by(lead.c.id)
    fill = lead.update().where(lead.c.id == sa.bindparam("number")).values(search=sa.bindparam("folded"))
    last = -1
    while rows := connection.execute(query.where(lead.c.id > last).limit(BATCH)).all():
        connection.execute(fill, [{"number": row.id, "folded": search_text(row.email, row.first_name)} for row in rows])
        last = rows[-1].id
