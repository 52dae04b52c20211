"""The query behind ``capture leads``."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from capture.company.members import member_of
from capture.models import Lead, Touch


def stream_leads(session: Session, member_slug: str | None = None) -> Iterator[Lead]:
    """Yields leads in the order in which they were stored, with member, touches and consents; erased ones are left out.

    Rows are read in batches, so any number of leads fits in memory. ``member_slug`` limits them to the pages of one
    member, by a present or former slug. Raises EspalierError if no member ever had that slug.
    """
    touches = selectinload(Lead.touches).options(joinedload(Touch.consent), joinedload(Touch.personal_data))
    query = (
        select(Lead)
        .options(joinedload(Lead.member), touches)
        .where(Lead.erased_at.is_(None))
        .order_by(Lead.id)
        .execution_options(yield_per=500)
    )
    if member_slug is not None:
        query = query.where(Lead.member_id == member_of(session, member_slug))
    yield from session.scalars(query)
