"""Writes the history of a lead in English sentences, for the command ``capture why``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from capture.base.feature import Feature, history_of
from capture.base.history import Names
from capture.models import Company, Lead
from sitegen.errors import EspalierError, Fault


def tell(session: Session, features: Sequence[Feature], lead_id: int) -> Iterator[str]:
    """Yields a lead's history as lines of English text: one for the lead, then those for each event, oldest first.

    Raises EspalierError if there is no lead with this id, or if no sync has run yet.
    """
    lead = session.get(Lead, lead_id)
    if lead is None or session.get(Company, 1) is None:
        hint = "`capture leads --json` shows the number of each"
        raise EspalierError(Fault(f"there is no lead {lead_id}", hint=hint))
    who = "erased" if lead.erased_at else lead.email
    yield f"Lead {lead.id}: {who}, on the page of {Names(session)(lead.member_id)}"
    for event in history_of(features, session, lead):
        for sentence in event.sentences():
            yield f"{event.at:%Y-%m-%d %H:%M:%S}  {sentence}"
    if lead.confirmed_at is None and not lead.erased_at:
        yield "The address is not confirmed yet, so no member is credited and none was notified."
