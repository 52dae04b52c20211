"""Declares the room of credit to the service: its personal data, its part of a lead's history, and its mail."""

from __future__ import annotations

from capture.base.feature import Feature
from capture.credit import history, mails
from capture.credit.personal import PERSONAL

CREDIT = Feature("credit", personal=PERSONAL, events=history.events, mails=mails.KINDS)
