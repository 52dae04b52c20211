"""Decides which leads, campaigns and lists a person may see; no other module does.

A member sees the leads that they follow up, their own campaigns and lists, and only total numbers of the people below
them. Staff see every lead and campaign, and the lists that staff uploaded. Every query of the office applies these
conditions.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, true

from capture.accounts.signing_in import Person
from capture.models import Campaign, Lead, Upload


@dataclass(frozen=True, slots=True)
class Scope:
    """The conditions by which database queries find only what one person may see. ``member_id``: the person's id as a
    member; None for staff."""

    member_id: str | None

    @property
    def leads(self) -> ColumnElement[bool]:
        """The condition for leads that may be shown to the person one by one."""
        known = Lead.known_at.is_not(None)
        return known if self.member_id is None else and_(known, Lead.assignee_id == self.member_id)

    @property
    def counted_leads(self) -> ColumnElement[bool]:
        """The condition for leads that are counted in the person's numbers: those that may be shown, and also
        unconfirmed sign-ups and erased leads.

        For numbers only: no row and no name may be shown by this condition.
        """
        if self.member_id is None:
            return true()
        # Until the first decision, a sign-up belongs to the member whose page it came from. ``coalesce`` keeps the
        # database from using an index on the assignee here: most of the rows in that index are decided.
        undecided = func.coalesce(Lead.assignee_id, Lead.owner_id).is_(None)
        return or_(Lead.assignee_id == self.member_id, and_(Lead.member_id == self.member_id, undecided))

    @property
    def campaigns(self) -> ColumnElement[bool]:
        """The condition for campaigns that may be shown: a member's own; for staff, all."""
        return true() if self.member_id is None else Campaign.member_id == self.member_id

    @property
    def uploads(self) -> ColumnElement[bool]:
        """The condition for uploaded lists that may be shown: a member's own; for staff, those that staff uploaded."""
        return Upload.member_id.is_not_distinct_from(self.member_id)


def scope(person: Person) -> Scope:
    """Returns the conditions that limit what a person may see."""
    return Scope(person.member_id)
