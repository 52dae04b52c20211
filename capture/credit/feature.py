"""Declares the feature "credit" (which member is credited with a lead): personal data, history and mail."""

from __future__ import annotations

from capture.base.feature import Feature
from capture.credit import history, mails
from capture.credit.personal import PERSONAL

CREDIT = Feature("credit", personal=PERSONAL, events=history.events, mails=mails.KINDS)
