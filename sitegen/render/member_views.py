"""Makes the values that templates see of members and their sponsors (the types are in context.py)."""

from __future__ import annotations

from functools import lru_cache

import phonenumbers

from sitegen.model import Member
from sitegen.render.cards import monogram, tone
from sitegen.render.context import MemberView, Photo, SponsorView
from sitegen.render.stories import story_html


def member_view(member: Member, photo: Photo | None, self_canonical_words: int | None = None) -> MemberView:
    """Returns what templates see of the member whose site is rendered.

    If the member's story has at least ``self_canonical_words`` words, search engines are told that the member's
    own pages are the originals, not the company's; with None, a story of any length does not count.
    """
    return MemberView(
        id=member.id,
        slug=member.slug,
        name=member.name,
        first_name=member.first_name,
        email=member.email,
        locale=member.locale,
        phone=member.phone,
        phone_text=phone_text(member.phone) if member.phone else None,
        photo=photo,
        monogram=monogram(member.name),
        tone=tone(member.id),
        place=member.place,
        tagline=member.tagline,
        story=story_html(member.story) if member.story else None,
        links=member.links,
        joined=member.joined.year if member.joined else None,
        self_canonical=member.is_self_canonical(self_canonical_words),
    )


def sponsor_view(sponsor: Member, url: str, photo: Photo | None) -> SponsorView:
    """Returns what templates on a member's site see of the sponsor; ``url`` is the root of the sponsor's own site."""
    return SponsorView(
        name=sponsor.name,
        first_name=sponsor.first_name,
        url=url,
        photo=photo,
        monogram=monogram(sponsor.name),
        tone=tone(sponsor.id),
        place=sponsor.place,
    )


@lru_cache(4096)  # one member's pages are often asked for one after another
def phone_text(phone: str) -> str:
    """Returns a phone number in E.164 in the form that people read: ``+34 600 11 12 22``."""
    number = phonenumbers.parse(phone, None)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
