"""Declares the feature "demo" to the service: the mailbox page and the sign-in to the office by one click."""

from __future__ import annotations

from capture.base.feature import Feature
from capture.demo import mailbox, sign_in

MAILBOX = Feature("demo", blueprints=(mailbox.blueprint, sign_in.blueprint))
