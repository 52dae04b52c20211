"""Declares the feature "demo": the mailbox and the one-click sign-in."""

from __future__ import annotations

from capture.base.feature import Feature
from capture.demo import mailbox, sign_in

MAILBOX = Feature("demo", blueprints=(mailbox.blueprint, sign_in.blueprint))
