"""The site as its files were at one moment: what stands at an address, and since when."""

from __future__ import annotations

import hashlib
import mimetypes
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from time import thread_time
from typing import cast

import jinja2

import sitegen
from sitegen.campaigns import campaign_file
from sitegen.campaigns.placements import Placements
from sitegen.check import rendering
from sitegen.model import Campaign, Channel
from sitegen.render import cards, hosts, qr
from sitegen.render.cards import QR_CODE, VCARD
from sitegen.render.compression import compressed
from sitegen.render.context import Photo, PhotoSource
from sitegen.render.hosts import Host, Landing
from sitegen.render.renderer import PlannedPage, Renderer
from sitegen.render.templates import SiteLoader
from sitegen.roster import Roster
from sitegen.roster.lookup import Found, Lookup, Unavailable
from sitegen.serving.production import messages
from sitegen.serving.production.ledger import Ledger
from sitegen.serving.production.pictures import Pictures
from sitegen.serving.production.sitemaps import Sitemaps
from sitegen.site.addresses import ASSETS, CAMPAIGNS
from sitegen.site.content import NOT_FOUND
from sitegen.site.site import Site
from sitegen.token import TokenSigner

HTML = "text/html; charset=utf-8"
_PACKED = {"svg+xml", "javascript", "json", "xml", "manifest+json", "x-javascript"}
_COMPANY = ""
_WARMING = 3.0  # seconds of this thread's own processor time
_STAND_IN = Photo("data:,", (PhotoSource("image/avif", "data:,"), PhotoSource("image/webp", "data:,")), 1)


@dataclass(frozen=True, slots=True)
class Stored:
    """Bytes that are the same for everybody. ``packed``: compressed, where that makes sense; ``tag``: their entity
    tag without its quotes, none where they are never asked for again."""

    content: bytes
    packed: bytes | None
    type: str
    tag: str | None
    since: int
    lasting: bool = False
    status: int = 200


@dataclass(frozen=True, slots=True)
class Personal:
    """A file of a member's site: a page, or one of the two that are not (``planned`` is None). ``campaign``: whose
    landing page it is."""

    path: str
    planned: PlannedPage | None
    key: str
    since: int
    type: str
    campaign: Campaign | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """The campaigns, and when they last changed, in seconds since 1970."""

    campaigns: Placements
    since: int


@dataclass(frozen=True, slots=True)
class Moved:
    """Stands at another address, from now on."""

    location: str


class Edition:
    """One state of the site's files. Safe to ask from several threads, and after a fork."""

    def __init__(
        self, site: Site, signer: TokenSigner, lookup: Lookup, placed: Placed, folder: Path, ledger: Ledger, since: int
    ) -> None:
        """``folder``: for what is made on request. ``since``: when roster or photos last changed."""
        self.site = site
        self.placed = placed
        self.members_since = since
        self.lookup = lookup
        self._renderer = Renderer(site, signer)
        self._pictures = Pictures(site, folder)
        _keep_templates(site, self._renderer.environment)
        rendering.check(site, self._renderer, cast(Roster, lookup))  # it only asks what a Lookup has
        self._warm_up()
        self._messages = {
            key: _stored(content, HTML, None, 0, status=int(key[0]))
            for key, content in messages.pages(site, signer).items()
        }
        plans = {code: self._renderer.plan(site.member_variant(code)) for code in site.settings.locales}
        plans[_COMPANY] = self._renderer.plan(site.company_variant)
        variants = {
            _COMPANY: site.company_variant,
            **{each: site.member_variant(each) for each in site.settings.locales},
        }
        self._landings = {code: self._renderer.landing_page(variant) for code, variant in variants.items()}
        made = {code: (*plan, landing) if (landing := self._landings[code]) else plan for code, plan in plans.items()}
        keys = {f"{code}/{each.file}": self._key(each) for code, plan in made.items() for each in plan}
        keys |= {f"{code}/{VCARD}": self._card_key(code) for code in site.settings.locales}
        times = ledger.since(keys, [site.folder / "pages", site.folder / "site.toml", *site.theme.folders])
        self._keys, self._times = keys, times
        self._stored = dict(self._company(plans[_COMPANY], keys, times))
        self._members = {code: dict(self._files(code, plans[code], keys, times)) for code in site.settings.locales}
        self._sitemaps = Sitemaps(site, self._renderer, lookup, folder, max(times.values()))

    def stored(self, path: str) -> Stored | Moved | None:
        """What of the company's stands at a path below the root."""
        found = self._stored.get(path)
        if found is not None:
            return found
        if path.startswith(f"{ASSETS}/"):
            return self._rendition(path.removeprefix(f"{ASSETS}/"))
        if path and f"{path}/" in self._stored:
            return Moved(f"{path}/")
        if path.startswith(f"{CAMPAIGNS}/"):
            return self._company_landing(path)
        return self._sitemap(path) if path.endswith((".xml", ".txt")) else None

    def personal(self, found: Found, path: str) -> Personal | Stored | Moved:
        """What stands at a path below the root of a member's site; the message where nothing does."""
        locale = found.row[_LOCALE]
        if found.row[_STATUS] != "active":
            return self.message(messages.GONE, locale)
        files = self._members.get(locale)
        if files is None:  # a database's roster may be ahead of this site's settings
            raise Unavailable(f'the site does not speak "{locale}"')
        here = files.get(path)
        if here is not None:
            return here
        if path and f"{path}/" in files:
            return Moved(f"{path}/")
        landing = self._landing(path, locale, found.row[_ID]) if path.startswith(f"{CAMPAIGNS}/") else None
        return landing or self.message(NOT_FOUND, locale)

    def message(self, key: str, locale: str | None = None) -> Stored:
        """The page for what is not there, in a language or the company's own."""
        own = self.site.settings.default_locale
        return self._messages.get((key, locale or own)) or self._messages[key, own]

    def tag(self, file: Personal, found: Found) -> str:
        """The entity tag of a member's file, from what it is made from."""
        digest = hashlib.sha256(file.key.encode() + found.key)
        if file.planned is not None:
            for each in (_PHOTO, _SPONSORS_PHOTO):
                photo = self._pictures.view(found.row[each]) if found.row[each] else None
                digest.update(photo.src.encode() if photo else b"-")
        return digest.hexdigest()[:24]

    def content(self, file: Personal, found: Found) -> bytes:
        """The bytes of a member's file. Raises what rendering raises."""
        member = found.member
        if file.planned is not None:
            host = hosts.of_member(self.site, member, found.sponsor, self._pictures.view)
            return self._stamped(file, host)
        home = self.site.addresses.member_home(member.slug)
        if file.path == QR_CODE:
            return qr.svg(home, member.name).encode()
        return cards.vcard(member, self.site.company, self.site.texts[member.locale].status, home).encode()

    def with_placed(self, placed: Placed) -> Edition:
        """The same edition with other campaigns."""
        other = copy(self)
        other.placed = placed
        return other

    def _stamped(self, file: Personal, host: Host) -> bytes:
        assert file.planned is not None
        whose: Host | Landing = host
        if file.campaign is not None:
            whose = self._renderer.landing(file.planned, host, file.campaign)
        return self._renderer.stamp(file.planned, self._renderer.sheet(whose))

    def _landing(self, path: str, code: str, member_id: str | None) -> Personal | Moved | None:
        """The landing page at a path of a member's site or (None) the company's; ``code``: of the site's pages."""
        named, page = campaign_file.code_in(path), self._landings.get(code)
        campaign = self._campaign(named[0]) if named and page else None
        if named is None or page is None or campaign is None or campaign.member != member_id:
            return None
        if not named[1]:
            return Moved(f"{path}/")
        name = f"{code}/{page.file}"
        key = f"{self._keys[name]} {campaign.code} {campaign.channel.value}"
        return Personal(path, page, key, max(self._times[name], self.placed.since), HTML, campaign)

    def _campaign(self, code: str) -> Campaign | None:
        try:
            return self.placed.campaigns.one(code)
        except sqlite3.Error as error:
            raise Unavailable(f"the index of the campaigns cannot be read: {error}") from error

    def _company_landing(self, path: str) -> Stored | Moved | None:
        here = self._landing(path, _COMPANY, None)
        if not isinstance(here, Personal):
            return here
        content = self._stamped(here, hosts.of_company(self.site))
        return _stored(content, HTML, _digest(here.key.encode()), here.since)

    def _warm_up(self) -> None:
        """Lets the programs of all pages meet members of many shapes, so that forked processes share what they learn,
        and visitors do not wait for it."""
        ends = thread_time() + _WARMING
        for member, sponsor in self.lookup.active_with_sponsors():
            host = hosts.of_member(self.site, member, sponsor, lambda name: _STAND_IN)
            sheet = self._renderer.sheet(host)
            variant = self.site.member_variant(member.locale)
            for planned in self._renderer.plan(variant):
                self._renderer.stamp(planned, sheet)
            page = self._renderer.landing_page(variant)
            if page is not None and len(self.placed.campaigns):
                landing = self._renderer.landing(page, host, Campaign("any", member.id, Channel.WEB))
                self._renderer.stamp(page, self._renderer.sheet(landing))
            if thread_time() > ends:
                break

    def _key(self, page: PlannedPage) -> str:
        # A page's token holds its build id, and is signed: its key must tell signing keys apart as well.
        words = self.site.settings.site.self_canonical_words
        made_from = (page.build_id, page.shared["signup"], self._renderer.member_token(None))
        return _digest(repr((*made_from, self.site.addresses, words)).encode())

    def _card_key(self, locale: str) -> str:
        site = self.site
        return _digest(repr((sitegen.version(), site.company, site.texts[locale].status, site.addresses)).encode())

    def _company(
        self, plan: tuple[PlannedPage, ...], keys: Mapping[str, str], since: Mapping[str, int]
    ) -> Iterator[tuple[str, Stored]]:
        host = hosts.of_company(self.site)
        for page in plan:
            name = f"/{page.file}"
            yield page.view.path, _stored(self._renderer.render(page, host), HTML, keys[name], since[name])
        oldest = min(since.values())
        for asset in self.site.assets.files.values():
            kind, tag = content_type(asset.published), _digest(asset.content)
            yield f"{ASSETS}/{asset.published}", _stored(asset.content, kind, tag, oldest, lasting=True)

    def _files(
        self, locale: str, plan: tuple[PlannedPage, ...], keys: Mapping[str, str], since: Mapping[str, int]
    ) -> Iterator[tuple[str, Personal]]:
        for page in plan:
            name = f"{locale}/{page.file}"
            yield page.view.path, Personal(page.view.path, page, keys[name], since[name], HTML)
        name = f"{locale}/{VCARD}"
        for path in (VCARD, QR_CODE):
            yield path, Personal(path, None, keys[name] + path, since[name], content_type(path))

    def _rendition(self, path: str) -> Stored | None:
        made = self._pictures.rendition(path)
        if made is None:
            return None
        return Stored(made[0], None, content_type(path), _digest(path.encode()), made[1], lasting=True)

    def _sitemap(self, path: str) -> Stored | None:
        made = self._sitemaps.file(path)
        return None if made is None else _stored(made.content, content_type(path), made.tag, made.since)


_ID, _LOCALE, _STATUS, _PHOTO = (Found.place(each) for each in ("id", "locale", "status", "photo"))
_SPONSORS_PHOTO = Found.place("photo", of_sponsor=True)


def _keep_templates(site: Site, environment: jinja2.Environment) -> None:
    """Reads every template now: what is saved later belongs to the next edition."""
    loader = environment.loader
    assert isinstance(loader, SiteLoader)
    names = [name for name in loader.list_templates() if not name.startswith("content:")]
    owned = [f"{owner}:{name}" for owner, _ in site.theme.chain for name in names]
    found = [name for name in owned if loader.find(name) is not None]
    kept = {name: loader.get_source(environment, name)[:2] for name in (*loader.list_templates(), *found)}

    def get_source(_: jinja2.Environment, template: str) -> tuple[str, str | None, Callable[[], bool]]:
        if template not in kept:
            raise jinja2.TemplateNotFound(template)
        return *kept[template], lambda: True

    loader.get_source = get_source  # type: ignore[method-assign, assignment]


def content_type(path: str) -> str:
    """The media type of a file, with its encoding where it is a text."""
    if path.endswith(".vcf"):
        return "text/vcard; charset=utf-8"
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def is_packed(kind: str) -> bool:
    """Whether files of a media type become smaller by compression."""
    return kind.startswith("text/") or kind.partition("/")[2] in _PACKED


def _stored(
    content: bytes, kind: str, tag: str | None, since: int, *, lasting: bool = False, status: int = 200
) -> Stored:
    packed = compressed(content) if is_packed(kind) else None
    return Stored(content, packed, kind, tag, since, lasting, status)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:24]
