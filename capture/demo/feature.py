"""The demo's mailbox, as the service takes it up."""

from __future__ import annotations

from capture.base.feature import Feature
from capture.demo import mailbox

MAILBOX = Feature("demo", blueprints=(mailbox.blueprint,))
