"""The wording that a prospect agrees to, and the hash that proves which wording it was.

The prospect must see who will keep the data: the member by name and the company by name (the EU's GDPR,
article 13, asks for the identity of the controller). So the wording is a text with two placeholders, filled
here and nowhere else, by the generator for the page and by the capture service for its proof of consent.
"""

from __future__ import annotations

import hashlib

from sitegen.model import Company, LocaleTexts


def template(texts: LocaleTexts, *, has_member: bool) -> str:
    """Returns the consent wording with its placeholders, of members' pages or of the company's own."""
    return texts.consent if has_member else texts.consent_company


def wording(texts: LocaleTexts, company: Company, member_name: str | None) -> str:
    """Returns the exact sentence that a prospect sees beside the box to tick.

    ``member_name`` None: the sentence on the company's own pages.
    """
    text = template(texts, has_member=member_name is not None)
    return text.replace("{company}", company.name).replace("{member}", member_name or "")


def digest(text: str) -> str:
    """Returns the SHA-256 of a consent wording in hexadecimal, which is kept as proof of consent."""
    return hashlib.sha256(text.encode()).hexdigest()


def short_digest(text: str) -> str:
    """Returns the first 16 digits of a consent wording's digest, enough to tell a company's wordings apart."""
    return digest(text)[:16]
