"""Members by the addresses they have, or had."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from capture.models import Member, Slug
from sitegen.errors import EspalierError, Fault, did_you_mean


def member_of(session: Session, slug: str) -> str:
    """The member who has, or had, that address. Raises EspalierError for a slug that nobody ever had."""
    found = session.get(Slug, slug)
    if found is None:
        near = session.scalars(select(Member.slug).where(Member.slug.startswith(slug[:2])).limit(1_000))
        raise EspalierError(Fault(f'nobody has the slug "{slug}"', hint=did_you_mean(slug, list(near))))
    return found.member_id
