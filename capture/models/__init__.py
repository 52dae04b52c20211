"""The tables, as SQLAlchemy 2 classes, by subject. The migrations make them; a test compares the two.

Two halves: what ``capture sync`` copies from the site folder (company, members, pages, wordings), and what
prospects and members do (leads, touches, consents, the outbox). The first half can be loaded again at any time;
the second is the company's property and is only ever added to.
"""

from capture.models.accounts import Sitting, Staff, Ticket, Viewing
from capture.models.campaigns import Campaign, Spending
from capture.models.company import Company, Member, Page, Slug, Wording
from capture.models.evidence import Act, Chain, Consent, Decision, Particular, Touch
from capture.models.holds import Holds, Whose
from capture.models.imports import Ledger, Provenance, Upload
from capture.models.leads import Lead, Step
from capture.models.limits import Spent, Tally, Used
from capture.models.mailing import OutboxMail, Suppression
from capture.models.reports import Counted, LeadCount, Visit, VisitedWeek
from capture.models.tables import Base, Sealed, UtcTime

__all__ = [
    "Act",
    "Base",
    "Campaign",
    "Chain",
    "Company",
    "Consent",
    "Counted",
    "Decision",
    "Holds",
    "Lead",
    "LeadCount",
    "Ledger",
    "Member",
    "OutboxMail",
    "Page",
    "Particular",
    "Provenance",
    "Sealed",
    "Sitting",
    "Slug",
    "Spending",
    "Spent",
    "Staff",
    "Step",
    "Suppression",
    "Tally",
    "Ticket",
    "Touch",
    "Upload",
    "Used",
    "UtcTime",
    "Viewing",
    "Visit",
    "VisitedWeek",
    "Whose",
    "Wording",
]
