"""Finds the members whom no mail reaches, and those who share an address: no faults, but worth knowing after a sync."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select

from capture.base.db import Database
from capture.models import Member

_SHOWN = 5


def notes(database: Database) -> Iterator[str]:
    """Yields a sentence for the active members without an e-mail address, and for each address that several share."""
    with database.read() as session:
        without = session.scalar(select(func.count()).where(Member.active, Member.email.is_(None))) or 0
        shared = session.scalars(
            select(func.min(Member.id))
            .where(Member.active, Member.email.is_not(None))
            .group_by(Member.email)
            .having(func.count() > 1)
            .order_by(func.min(Member.id))
        ).all()
    if without:
        who = "1 active member has" if without == 1 else f"{without} active members have"
        yield f"{who} no e-mail address: no office, and somebody else follows up on their leads"
    if shared:
        ids = ", ".join(shared[:_SHOWN]) + (" …" if len(shared) > _SHOWN else "")
        which = "1 e-mail address is" if len(shared) == 1 else f"{len(shared)} e-mail addresses are"
        yield f"{which} several members' (of {ids} and others): who signs in chooses whose office to open"
