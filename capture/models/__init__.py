"""The database's tables as SQLAlchemy 2 classes. The migrations create the tables; a test compares the two.

There are two kinds: what ``capture sync`` copies from the site folder (company, members, pages, consent wordings) can
be loaded again at any time; what prospects, members and staff do (leads, sign-ups, consents, mails) exists nowhere
else.
"""

from capture.models.accounts import AccessLogEntry, OfficeSession, SessionsEnded, SignInToken, Staff
from capture.models.campaigns import Campaign, Spending
from capture.models.company import Company, Member, Page, Slug, Wording
from capture.models.details import Detail, details_of
from capture.models.evidence import Chain, Consent, Decision, PersonalData, ProspectActivity, Touch
from capture.models.health import Readiness
from capture.models.holds import Holds, Whose
from capture.models.imports import PROOFS, ImportRow, ListProof, Provenance, Upload
from capture.models.leads import Lead, LeadActivity
from capture.models.limits import BudgetUse, HourlyCount, UsedProof
from capture.models.mailing import MailTrouble, OutboxMail, Suppression
from capture.models.reports import LeadCount, StoredResults, Visit, WeeklyVisits
from capture.models.tables import Base, ChainedRow, UtcTime

__all__ = [
    "PROOFS",
    "AccessLogEntry",
    "Base",
    "BudgetUse",
    "Campaign",
    "Chain",
    "ChainedRow",
    "Company",
    "Consent",
    "Decision",
    "Detail",
    "Holds",
    "HourlyCount",
    "ImportRow",
    "Lead",
    "LeadActivity",
    "LeadCount",
    "ListProof",
    "MailTrouble",
    "Member",
    "OfficeSession",
    "OutboxMail",
    "Page",
    "PersonalData",
    "ProspectActivity",
    "Provenance",
    "Readiness",
    "SessionsEnded",
    "SignInToken",
    "Slug",
    "Spending",
    "Staff",
    "StoredResults",
    "Suppression",
    "Touch",
    "Upload",
    "UsedProof",
    "UtcTime",
    "Visit",
    "WeeklyVisits",
    "Whose",
    "Wording",
    "details_of",
]
