"""Declares the feature "campaigns": its pages, navigation and personal data."""

from __future__ import annotations

from capture.base.feature import Feature, NavigationItem
from capture.campaigns import go_pages, pages
from capture.campaigns.personal import PERSONAL

CAMPAIGNS = Feature(
    "campaigns",
    blueprints=(pages.blueprint, go_pages.blueprint),
    navigation=(NavigationItem("campaigns", "campaigns/", "office_campaigns", 30),),
    personal=PERSONAL,
)
