"""Database revision 3: lets leads withdraw, gives them a random handle for mailed links, and adds the suppression list.

The keyed hash of an address cannot be made here, where the key is not known: leads that exist already get an empty one,
and the program fills it in the next time they sign up.
"""

from __future__ import annotations

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Adds columns for the handle, the address's keyed hash, withdrawal and erasure to leads; creates the tables
    ``suppression`` and ``spent`` (used budgets)."""
    # Not in batches: on SQLite these make the table anew, which rows of other tables refer to.
    op.add_column("lead", sa.Column("handle", sa.String(length=32), nullable=False, server_default=""))
    op.add_column("lead", sa.Column("mark", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("lead", sa.Column("withdrawn_at", MOMENT, nullable=True))
    op.add_column("lead", sa.Column("erased_at", MOMENT, nullable=True))
    lead = sa.table("lead", sa.column("id", ID), sa.column("handle", sa.String()))
    connection = op.get_bind()
    for (number,) in connection.execute(sa.select(lead.c.id)).all():
        connection.execute(lead.update().where(lead.c.id == number).values(handle=uuid4().hex))
    op.create_index(op.f("ix_lead_handle"), "lead", ["handle"], unique=True)
    op.create_index(op.f("ix_lead_mark"), "lead", ["mark"], unique=False)
    op.create_table(
        "suppression",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", "reason", name=op.f("pk_suppression")),
    )
    op.create_table(
        "spent",
        sa.Column("id", ID, nullable=False),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spent")),
    )
    op.create_index("ix_spent_scope_subject_at", "spent", ["scope", "subject", "at"], unique=False)
    op.create_index(op.f("ix_spent_at"), "spent", ["at"], unique=False)


def downgrade() -> None:
    """Drops the suppression list, the used budgets, and the columns that this revision added to leads."""
    op.drop_table("spent")
    op.drop_table("suppression")
    op.drop_index(op.f("ix_lead_mark"), "lead")
    op.drop_index(op.f("ix_lead_handle"), "lead")
    for name in ("handle", "mark", "withdrawn_at", "erased_at"):
        op.drop_column("lead", name)
