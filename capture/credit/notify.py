"""Notifies the assignee of a lead, and no other member, that the lead is there and why it is theirs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from capture.base.prepared import Driver
from capture.company import hosts
from capture.credit import mails
from capture.mailing import posting
from capture.mailing.letters import Letters
from capture.models import Decision, Lead, Member, Touch


def notify_assignee(session: Session, lead: Lead, now: datetime, letters: Letters) -> None:
    """Adds the "new lead" mail to the outbox, for the assignee of the newest decision.

    The member whose page it was gets no mail if the lead is assigned to another.
    """
    host = hosts.assignee_of(session, lead)
    touch = session.scalars(select(Touch).where(Touch.lead_id == lead.id).order_by(Touch.id.desc()).limit(1)).one()
    rule = session.scalars(
        select(Decision.rule).where(Decision.lead_id == lead.id).order_by(Decision.id.desc()).limit(1)
    ).one()
    page = hosts.find_page(session, host, touch.page, touch.locale)
    owner = session.get(Member, lead.owner_id) if lead.owner_id else None
    news = mails.new_lead(letters, host, lead, touch, page.title if page else touch.page, rule=rule, owner=owner)
    posting.post(Driver.of(session), host.company, news, now, lead_id=lead.id)
