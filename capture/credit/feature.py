"""The evidence of who is credited with a lead, as the service takes it up."""

from __future__ import annotations

from capture.base.feature import Feature
from capture.credit import history, mails
from capture.credit.personal import PERSONAL

CREDIT = Feature("credit", personal=PERSONAL, events=history.events, mails=mails.KINDS)
