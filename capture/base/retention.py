"""The company's rules for how long the service keeps data that are no longer needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from capture.models import Company


@dataclass(frozen=True, slots=True)
class Policy:
    """How long data are kept. Confirmed leads stay until the person or the company decides otherwise.

    ``unconfirmed``: sign-ups without a confirmation; ``withdrawn``: leads of people who withdrew; ``mails``: mails that
    were sent, dropped or given up; ``budgets``: records by which limits, such as those on sign-ups, are counted.
    """

    unconfirmed: timedelta = timedelta(days=30)
    withdrawn: timedelta = timedelta(days=90)
    mails: timedelta = timedelta(days=90)
    budgets: timedelta = timedelta(days=400)

    @classmethod
    def of(cls, company: Company) -> Self:
        """Returns the company's rules for how long data are kept, which come from ``[retention]`` of site.toml."""
        kept = (company.unconfirmed_days, company.withdrawn_days, company.mails_days)
        return cls(*(timedelta(days=days) for days in kept))
