"""Declares the feature "mailing" to the service: its personal data, its part of a lead's history, and how it removes
old mails."""

from __future__ import annotations

from capture.base.feature import Feature
from capture.mailing import history, personal

MAILING = Feature("mailing", personal=personal.PERSONAL, events=history.events, purge=personal.purge)
