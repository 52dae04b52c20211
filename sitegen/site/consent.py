"""The wording a prospect agrees to, and the hash that proves which wording it was.

The prospect must see who will hold their data: the member by name and the company by name (the EU's GDPR,
article 13, asks for the identity of the controller). So the wording is a text with two placeholders, filled
here and nowhere else, by the generator for the page and by the capture service for its proof of consent.
"""

from __future__ import annotations

import hashlib

from sitegen.model import Company, LocaleTexts


def template(texts: LocaleTexts, *, has_member: bool) -> str:
    """The wording with its placeholders: the member's page and the company's page differ."""
    return texts.consent if has_member else texts.consent_company


def wording(texts: LocaleTexts, company: Company, member_name: str | None) -> str:
    """The exact sentence the prospect sees beside the box they tick; None: on the company's own page."""
    text = template(texts, has_member=member_name is not None)
    return text.replace("{company}", company.name).replace("{member}", member_name or "")


def digest(text: str) -> str:
    """SHA-256 of a wording (filled or not) in hexadecimal: what is kept as proof of consent."""
    return hashlib.sha256(text.encode()).hexdigest()


def short_digest(text: str) -> str:
    """The first 16 hexadecimal digits of ``digest``: enough to tell a company's wordings apart in a token."""
    return digest(text)[:16]
