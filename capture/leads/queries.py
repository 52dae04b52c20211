"""Reads leads from the database for the command ``capture leads``."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from capture.company.members import member_of
from capture.models import Lead, Touch


def stream_leads(session: Session, member_slug: str | None = None) -> Iterator[Lead]:
    """Yields leads with their member, sign-ups and consents, the oldest first; erased leads are left out.

    Leads are read in batches, so their number is not limited by memory. ``member_slug``: a present or former slug;
    only leads from the pages of this member are read. Raises EspalierError if no member ever had the slug.
    """
    touches = selectinload(Lead.touches).options(joinedload(Touch.consent), joinedload(Touch.personal_data))
    query = (
        select(Lead)
        .options(joinedload(Lead.member), joinedload(Lead.campaign), joinedload(Lead.provenance), touches)
        .where(Lead.erased_at.is_(None))
        .order_by(Lead.id)
        .execution_options(yield_per=500)
    )
    if member_slug is not None:
        query = query.where(Lead.member_id == member_of(session, member_slug))
    yield from session.scalars(query)
