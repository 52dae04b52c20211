"""The personal data of prospects in campaigns: which campaign a lead came from."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from capture.base.personal import Personal, stays
from capture.models import Lead


def _held(session: Session, lead: Lead) -> dict[str, Any]:
    """Returns the campaign's code and channel. Its internal name and its spend are no personal data."""
    campaign = lead.campaign
    return {"brought_by": {"campaign": campaign.code, "channel": campaign.channel} if campaign else None}


PERSONAL = (Personal((Lead,), held=_held, forget=stays),)
