"""Fills in what was blank about the people on a list: names, telephone numbers, and what lists say about consents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from sqlalchemy import Table, bindparam, case, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session

from capture.base.tokens import Links
from capture.imports.lists import ListRow
from capture.models import PROOFS, Lead, ListProof
from capture.models.searching import search_text

_HAS_PROOF = exists().where(ListProof.lead_id == Lead.id)

_FILL_IN = (
    update(cast(Table, Lead.__table__))
    .where(Lead.id == bindparam("number"), Lead.erased_at.is_(None))
    .values(
        first_name=func.coalesce(Lead.first_name, bindparam("name")),
        phone=func.coalesce(Lead.phone, bindparam("telephone")),
        search=case((Lead.first_name.is_(None), bindparam("folded")), else_=Lead.search),
    )
)


def fill_in(session: Session, links: Links, rows: Iterable[ListRow], member_id: str | None, provenance_id: int) -> None:
    """Fills in what is blank about the same member's leads under any spelling of these rows' addresses: as when a list
    is brought again with its columns better understood. Consents are kept of leads that a list brought.

    ``member_id`` None: leads of the company. ``provenance_id``: the list.
    """
    told: dict[str, list[ListRow]] = {}
    for row in rows:
        if row.email and (row.first_name or row.phone or row.proof):
            for email_hash in links.email_hashes(row.email):
                told.setdefault(email_hash, []).append(row)
    if not told:
        return
    blank = or_(Lead.first_name.is_(None), Lead.phone.is_(None), Lead.provenance_id.is_not(None) & ~_HAS_PROOF)
    columns = (Lead.id, Lead.email, Lead.email_hash, Lead.first_name, Lead.phone, Lead.provenance_id, _HAS_PROOF)
    mine = (Lead.member_id.is_not_distinct_from(member_id), Lead.erased_at.is_(None), blank)
    found = session.execute(select(*columns).where(Lead.email_hash.in_(told), *mine)).all()
    filled = [each for lead in found if (each := _filled(lead, told[lead.email_hash]))]
    if filled:
        session.connection().execute(_FILL_IN, filled)
    unproven = (lead for lead in found if lead.provenance_id is not None and not lead[-1])
    proofs = [each for lead in unproven if (each := _proof(lead.id, told[lead.email_hash], provenance_id))]
    if proofs:
        session.execute(insert(ListProof), proofs)


def _filled(lead: Any, rows: Sequence[ListRow]) -> dict[str, Any] | None:
    """Returns the values for the blanks of a lead; None if the rows have none."""
    name = next((row.first_name for row in rows if row.first_name), None) if lead.first_name is None else None
    phone = next((row.phone for row in rows if row.phone), None) if lead.phone is None else None
    if name is None and phone is None:
        return None
    return {"number": lead.id, "name": name, "telephone": phone, "folded": search_text(lead.email, name)}


def _proof(lead_id: int, rows: Sequence[ListRow], provenance_id: int) -> dict[str, Any] | None:
    """Returns the values of a ``ListProof`` from the first row that says something; None if none does."""
    row = next((each for each in rows if each.proof), None)
    if row is None:
        return None
    said = {name: row.proof.get(name) for name in PROOFS}
    return {"lead_id": lead_id, "provenance_id": provenance_id, "row": row.number, **said}
