"""Looks up members by their present and former slugs."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from capture.models import Member, Slug
from sitegen.errors import EspalierError, Fault, did_you_mean


def member_of(session: Session, slug: str) -> str:
    """Returns the id of the member who has or had a slug (the member's name in addresses). Raises EspalierError if no
    member ever had it."""
    found = session.get(Slug, slug)
    if found is None:
        near = session.scalars(select(Member.slug).where(Member.slug.startswith(slug[:2])).limit(1_000))
        raise EspalierError(Fault(f'no member has the slug "{slug}"', hint=did_you_mean(slug, list(near))))
    return found.member_id
