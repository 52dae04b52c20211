"""Chooses the members who play the parts of the demo: the main member, her sponsor, and a few others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from capture.accounts import signing_in
from capture.models import Company, Member

MOST = 2_000
"""How many members can be chosen for a part: the first by id."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The members who play the parts of the demo. In a small roster nobody plays some of the parts.

    ``member`` is the main one, who has a team and, where the roster allows it, an active ``sponsor``. ``abroad`` speaks
    another language than the company, ``neighbour`` the same. ``others``: further active members. ``left``: a member
    who is no longer active.
    """

    member: Member | None = None
    sponsor: Member | None = None
    abroad: Member | None = None
    neighbour: Member | None = None
    left: Member | None = None
    others: Sequence[Member] = field(default=())


def cast(session: Session, company: Company) -> Parts:
    """Chooses the members who play the parts of the demo, such as the main member and her sponsor. The same roster
    always gets the same."""
    members = session.scalars(select(Member).order_by(Member.id).limit(MOST)).all()
    below = _downlines(members)
    active = sorted((each for each in members if each.active), key=lambda each: (-below[each.id], each.id))
    by_id = {each.id: each for each in active}
    native = [each for each in active if each.locale == company.locale] or active
    sponsored = [each for each in native if each.sponsor_id in by_id]
    member = next(iter(sponsored or native), None)
    sponsor = by_id.get(member.sponsor_id or "") if member else None
    taken = {each.id for each in (member, sponsor) if each}
    abroad = next((each for each in active if each.locale != company.locale and each.id not in taken), None)
    # Outside the member's tree: a member without a sponsor.
    neighbour = next((each for each in native if each.sponsor_id is None and each.id not in taken), None)
    taken |= {each.id for each in (abroad, neighbour) if each}
    return Parts(
        member,
        sponsor,
        abroad,
        neighbour,
        left=next((each for each in members if not each.active and each.sponsor_id in by_id), None),
        others=[each for each in active if each.id not in taken],
    )


def ensure_staff(session: Session, company: Company, now: datetime) -> None:
    """Adds a staff member to the demo if there is none, so that the demo can show the office as staff see it."""
    if not signing_in.staff(session):
        signing_in.add_staff(session, f"desk@{company.email.rpartition('@')[2]}", now)


def _downlines(members: Sequence[Member]) -> Counter[str]:
    """Returns the number of members below each member, at any depth."""
    sponsors = {each.id: each.sponsor_id for each in members}
    found: Counter[str] = Counter()
    for each in members:
        above, passed = each.sponsor_id, {each.id}
        while above is not None and above not in passed:
            found[above] += 1
            passed.add(above)
            above = sponsors.get(above)
    return found
