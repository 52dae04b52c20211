"""Whom a prospect means who says who introduced them. Only what can mean one member and nobody else decides."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from capture.models import Company, Member, Slug

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_SCHEME = re.compile(r"https?://")


def find_introducer(session: Session, company: Company, typed: str) -> Member | None:
    """The member whose slug, or whose page's address on this company's sites, was typed; None for anything else.

    A name is no answer that decides: two members may have it. A slug stays one person's for good, so an old one
    still finds them.
    """
    slug = _slug(company, typed.strip().lower())
    found = session.get(Slug, slug) if slug else None
    return session.get(Member, found.member_id) if found else None


def _slug(company: Company, text: str) -> str | None:
    """The slug in it: all of it, or the member's part of an address below the company's."""
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
