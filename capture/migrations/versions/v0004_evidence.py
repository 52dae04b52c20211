"""Database revision 4: tables of evidence, chained by seals, with the personal data in a table of its own.

Rows that exist already stay outside the chain: a seal made today would prove nothing about yesterday. ``capture audit``
counts them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Creates the chain and the tables for personal data, prospects' activities and decisions on credit; copies the
    personal data of sign-ups into their table; adds to leads the members who are credited and follow up."""
    op.create_table(
        "chain",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", ID, nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_chain_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain")),
    )
    op.execute("INSERT INTO chain (id, seq, seal) VALUES (1, 0, '')")
    op.create_table(
        "particular",
        sa.Column("touch_id", ID, autoincrement=False, nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("first_name", sa.String(length=200), nullable=True),
        sa.Column("utm", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["touch_id"], ["touch.id"], name=op.f("fk_particular_touch_id")),
        sa.PrimaryKeyConstraint("touch_id", name=op.f("pk_particular")),
    )
    op.execute(
        "INSERT INTO particular (touch_id, salt, email, first_name, utm) SELECT touch.id, '', lead.email,"
        " lead.first_name, touch.utm FROM touch JOIN lead ON lead.id = touch.lead_id"
    )
    op.drop_column("touch", "utm")
    op.add_column("touch", sa.Column("digest", sa.String(length=64), nullable=False, server_default=""))
    for name in ("touch", "consent"):
        op.add_column(name, sa.Column("seq", ID, nullable=True))
        op.add_column(name, sa.Column("seal", sa.String(length=64), nullable=True))
        op.create_index(op.f(f"ix_{name}_seq"), name, ["seq"], unique=True)
    for name, columns in (
        ("act", [sa.Column("kind", sa.String(length=16), nullable=False)]),
        (
            "decision",
            [
                sa.Column("owner_id", sa.String(length=64), nullable=True),
                sa.Column("servicer_id", sa.String(length=64), nullable=True),
                sa.Column("rule", sa.String(length=16), nullable=False),
                sa.Column("saw", sa.JSON(), nullable=False),
                sa.ForeignKeyConstraint(["owner_id"], ["member.id"], name=op.f("fk_decision_owner_id")),
                sa.ForeignKeyConstraint(["servicer_id"], ["member.id"], name=op.f("fk_decision_servicer_id")),
            ],
        ),
    ):
        op.create_table(
            name,
            sa.Column("id", ID, nullable=False),
            sa.Column("seq", ID, nullable=True),
            sa.Column("seal", sa.String(length=64), nullable=True),
            sa.Column("lead_id", ID, nullable=False),
            *columns,
            sa.Column("at", MOMENT, nullable=False),
            sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f(f"fk_{name}_lead_id")),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        )
        op.create_index(op.f(f"ix_{name}_lead_id"), name, ["lead_id"], unique=False)
        op.create_index(op.f(f"ix_{name}_seq"), name, ["seq"], unique=True)
    for name in ("owner_id", "servicer_id"):
        op.add_column("lead", sa.Column(name, sa.String(length=64), nullable=True))


def downgrade() -> None:
    """Drops the chain, activities, decisions and personal data, and moves the campaign parameters back to the sign-ups
    (touches)."""
    for name in ("owner_id", "servicer_id"):
        op.drop_column("lead", name)
    op.drop_table("decision")
    op.drop_table("act")
    for name in ("touch", "consent"):
        op.drop_index(op.f(f"ix_{name}_seq"), name)
        op.drop_column(name, "seal")
        op.drop_column(name, "seq")
    op.drop_column("touch", "digest")
    op.add_column("touch", sa.Column("utm", sa.JSON(), nullable=False, server_default="{}"))
    op.execute(
        "UPDATE touch SET utm = (SELECT utm FROM particular WHERE touch_id = touch.id)"
        " WHERE id IN (SELECT touch_id FROM particular)"
    )
    op.drop_table("particular")
    op.drop_table("chain")
