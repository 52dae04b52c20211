"""Declares the feature "consent": the pages for confirming, "My data" and unsubscribing, and the mails to prospects."""

from __future__ import annotations

from capture.base.feature import Feature
from capture.consent import confirm_pages, mails, my_data_pages, unsubscribe_pages

CONSENT = Feature(
    "consent",
    blueprints=(confirm_pages.blueprint, unsubscribe_pages.blueprint, my_data_pages.blueprint),
    mails=mails.KINDS,
)
