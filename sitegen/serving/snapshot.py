"""The site as its files were at one moment: finds out whose site an address is on, and which file is there."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self
from urllib.parse import urlsplit

from sitegen.campaigns.placements import Placements
from sitegen.model import Campaign
from sitegen.render.renderer import Renderer
from sitegen.render.resolver import CompanyFile, MemberFile, Moved, Resolver, SharedFile
from sitegen.roster.lookup import FoundMember, Lookup, Unavailable
from sitegen.serving.http import host_of
from sitegen.site.site import Site


@dataclass(frozen=True, slots=True)
class OnMemberSite:
    """A file of an active member's site, and the member."""

    member: FoundMember
    file: MemberFile


@dataclass(frozen=True, slots=True)
class NothingHere:
    """There is no file at an address: no such page, or (``gone``) the site of a member who is no longer active.

    ``locale``: the language of the member's site; None: the company's language.
    """

    locale: str | None = None
    gone: bool = False


Here = CompanyFile | OnMemberSite | Moved | NothingHere
"""What can be at an address. A ``Moved`` has the new address to send: absolute, or beginning with the site's root."""


@dataclass(frozen=True)
class Snapshot:
    """The site as its files were at one moment: pages, theme and assets, roster and campaigns.

    Several threads may use it at once, also after a fork. All methods that look up an address raise Unavailable if the
    roster or the campaigns cannot be read at the moment.
    """

    resolver: Resolver
    lookup: Lookup
    placements: Placements

    @property
    def site(self) -> Site:
        """The site's settings, pages, theme and assets."""
        return self.renderer.site

    @property
    def renderer(self) -> Renderer:
        """The renderer of this snapshot's pages."""
        return self.resolver.renderer

    def with_placements(self, placements: Placements) -> Self:
        """Returns a copy of this snapshot that shows other campaigns."""
        return replace(self, placements=placements)

    @cached_property
    def slug_of_host(self) -> Callable[[str], str | None]:
        """A function that reads Host fields in the subdomain layout.

        It returns the member's slug, "" for the company's own host, and None for other hosts.
        """
        return host_of(urlsplit(self.site.addresses.url).netloc)

    def below_root(self, root: str, path: str) -> Here:
        """Finds the file at a path in the path layout, where members' sites are folders of the company's.

        ``path`` is relative to the root of the company's site; ``root`` is put in front of a moved file's new address.
        """
        here = self.resolver.on_company_site(path, self._campaign)
        if here is not None:
            return _with_root(root, here)
        slug, slash, rest = path.partition("/")
        member = self.lookup.by_slug(slug)
        if member is None:
            return self._once(slug, lambda present: f"{root}{present}/{rest}")
        if not slash and member.is_active:
            return Moved(f"{root}{slug}/")
        return self._of_member(member, rest, f"{root}{slug}/")

    def on_company_host(self, path: str) -> Here:
        """Finds the file at a path of the company's host in the subdomain layout."""
        here = self.resolver.on_company_site(path, self._campaign)
        if here is not None:
            return _with_root("/", here)
        slug, _, rest = path.partition("/")
        member = self.lookup.by_slug(slug)
        if member is None:
            return self._once(slug, lambda present: self.site.addresses.member_home(present) + rest)
        if not member.is_active:
            return NothingHere(member.locale, gone=True)
        return Moved(self.site.addresses.member_home(slug) + rest)

    def on_member_host(self, slug: str, path: str) -> Here:
        """Finds the file at a path of a member's host in the subdomain layout."""
        shared: SharedFile | None = self.resolver.on_every_host(path)
        if shared is not None:
            return shared
        member = self.lookup.by_slug(slug)
        if member is None:
            return self._once(slug, lambda present: self.site.addresses.member_home(present) + path)
        return self._of_member(member, path, "/")

    def _once(self, slug: str, present: Callable[[str], str]) -> Moved | NothingHere:
        """What is at an address where no member is: it may have been a member's."""
        former = self.lookup.former(slug)
        if former is None:
            return NothingHere()
        return NothingHere(gone=True) if former.present is None else Moved(present(former.present))

    def _of_member(self, member: FoundMember, path: str, root: str) -> OnMemberSite | Moved | NothingHere:
        locale = member.locale
        if not member.is_active:
            return NothingHere(locale, gone=True)
        if locale not in self.site.settings.locales:  # a database's roster may be ahead of this site's settings
            raise Unavailable(f"a member's language is not one of the site's: {locale}")
        here = self.resolver.on_member_site(locale, member.id, path, self._campaign)
        if here is None:
            return NothingHere(locale)
        return Moved(root + here.location) if isinstance(here, Moved) else OnMemberSite(member, here)

    def _campaign(self, code: str) -> Campaign | None:
        try:
            return self.placements.one(code)
        except sqlite3.Error as error:
            raise Unavailable(f"the index of the campaigns cannot be read: {error}") from error


def _with_root(root: str, here: CompanyFile | Moved) -> CompanyFile | Moved:
    return Moved(root + here.location) if isinstance(here, Moved) else here
