"""Database revision 7: tables for the office: staff, sign-ins, what members do about their leads, what staff looked at,
and imported lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Creates the tables of the office and of imports, and adds columns and indexes for them to leads and members."""
    op.create_table(
        "staff",
        sa.Column("id", ID, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_email")),
    )
    op.create_table(
        "ticket",
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("member_id", sa.String(length=64), nullable=True),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_ticket_member_id_member")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_ticket_staff_id_staff")),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_ticket")),
    )
    op.create_index(op.f("ix_ticket_until"), "ticket", ["until"], unique=False)
    op.create_table(
        "sitting",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("member_id", sa.String(length=64), nullable=True),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_sitting_member_id_member")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_sitting_staff_id_staff")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sitting")),
    )
    op.create_index(op.f("ix_sitting_member_id"), "sitting", ["member_id"], unique=False)
    op.create_index(op.f("ix_sitting_staff_id"), "sitting", ["staff_id"], unique=False)
    op.create_index(op.f("ix_sitting_until"), "sitting", ["until"], unique=False)
    op.create_table(
        "viewing",
        sa.Column("id", ID, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("lead_id", ID, nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_viewing_lead_id_lead")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_viewing_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_viewing")),
    )
    op.create_index(op.f("ix_viewing_lead_id"), "viewing", ["lead_id"], unique=False)
    op.create_index(op.f("ix_viewing_at"), "viewing", ["at"], unique=False)
    op.create_table(
        "step",
        sa.Column("id", ID, nullable=False),
        sa.Column("lead_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("member_id", sa.String(length=64), nullable=True),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_step_lead_id_lead")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_step_member_id_member")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_step_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step")),
    )
    op.create_index(op.f("ix_step_lead_id"), "step", ["lead_id"], unique=False)
    op.create_table(
        "provenance",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("member_id", sa.String(length=64), nullable=True),
        sa.Column("vendor", sa.String(length=200), nullable=True),
        sa.Column("obtained_on", sa.Date(), nullable=True),
        sa.Column("wording", sa.Text(), nullable=True),
        sa.Column("file", sa.String(length=200), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("rows", sa.Integer(), server_default="0", nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_provenance_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provenance")),
    )
    op.create_index(op.f("ix_provenance_digest"), "provenance", ["digest"], unique=False)
    op.create_table(
        "ledger",
        sa.Column("provenance_id", ID, nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("lead_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_ledger_lead_id_lead")),
        sa.ForeignKeyConstraint(["provenance_id"], ["provenance.id"], name=op.f("fk_ledger_provenance_id_provenance")),
        sa.PrimaryKeyConstraint("provenance_id", "row", name=op.f("pk_ledger")),
    )
    op.create_index(op.f("ix_member_email"), "member", ["email"], unique=False)
    op.add_column("lead", sa.Column("phone", sa.String(length=32), nullable=True))
    op.add_column("lead", sa.Column("stage", sa.String(length=16), server_default="new", nullable=False))
    op.add_column("lead", sa.Column("lost_because", sa.String(length=16), nullable=True))
    op.add_column("lead", sa.Column("due_on", sa.Date(), nullable=True))
    op.add_column("lead", sa.Column("known_at", MOMENT, nullable=True))
    op.add_column("lead", sa.Column("provenance_id", ID, nullable=True))
    op.execute("UPDATE lead SET known_at = confirmed_at WHERE erased_at IS NULL")
    op.drop_index("ix_lead_email", "lead")
    op.create_index("ix_lead_email", "lead", ["email"], postgresql_ops={"email": "text_pattern_ops"})
    for name, columns in LEAD_INDEXES.items():
        op.create_index(name, "lead", columns, unique=False)


LEAD_INDEXES = {
    "ix_lead_servicer_id_known_at": ["servicer_id", "known_at", "id"],
    "ix_lead_servicer_id_due_on": ["servicer_id", "due_on", "id"],
    "ix_lead_known_at": ["known_at", "id"],
    "ix_lead_due_on": ["due_on", "id"],
    "ix_lead_stage_known_at": ["stage", "known_at", "id"],
}


def downgrade() -> None:
    """Drops the tables of the office and of imports, and the columns and indexes that were added for them."""
    for name in LEAD_INDEXES:
        op.drop_index(name, "lead")
    op.drop_index("ix_lead_email", "lead")
    op.create_index("ix_lead_email", "lead", ["email"])
    for name in ("provenance_id", "known_at", "due_on", "lost_because", "stage", "phone"):
        op.drop_column("lead", name)
    op.drop_index(op.f("ix_member_email"), "member")
    for table in ("ledger", "provenance", "step", "viewing", "sitting", "ticket", "staff"):
        op.drop_table(table)
