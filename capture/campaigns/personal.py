"""What a campaign tells of a prospect: that it brought them."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from capture.base.personal import Personal, stays
from capture.models import Lead


def _held(session: Session, lead: Lead) -> dict[str, Any]:
    """Returns code and channel; a campaign's internal name and what it cost tell nothing of a person."""
    campaign = lead.campaign
    return {"brought_by": {"campaign": campaign.code, "channel": campaign.channel} if campaign else None}


PERSONAL = (Personal((Lead,), held=_held, forget=stays),)
