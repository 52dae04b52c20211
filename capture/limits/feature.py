"""Declares the feature "limits" to the service: how it removes counts that are no longer needed."""

from __future__ import annotations

from capture.base.feature import Feature
from capture.limits.purging import purge

LIMITS = Feature("limits", purge=purge)
