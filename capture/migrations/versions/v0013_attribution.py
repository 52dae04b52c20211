"""Database revision 13: the campaign that a link named, members' addresses in folded form, and why a mail is held."""

from __future__ import annotations

from contextlib import suppress

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_MEMBER = sa.table("member", sa.column("id", sa.String), sa.column("email"), sa.column("folded_email"))
_AT_ONCE = 5_000
"""How many members are read and written together."""


def upgrade() -> None:
    """Adds the three columns, and fills in the folded form of the addresses of all members."""
    op.add_column("particular", sa.Column("campaign", sa.String(length=64), nullable=True))
    op.add_column("outbox", sa.Column("held_because", sa.String(length=16), nullable=True))
    op.add_column("member", sa.Column("folded_email", sa.String(length=254), server_default="", nullable=False))
    op.create_index(op.f("ix_member_folded_email"), "member", ["folded_email"], unique=False)
    _fold_addresses(op.get_bind())


def downgrade() -> None:
    """Drops the three columns."""
    op.drop_index(op.f("ix_member_folded_email"), table_name="member")
    op.drop_column("member", "folded_email")
    op.drop_column("outbox", "held_because")
    op.drop_column("particular", "campaign")


def _fold_addresses(connection: sa.Connection) -> None:
    fill = sa.update(_MEMBER).where(_MEMBER.c.id == sa.bindparam("of")).values(folded_email=sa.bindparam("folded"))
    after = ""
    query = sa.select(_MEMBER.c.id, _MEMBER.c.email).order_by(_MEMBER.c.id).limit(_AT_ONCE)
    while found := connection.execute(query.where(_MEMBER.c.id > after)).all():
        connection.execute(fill, [{"of": number, "folded": _fold(email)} for number, email in found])
        after = found[-1].id


def _fold(address: str) -> str:
    """Returns the folded form as ``capture.base.identity`` makes it at this revision."""
    local, _, domain = address.strip().rpartition("@")
    folded = local.casefold().partition("+")[0].replace(".", "")
    host = domain.lower().rstrip(".")
    with suppress(UnicodeError):
        host = host.encode("idna").decode("ascii")
    return f"{folded or local.casefold()}@{'gmail.com' if host == 'googlemail.com' else host}"
