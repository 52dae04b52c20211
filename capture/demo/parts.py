"""Who of the roster plays which part in the demo: the member and her sponsor to look through, and a few others."""

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
"""Members of a roster that are looked at, the first by id."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts. A small roster leaves some of them to no member.

    ``member`` has a team and, where the roster allows it, an active ``sponsor``. ``abroad`` speaks another language
    than the company, ``neighbour`` the same. ``others``: further active members. ``left``: one who is not active.
    """

    member: Member | None = None
    sponsor: Member | None = None
    abroad: Member | None = None
    neighbour: Member | None = None
    left: Member | None = None
    others: Sequence[Member] = field(default=())


def cast(session: Session, company: Company) -> Parts:
    """Gives out the parts: the same to the same roster, always."""
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
    # Outside the member's own tree: whom nobody on the roster brought.
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
    """Gives the company a first staff member where it has none, so that the demo's office can be seen as staff."""
    if not signing_in.staff(session):
        signing_in.add_staff(session, f"desk@{company.email.rpartition('@')[2]}", now)


def _downlines(members: Sequence[Member]) -> Counter[str]:
    """How many members stand below each, however deep."""
    sponsors = {each.id: each.sponsor_id for each in members}
    found: Counter[str] = Counter()
    for each in members:
        above, passed = each.sponsor_id, {each.id}
        while above is not None and above not in passed:
            found[above] += 1
            passed.add(above)
            above = sponsors.get(above)
    return found
