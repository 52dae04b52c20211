"""Finds texts written by others that name a person: notes on other leads, on costs of campaigns and on marks.

An erasure does not change them, since they belong to somebody else's data; the operator is told where they are.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from capture.base.identity import fold
from capture.models import Lead, LeadActivity, Provenance, Spending, Suppression, Upload

_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"']+@[^\s@<>()\[\],;:\"']+\w")
_SHORTEST_NAME = 3
"""Names with fewer letters are part of too many sentences."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A text that names a person. ``where``: what it is written on; ``how``: how to change it."""

    where: str
    how: str


def mentions_of(session: Session, address: str, names: Collection[str]) -> list[Mention]:
    """Returns where texts of others contain an address, in any spelling, or one of the person's names as a word."""
    folded = fold(address)
    words = [re.escape(each) for each in names if len(each) >= _SHORTEST_NAME]
    called = re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE) if words else None
    return [
        mention
        for text, mention in _texts(session)
        if any(fold(each) == folded for each in _ADDRESS.findall(text)) or (called and called.search(text))
    ]


def _texts(session: Session) -> Iterator[tuple[str, Mention]]:
    notes = select(LeadActivity.note, LeadActivity.lead_id).join(Lead, Lead.id == LeadActivity.lead_id)
    wanted = (LeadActivity.note.is_not(None), Lead.erased_at.is_(None))
    for note, lead in session.execute(notes.where(*wanted).order_by(LeadActivity.id)):
        how = "its author can undo a lead's last note on the lead's page; or erase that lead"
        yield note or "", Mention(f"a note on lead {lead}", how)
    costs = select(Spending.note, Spending.campaign_id, Spending.on).where(Spending.note.is_not(None))
    for note, campaign, on in session.execute(costs.order_by(Spending.id)):
        how = "remove that cost on the campaign's page, and enter it again with another note"
        yield note or "", Mention(f"a note on a cost of campaign {campaign}, {on.isoformat()}", how)
    for note, at in session.execute(select(Suppression.note, Suppression.at).where(Suppression.note.is_not(None))):
        how = "lift that mark and set it again with another note"
        yield note or "", Mention(f"a note on a mark of {at.date().isoformat()}", how)
    for table, what in ((Upload, "uploaded list"), (Provenance, "imported list")):
        named = select(table.id, table.file).where(table.file.is_not(None))
        for number, file in session.execute(named.order_by(table.id)):
            how = "name the file without people the next time; this name cannot be changed"
            yield file or "", Mention(f"the file name of {what} {number}", how)
