"""Finds the member whom a prospect names as introducer. Only text that can mean no other member is accepted."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from capture.models import Company, Member, Slug

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_SCHEME = re.compile(r"https?://")


def find_introducer(session: Session, company: Company, typed: str) -> Member | None:
    """Returns the member whose slug, or whose page's address on the company's sites, was typed; None for other text.

    A name is not accepted, since two members may have the same. A former slug still finds its member, because no slug
    is ever given to another person.
    """
    slug = _slug(company, typed.strip().lower())
    found = session.get(Slug, slug) if slug else None
    return session.get(Member, found.member_id) if found else None


def _slug(company: Company, text: str) -> str | None:
    """Returns the slug that a text contains: the whole text, or a part of a member's address; None for other text."""
    if not _SLUG.fullmatch(text):
        text = _member_part(company, text) or ""
    return text if _SLUG.fullmatch(text) else None


def _member_part(company: Company, text: str) -> str | None:
    home = urlsplit(company.home.lower())
    address = _SCHEME.sub("", text, count=1)
    if company.layout == "subdomain":
        host = address.partition("/")[0]
        slug, dot, domain = host.partition(".")
        return slug if dot and domain == home.netloc else None
    root = f"{home.netloc}{home.path}"
    return address.removeprefix(root).partition("/")[0] if address.startswith(root) else None
