"""Whose site a page is on: the part of a template's context that depends on the member, and on a landing page on its
campaign."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sitegen.model import Member
from sitegen.render import member_views
from sitegen.render.context import CampaignView, MemberView, PageView, Photo, SignupView, SponsorView
from sitegen.site.site import Site

PhotoOf = Callable[[str], Photo | None]
"""Gives the view of a photo by the name that the roster has for it."""


@dataclass(frozen=True, slots=True)
class Host:
    """The member of a site, who stands above them, and where the site stands; no member on the company's."""

    member: MemberView | None
    sponsor: SponsorView | None
    base: str
    home: str


@dataclass(frozen=True, slots=True)
class Landing:
    """A campaign's landing page on the site of its host: what of the context is this page's alone."""

    host: Host
    campaign: CampaignView
    page: PageView
    signup: SignupView


def of_company(site: Site) -> Host:
    """The company's own site, which has no member."""
    return Host(None, None, site.addresses.root, site.addresses.home)


def of_member(
    site: Site, member: Member, sponsor: Member | None, photo_of: PhotoOf, sponsors_photo_of: PhotoOf | None = None
) -> Host:
    """A member's site. ``sponsor``: the nearest active member above, whose photo may come by another way."""
    above = None
    if sponsor is not None:
        home = site.addresses.member_home(sponsor.slug)
        photo = (sponsors_photo_of or photo_of)(sponsor.photo) if sponsor.photo else None
        above = member_views.sponsor_view(sponsor, photo=photo, url=home)
    words = site.settings.site.self_canonical_words
    photo = photo_of(member.photo) if member.photo else None
    view = member_views.member_view(member, photo, self_canonical_words=words)
    return Host(view, above, site.addresses.member_base(member.slug), site.addresses.member_home(member.slug))
