"""The demo's own pages, as the service takes them up."""

from __future__ import annotations

from capture.base.feature import Feature
from capture.demo import mailbox, sign_in

MAILBOX = Feature("demo", blueprints=(mailbox.blueprint, sign_in.blueprint))
