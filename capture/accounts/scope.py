"""Whose leads, campaigns and lists a person may see: the one place where that is decided.

A member sees the leads that they follow up, their own campaigns and lists, and of the people below them total numbers
only. Staff see every lead and campaign, and the lists that staff brought. Every query of the office holds to it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, true

from capture.accounts.signing_in import Person
from capture.models import Campaign, Lead, Upload


@dataclass(frozen=True, slots=True)
class Scope:
    """The conditions that queries must hold to. ``member_id`` None: staff, who see all."""

    member_id: str | None

    @property
    def leads(self) -> ColumnElement[bool]:
        """Leads that may be shown one by one."""
        known = Lead.known_at.is_not(None)
        return known if self.member_id is None else and_(known, Lead.assignee_id == self.member_id)

    @property
    def counted_leads(self) -> ColumnElement[bool]:
        """Leads that stand in the person's numbers: those of ``leads``, unconfirmed sign-ups, and erased ones.

        Good for numbers only: no row and no name may be shown by it.
        """
        if self.member_id is None:
            return true()
        # Before there is a decision a sign-up belongs to the page it came from. Written so that no index on the
        # assignee is used for it: most of what that index holds is decided.
        undecided = func.coalesce(Lead.assignee_id, Lead.owner_id).is_(None)
        return or_(Lead.assignee_id == self.member_id, and_(Lead.member_id == self.member_id, undecided))

    @property
    def campaigns(self) -> ColumnElement[bool]:
        """Campaigns: a member's own, all for staff."""
        return true() if self.member_id is None else Campaign.member_id == self.member_id

    @property
    def uploads(self) -> ColumnElement[bool]:
        """Lists that were brought: a member's own, the company's for staff."""
        return Upload.member_id.is_not_distinct_from(self.member_id)


def scope(person: Person) -> Scope:
    """Returns what a person may see."""
    return Scope(person.member_id)
