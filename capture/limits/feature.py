"""Limits, as the service takes them up."""

from __future__ import annotations

from capture.base.feature import Feature
from capture.limits.purging import purge

LIMITS = Feature("limits", purge=purge)
