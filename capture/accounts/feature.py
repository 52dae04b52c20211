"""Declares the feature of accounts to the service: its pages, its mail, and how it removes expired sign-ins."""

from __future__ import annotations

from capture.accounts import mails, pages, session_pages
from capture.accounts.purging import purge
from capture.base.feature import Feature, NavigationItem

ACCOUNTS = Feature(
    "accounts",
    blueprints=(pages.blueprint, session_pages.blueprint),
    navigation=(NavigationItem("sessions", "sessions", "office_sessions", 80, staff_only=True),),
    purge=purge,
    mails=mails.KINDS,
)
