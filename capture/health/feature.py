"""Health and metrics, as the service takes them up."""

from __future__ import annotations

from capture.base.feature import Feature
from capture.health import openapi, pages

HEALTH = Feature("health", blueprints=(pages.blueprint, openapi.blueprint))
