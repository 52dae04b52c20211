"""Lists all features of the capture service; each is a folder of ``capture``. No other module lists them, so a new
feature adds its line here."""

from __future__ import annotations

from collections.abc import Sequence

from capture.accounts.feature import ACCOUNTS
from capture.base.feature import Feature
from capture.bounces.feature import BOUNCES
from capture.campaigns.feature import CAMPAIGNS
from capture.consent.feature import CONSENT
from capture.credit.feature import CREDIT
from capture.demo.feature import MAILBOX
from capture.health.feature import HEALTH
from capture.imports.feature import IMPORTS
from capture.leads.feature import LEADS
from capture.limits.feature import LIMITS
from capture.mailing.feature import MAILING
from capture.reports.feature import REPORTS
from capture.signup.feature import SIGNUP
from capture.suppression.feature import SUPPRESSION
from capture.teams.feature import TEAMS
from capture.web.feature import WEB

ALL: Sequence[Feature] = (
    WEB,
    SIGNUP,
    CONSENT,
    ACCOUNTS,
    LEADS,
    CAMPAIGNS,
    REPORTS,
    IMPORTS,
    TEAMS,
    SUPPRESSION,
    BOUNCES,
    HEALTH,
    CREDIT,
    MAILING,
    LIMITS,
)
"""Every feature of the service, in the order in which their Flask blueprints are registered."""

DEMO: Sequence[Feature] = (*ALL, MAILBOX)
"""All features of the service and the demo's mailbox, which shows the mails that the demo does not send."""
