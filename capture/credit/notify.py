"""Notifies the member who follows up on a new lead, or the company, and no other member."""

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
    """Adds the mail about a new lead to the outbox, for the member who follows up now, or for the company.

    The member on whose page the person signed up gets no mail if another member follows up.
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
