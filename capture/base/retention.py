"""How long the service keeps what nobody needs any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from capture.models import Company


@dataclass(frozen=True, slots=True)
class Policy:
    """How long things are kept. Confirmed leads stay until their owner or the company says otherwise.

    ``unconfirmed``: sign-ups without a confirmation; ``withdrawn``: leads whose owners left; ``mails``: mails that are
    done; ``budgets``: what was used of the limits.
    """

    unconfirmed: timedelta = timedelta(days=30)
    withdrawn: timedelta = timedelta(days=90)
    mails: timedelta = timedelta(days=90)
    budgets: timedelta = timedelta(days=400)

    @classmethod
    def of(cls, company: Company) -> Self:
        """Returns what the company chose in ``[retention]`` of site.toml."""
        kept = (company.unconfirmed_days, company.withdrawn_days, company.mails_days)
        return cls(*(timedelta(days=days) for days in kept))
