"""Reports of bounces, as the service takes them up."""

from __future__ import annotations

from capture.base.feature import Feature
from capture.bounces import pages, service_pages

BOUNCES = Feature(
    "bounces",
    blueprints=(pages.blueprint, service_pages.blueprint),
)
