"""Recognises leads who are members of the company themselves, so that staff see that no prospect signed up.

Only staff are told: who is a member is nobody else's business. Addresses are compared in their folded form, so that
another spelling hides nobody; where two people share a folded form, staff may see a member's name beside a stranger.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from capture.base.history import Event, Line, Names, Party, Rank, Reader
from capture.base.identity import fold
from capture.base.words import Words
from capture.models import Lead, Member


@dataclass(frozen=True, slots=True, kw_only=True)
class IsMember(Event):
    """An event of a lead's history: the address is that of a member. ``member``: the member's name."""

    member: Party

    def sentences(self) -> Iterator[str]:
        """Yields one English sentence: whose address it is."""
        yield f"The address is that of a member: {self.member}."

    def lines(self, words: Words, reader: Reader) -> Iterator[Line]:
        """Yields one line for staff, and none for members."""
        if reader.member_id is None:
            yield Line(words("office_event_is_member", member=self.member.name))

    def plain(self) -> tuple[str, dict[str, Any]] | None:
        """Returns None: the person's export holds what is stored about the lead, and this is not."""
        return None


def members_among(session: Session, addresses: Collection[str]) -> dict[str, str]:
    """Returns the id of the active member for each of these addresses that belongs to one. Looks up all in one query.

    ``addresses``: those of one page of a list, since all go into one query.
    """
    folded = {each: fold(each) for each in addresses}
    query = select(Member.folded_email, Member.id).where(Member.folded_email.in_(set(folded.values())), Member.active)
    found: dict[str, str] = dict(session.execute(query.order_by(Member.id.desc())).all())
    return {each: found[form] for each, form in folded.items() if form in found}


def event(session: Session, lead: Lead, names: Names) -> Iterator[IsMember]:
    """Yields an event if the lead's address is that of an active member."""
    if lead.erased_at is None:
        for member_id in members_among(session, [lead.email]).values():
            yield IsMember(at=lead.created_at, order=(Rank.ACTIVITY, 0), member=names(member_id))
