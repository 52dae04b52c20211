"""Telling of new leads, as the service takes it up."""

from __future__ import annotations

from capture.base.feature import Feature
from capture.credit import mails

CREDIT = Feature("credit", mails=mails.KINDS)
