"""Leads as commands list them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from capture.company.members import member_of
from capture.models import Lead, Touch


def stream_leads(session: Session, member_slug: str | None = None) -> Iterator[Lead]:
    """Leads in the order they came, with member, touches and consents; a stream, not a list.

    ``member_slug``: only those of the member who has, or had, that address. Raises EspalierError for a slug that
    nobody ever had.
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
