"""Declares the feature "suppression" to the service: the office page about addresses that must not be mailed."""

from __future__ import annotations

from capture.base.feature import Feature, NavigationItem
from capture.suppression import pages

SUPPRESSION = Feature(
    "suppression",
    blueprints=(pages.blueprint,),
    navigation=(NavigationItem("suppression", "suppression", "office_suppression", 70, staff_only=True),),
)
