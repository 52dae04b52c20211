"""Leads as commands list them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from capture.models import Lead, Member, Slug, Touch
from sitegen.errors import EspalierError, Fault, did_you_mean


def listing(session: Session, member_slug: str | None = None) -> Iterator[Lead]:
    """Leads in the order they came, with member, touches and consents; a stream, not a list.

    ``member_slug``: only those of the member who has, or had, that address. Raises EspalierError for a slug that
    nobody ever had.
    """
    touches = selectinload(Lead.touches).options(joinedload(Touch.consent), joinedload(Touch.particular))
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


def member_of(session: Session, slug: str) -> str:
    """The member who has, or had, that address. Raises EspalierError for a slug that nobody ever had."""
    found = session.get(Slug, slug)
    if found is None:
        near = session.scalars(select(Member.slug).where(Member.slug.startswith(slug[:2])).limit(1_000))
        raise EspalierError(Fault(f'nobody has the slug "{slug}"', hint=did_you_mean(slug, list(near))))
    return found.member_id
