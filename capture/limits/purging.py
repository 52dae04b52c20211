"""Removes counts of mails and sign-ups, and used proofs of work, that the limits no longer need."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from capture.base.retention import Policy
from capture.models import BudgetUse, HourlyCount, UsedProof

_HOURS_COUNTED = timedelta(hours=2)


def purge(session: Session, policy: Policy, now: datetime) -> Counter[str]:
    """Removes counts of mails older than ``policy.budgets``, counts of hours that are over, and what expired of used
    proofs and links.

    Returns how many counts of mails were removed, under the key ``budgets``.
    """
    spent = session.scalars(delete(BudgetUse).where(BudgetUse.at <= now - policy.budgets).returning(BudgetUse.id)).all()
    session.execute(delete(HourlyCount).where(HourlyCount.hour <= now - _HOURS_COUNTED))
    session.execute(delete(UsedProof).where(UsedProof.until <= now))
    return Counter(budgets=len(spent))
