"""Database revision 2: adds states and leases to mails in the outbox, and the service's own address, with which mailed
links begin."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Adds the columns for states, leases and the service's address.

    Mails that are in the outbox already were never sent, so their state is "waiting"; the service's address is empty
    until the next sync.
    """
    with op.batch_alter_table("company") as company:
        company.add_column(sa.Column("service", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("company") as company:
        company.alter_column("service", server_default=None)
    with op.batch_alter_table("outbox") as outbox:
        outbox.alter_column("lead_id", existing_type=ID, nullable=True)
        outbox.add_column(sa.Column("domain", sa.String(length=253), nullable=True))
        outbox.add_column(sa.Column("message_id", sa.String(length=200), nullable=True))
        outbox.add_column(sa.Column("list_id", sa.String(length=200), nullable=True))
        outbox.add_column(sa.Column("state", sa.String(length=16), nullable=False, server_default="waiting"))
        outbox.add_column(sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"))
        outbox.add_column(sa.Column("next_attempt_at", MOMENT, nullable=True))
        outbox.add_column(sa.Column("leased_until", MOMENT, nullable=True))
        outbox.add_column(sa.Column("lease_owner", sa.String(length=64), nullable=True))
        outbox.add_column(sa.Column("last_error", sa.Text(), nullable=True))
        outbox.add_column(sa.Column("sent_at", MOMENT, nullable=True))
    at = "instr(recipient, '@')" if op.get_bind().dialect.name == "sqlite" else "strpos(recipient, '@')"
    op.execute(
        f"UPDATE outbox SET domain = lower(substr(recipient, {at} + 1)),"
        " next_attempt_at = created_at, message_id = 'outbox-' || CAST(id AS VARCHAR) || '@espalier.invalid'"
    )
    with op.batch_alter_table("outbox") as outbox:
        outbox.alter_column("next_attempt_at", existing_type=MOMENT, nullable=False)
        outbox.alter_column("domain", existing_type=sa.String(length=253), nullable=False)
        outbox.alter_column("message_id", existing_type=sa.String(length=200), nullable=False)
        outbox.create_unique_constraint(op.f("uq_outbox_message_id"), ["message_id"])
        outbox.create_check_constraint(
            op.f("ck_outbox_state"), "state IN ('waiting', 'leased', 'sent', 'dead', 'held', 'dropped')"
        )
    op.create_index("ix_outbox_state_next_attempt_at", "outbox", ["state", "next_attempt_at"], unique=False)


def downgrade() -> None:
    """Removes the columns for states, leases and the service's address. Deletes mails that belong to no lead, since the
    older outbox cannot store them."""
    op.drop_index("ix_outbox_state_next_attempt_at", "outbox")
    op.execute("DELETE FROM outbox WHERE lead_id IS NULL")
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_constraint(op.f("ck_outbox_state"), type_="check")
        outbox.drop_constraint(op.f("uq_outbox_message_id"), type_="unique")
        for name in (
            "domain",
            "message_id",
            "list_id",
            "state",
            "attempts",
            "next_attempt_at",
            "leased_until",
            "lease_owner",
            "last_error",
            "sent_at",
        ):
            outbox.drop_column(name)
        outbox.alter_column("lead_id", existing_type=ID, nullable=False)
    with op.batch_alter_table("company") as company:
        company.drop_column("service")
