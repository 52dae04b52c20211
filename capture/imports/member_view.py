"""What a member is told about the rows of their list: only what they know already, or may know.

If a list told which addresses are leads of other members, or of people who left, any member could ask that about any
address. So to a member all rows that neither the list itself nor the member's own leads decide have one outcome,
"accepted". Staff, and the company's own lists, are told each row's real outcome.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from capture.base.prepared import Driver
from capture.base.tokens import Links
from capture.imports.lists import ListRow
from capture.imports.vocabulary import Standing
from capture.limits.budgets import MemberBudget, use_member_budget
from capture.models import ImportRow, Lead

TOLD = ("accepted", "known", "left", "refused")
"""The outcomes that a member is told. ``known``: the person is a lead that the member sees already. ``accepted``: the
person becomes the member's lead, or is with another member, or wants no contact."""

TOLD_OUTCOME: ColumnElement[str] = func.coalesce(
    ImportRow.told, case((ImportRow.outcome == "refused", "refused"), else_="accepted")
)
"""The outcome of a stored row that its member is told, as a column of a query."""


DRY_RUNS = MemberBudget("dry-run", 20)
"""The dry runs that a member may start in a day. An import needs one, so this bounds imports as well."""

PEOPLE_MET = MemberBudget("met", 60)
"""The people whom a member may add one by one in a day: more than one meets at a busy fair."""


def may_bring(session: Session, links: Links, budget: MemberBudget, member_id: str | None, now: datetime) -> bool:
    """Counts one use of a member's budget for bringing people. Returns False if it is used up for today.

    Staff (``member_id`` None) have none: they see every lead anyway.
    """
    return member_id is None or use_member_budget(Driver.of(session), links, budget, member_id, now)


def own_leads(member_id: str) -> ColumnElement[bool]:
    """Returns the condition for leads that a member sees, and of whom they may thus be told that they are known."""
    return Lead.known_at.is_not(None) & Lead.erased_at.is_(None) & (Lead.assignee_id == member_id)


def own_among(
    session: Session, addresses: Collection[str], member_id: str, provenance_id: int | None = None
) -> dict[str, bool]:
    """Returns which addresses are leads that the member sees already, and whether such a lead stays if a list says that
    the person left: a list has no say on who signed up.

    Leads that this very list brought (``provenance_id``) are not among them, or else the second of two equal rows would
    tell what became of the first.
    """
    query = select(Lead.email, Lead.provenance_id, Lead.confirmed_at)
    query = query.where(Lead.email.in_(addresses), own_leads(member_id))
    if provenance_id is not None:
        query = query.where(Lead.provenance_id.is_distinct_from(provenance_id))
    return {email: brought is None or confirmed is not None for email, brought, confirmed in session.execute(query)}


def told(row: ListRow, own: Mapping[str, bool]) -> str:
    """Returns the outcome of a row that its member is told, one of TOLD. ``own``: as ``own_among`` returns it."""
    if row.reason is not None or row.email is None:
        return "refused"
    if row.standing > Standing.UNCLEAR and not own.get(row.email):
        return "left"
    return "known" if row.email in own else "accepted"


def told_totals(outcomes: Mapping[str, int]) -> dict[str, int]:
    """Returns what a member may be told of totals that were stored without that: refused rows, and all others as
    accepted."""
    refused = outcomes.get("refused", 0)
    return {"accepted": sum(outcomes.values()) - refused, "refused": refused}
