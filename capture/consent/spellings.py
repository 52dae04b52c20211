"""Finds all spellings of an e-mail address under which something is stored about one person.

Spellings belong together if their folded forms are equal (``capture.base.identity.fold``). At some providers dots and
capitals tell two people apart, so a mailed link proves control of exactly one spelling: *My data* shows and erases that
one, says that others exist, and mails each of them a link of its own. The operator, who has asked the person, exports
and erases all of them, and is told which they are.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from capture.base.identity import fold, identity
from capture.base.tokens import Links
from capture.models import Lead, OutboxMail


def leads_of_all(session: Session, links: Links, address: str) -> list[Lead]:
    """Returns the leads with any spelling of this e-mail address, the oldest first, without erased ones."""
    if not address.isprintable():
        return []
    same = or_(Lead.email_hash.in_(links.email_hashes(address)), Lead.email == identity(address))
    return list(session.scalars(select(Lead).where(same, Lead.erased_at.is_(None)).order_by(Lead.id)))


def spellings_of(session: Session, links: Links, address: str) -> list[str]:
    """Returns every spelling of an address that leads or mails in the outbox have, sorted; empty if there is none."""
    found = {lead.email for lead in leads_of_all(session, links, address)}
    return sorted(found | _mailed(session, address, found))


def others_of(session: Session, links: Links, address: str) -> list[str]:
    """Returns the spellings of an address that leads have, without this one itself, sorted."""
    return sorted({lead.email for lead in leads_of_all(session, links, address)} - {identity(address)})


def mask(address: str) -> str:
    """Returns an address with only the first character before the at sign, and the domain: ``p…@example.com``."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"


def _mailed(session: Session, address: str, known: Sequence[str] | set[str]) -> set[str]:
    """Returns the spellings to which the outbox has mails. They are looked for among the domains in question alone."""
    hosts = {each.rpartition("@")[2].lower() for each in (identity(address), fold(address), *known)}
    if "gmail.com" in hosts:
        hosts.add("googlemail.com")
    query = select(OutboxMail.recipient).where(OutboxMail.domain.in_(hosts)).distinct()
    return {each for each in session.scalars(query) if fold(each) == fold(address)}
