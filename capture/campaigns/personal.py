"""Exports which campaign brought a lead, as part of the person's data."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from capture.base.personal import Personal, stays
from capture.models import Lead


def _held(session: Session, lead: Lead) -> dict[str, Any]:
    """Returns the code and channel of the campaign that brought the lead, for the person's export.

    The campaign's internal name and spend are left out: they are not data about the person.
    """
    campaign = lead.campaign
    return {"brought_by": {"campaign": campaign.code, "channel": campaign.channel} if campaign else None}


PERSONAL = (Personal((Lead,), held=_held, forget=stays),)
