"""Writes the mail that notifies a member or the company of a new lead."""

from __future__ import annotations

from capture.company.hosts import Host
from capture.mailing.kinds import MailAudience, MailKind
from capture.mailing.letters import Letter, Letters
from capture.models import Lead, Member, Touch

NEW_LEAD = MailKind("new-lead", "credit", MailAudience.ASSIGNEE)

KINDS = (NEW_LEAD,)


def new_lead(
    letters: Letters,
    host: Host,
    lead: Lead,
    touch: Touch,
    page_title: str,
    *,
    rule: str = "page",
    owner: Member | None = None,
) -> Letter:
    """Writes the mail about a new lead to the member who follows up, or to the company.

    It says who signed up, for what, and why the lead is the recipient's. ``touch``: the sign-up. ``rule``: what
    decided. ``owner``: the member who is credited; None for the company.
    """
    recipient = (host.member and host.member.email) or host.company.email
    mine = host.member.id if host.member else None
    values = {
        "lead": lead,
        "touch": touch,
        "page_title": page_title,
        # Why the lead is the recipient's: their own page, an inactive member whom they replace, or a rule.
        "because": "stands-in" if owner and owner.id != mine else "page" if touch.member_id == mine else rule,
        "owner": owner,
    }
    return letters.write(NEW_LEAD, host, recipient, [host.home_locale], **values)
