"""Declares the feature of bounces to the service: the address to which mail services report mails that came back."""

from __future__ import annotations

from capture.base.feature import Feature
from capture.bounces import pages, service_pages

BOUNCES = Feature(
    "bounces",
    blueprints=(pages.blueprint, service_pages.blueprint),
)
