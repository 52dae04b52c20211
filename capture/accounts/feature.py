"""Declares the feature of accounts to the service: its pages, its mail, and how it removes expired sign-ins."""

from __future__ import annotations

from capture.accounts import mails, pages
from capture.accounts.purging import purge
from capture.base.feature import Feature

ACCOUNTS = Feature(
    "accounts",
    blueprints=(pages.blueprint,),
    purge=purge,
    mails=mails.KINDS,
)
