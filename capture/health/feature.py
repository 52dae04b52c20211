"""Declares the feature of health to the service: the pages for health and metrics, and the OpenAPI description."""

from __future__ import annotations

from capture.base.feature import Feature
from capture.health import openapi, pages
from capture.health.readiness import StoringProbe

HEALTH = Feature("health", blueprints=(pages.blueprint, openapi.blueprint), parts={StoringProbe: StoringProbe})
