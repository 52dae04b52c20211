"""Declares the feature "leads": its pages, navigation, personal data and history."""

from __future__ import annotations

from capture.base.feature import Feature, NavigationItem
from capture.leads import history, pages
from capture.leads.personal import PERSONAL

LEADS = Feature(
    "leads",
    blueprints=(pages.blueprint,),
    navigation=(NavigationItem("today", "", "office_today", 10), NavigationItem("leads", "leads", "office_leads", 20)),
    personal=PERSONAL,
    events=history.events,
)
