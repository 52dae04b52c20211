"""The outbox, as the service takes it up."""

from __future__ import annotations

from capture.base.feature import Feature
from capture.mailing import history, personal

MAILING = Feature("mailing", personal=personal.PERSONAL, events=history.events, purge=personal.purge)
