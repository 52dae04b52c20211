"""Finds the member whom a prospect names as their introducer. Only text that can mean one member alone is accepted."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from capture.models import Company, Member, Slug

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_SCHEME = re.compile(r"https?://")


def find_introducer(session: Session, company: Company, typed: str) -> Member | None:
    """Returns the member whose slug, or whose page's address on this company's sites, was typed; None for anything
    else.

    A name is not accepted, since two members may share it. A slug is never given to another person, so an old slug
    still finds its member.
    """
    slug = _slug(company, typed.strip().lower())
    found = session.get(Slug, slug) if slug else None
    return session.get(Member, found.member_id) if found else None


def _slug(company: Company, text: str) -> str | None:
    """Returns the slug in a text: the whole text, or the member's part of an address below the company's; else None."""
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
