"""Removing what limits no longer need to count."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from capture.base.retention import Policy
from capture.models import BudgetUse, HourlyCount, UsedProof

_HOURS_COUNTED = timedelta(hours=2)


def purge(session: Session, policy: Policy, now: datetime) -> Counter[str]:
    """Removes old units of budgets, the counts of hours that are over, and used proofs whose time is over."""
    spent = session.scalars(delete(BudgetUse).where(BudgetUse.at <= now - policy.budgets).returning(BudgetUse.id)).all()
    session.execute(delete(HourlyCount).where(HourlyCount.hour <= now - _HOURS_COUNTED))
    session.execute(delete(UsedProof).where(UsedProof.until <= now))
    return Counter(budgets=len(spent))
