"""The part of a template's context that depends on the member whose site a page is on. On a campaign's landing page,
it depends on the campaign as well."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sitegen.model import Member
from sitegen.render import member_views
from sitegen.render.context import CampaignView, MemberView, PageView, Photo, SignupView, SponsorView
from sitegen.site.site import Site

PhotoOf = Callable[[str], Photo | None]
"""A function that returns what templates see of a photo, by the photo's name in the roster; None if there is none."""


@dataclass(frozen=True, slots=True)
class Host:
    """The site that a page is on: its member, the member's sponsor, and the site's address.

    On the company's own site ``member`` and ``sponsor`` are None. ``base`` is the site's root as a path such as
    ``/ana/``, ``home`` the same as an absolute address.
    """

    member: MemberView | None
    sponsor: SponsorView | None
    base: str
    home: str


@dataclass(frozen=True, slots=True)
class Landing:
    """The part of a template's context that only one campaign's landing page has, and the site that the page is on."""

    host: Host
    campaign: CampaignView
    link_query: str
    page: PageView
    signup: SignupView


def of_company(site: Site) -> Host:
    """Returns the company's own site as a Host; it has no member."""
    return Host(None, None, site.addresses.root, site.addresses.home)


def of_member(site: Site, member: Member, sponsor: Member | None, photo_of: PhotoOf) -> Host:
    """Returns a member's site as a Host.

    ``sponsor``: the nearest active member above, or None.
    """
    above = None
    if sponsor is not None:
        home = site.addresses.member_home(sponsor.slug)
        photo = photo_of(sponsor.photo) if sponsor.photo else None
        above = member_views.sponsor_view(sponsor, photo=photo, url=home)
    words = site.settings.site.self_canonical_words
    photo = photo_of(member.photo) if member.photo else None
    view = member_views.member_view(member, photo, self_canonical_words=words)
    return Host(view, above, site.addresses.member_base(member.slug), site.addresses.member_home(member.slug))
