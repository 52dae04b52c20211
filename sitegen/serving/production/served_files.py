"""Makes what the web server sends for one version of the site: bytes, entity tags, and times of the last change."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from time import thread_time

import jinja2

from sitegen.campaigns.placements import Placements
from sitegen.check import rendering
from sitegen.model import Campaign, Channel
from sitegen.render import fingerprints, hosts, member_files
from sitegen.render.compression import compressed
from sitegen.render.context import Photo, PhotoSource
from sitegen.render.fingerprints import Fingerprints
from sitegen.render.hosts import Host, Landing
from sitegen.render.resolver import AssetFile, CompanyFile, MemberFile, PageFile, RenditionFile
from sitegen.render.templates import SiteLoader
from sitegen.roster.lookup import FoundMember
from sitegen.serving.media_types import content_type, is_compressible
from sitegen.serving.production import messages
from sitegen.serving.production.change_times import ChangeTimes
from sitegen.serving.production.pictures import Pictures
from sitegen.serving.production.sitemaps import Sitemaps
from sitegen.serving.snapshot import Snapshot
from sitegen.site.site import Site
from sitegen.token import TokenSigner

HTML = "text/html; charset=utf-8"
_COMPANY = ""
_CARDS = "cards"
_WARMING = 3.0  # seconds of this thread's own processor time
_STAND_IN = Photo("data:,", (PhotoSource("image/avif", "data:,"), PhotoSource("image/webp", "data:,")), 1)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file kept ready to be sent, the same for every visitor.

    ``packed``: the bytes compressed, None if that does not make them smaller; ``tag``: the entity tag without quotes,
    None for 404 and 410 pages; ``since``: the last change, in seconds since 1970.
    """

    content: bytes
    packed: bytes | None
    type: str
    tag: str | None
    since: int
    lasting: bool = False
    """Whether the address has a digest of the bytes, so that a browser may keep the file for ever."""
    status: int = 200


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of a member's file before it is made.

    ``key``: a digest of what the file is made from, the member aside; ``since``: when that last changed, in seconds
    since 1970; ``type``: its Content-Type.
    """

    key: str
    since: int
    type: str


class ServedFiles:
    """All files that the web server sends for one version of the site.

    The company's pages and the assets are kept as bytes; members' files are made on request. Several threads may use it
    at once, also after a fork.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        signer: TokenSigner,
        folder: Path,
        times: ChangeTimes,
        *,
        members_since: int,
        campaigns_since: int,
    ) -> None:
        """``folder``: for files that are made on request. ``members_since``: when roster or photos last changed, and
        ``campaigns_since``: when the campaigns did, in seconds since 1970.

        Raises EspalierError with the faults of the site's pages.
        """
        self.snapshot = snapshot
        self.members_since = members_since
        self._campaigns_since = campaigns_since
        self._renderer = snapshot.renderer
        site = self._site = snapshot.site
        self._pictures = Pictures(site, folder)
        _keep_templates(site, self._renderer.environment)
        rendering.check(site, self._renderer, snapshot.lookup)
        self._warm_up()
        self._messages = {
            key: _stored(content, HTML, None, 0, status=int(key[0]))
            for key, content in messages.pages(site, signer).items()
        }
        self._fingerprints = Fingerprints(self._renderer)
        self._keys = dict(self._named_keys())
        made_from = [site.folder / "pages", site.folder / "site.toml", *site.theme.folders]
        self._times = times.since(self._keys, made_from)
        self._stored = dict(self._company_pages())
        self._stored_assets = {path: self._asset(each) for path, each in snapshot.resolver.assets.items()}
        self._sitemaps = Sitemaps(snapshot, self._fingerprints, folder, max(self._times.values()))

    def with_placements(self, placements: Placements, since: int) -> ServedFiles:
        """Returns a copy with other campaigns, which last changed at ``since`` (seconds since 1970)."""
        other = copy(self)
        other.snapshot = self.snapshot.with_placements(placements)
        other._campaigns_since = since
        return other

    def of_company(self, file: CompanyFile) -> StoredFile | None:
        """Returns what to send for a file of the company's site; None if there is no such picture or sitemap."""
        if isinstance(file, PageFile):
            return self._stored[file.planned.view.path] if file.campaign is None else self._company_landing(file)
        if isinstance(file, AssetFile):
            return self._stored_assets[file.path]
        return self._rendition(file.name) if isinstance(file, RenditionFile) else self._sitemap(file.name)

    def message(self, key: str, locale: str | None = None) -> StoredFile:
        """Returns the 404 or 410 page (``key``) in a language, else in the company's own language."""
        own = self._site.settings.default_locale
        return self._messages.get((key, locale or own)) or self._messages[key, own]

    def facts(self, file: MemberFile, locale: str) -> FileFacts:
        """Returns what is known of a member's file before it is made. ``locale``: the member's language."""
        if not isinstance(file, PageFile):
            name = f"{locale}/{_CARDS}"
            return FileFacts(self._keys[name] + file.path, self._times[name], content_type(file.path))
        name = f"{locale}/{file.planned.file}"
        key, since = self._keys[name], self._times[name]
        if file.campaign is not None:
            key = f"{key} {file.campaign.code} {file.campaign.channel.value}"
            since = max(since, self._campaigns_since)
        return FileFacts(key, since, HTML)

    def tag(self, file: MemberFile, facts: FileFacts, found: FoundMember) -> str:
        """Returns the entity tag of a member's file without making the file: a digest of what it is made from."""
        names = (found.photo, found.sponsors_photo) if isinstance(file, PageFile) else ()
        photos = [self._pictures.view(name) if name else None for name in names]
        of_member = fingerprints.of_member(found.member_row, found.sponsor_row, *photos)
        return hashlib.sha256(facts.key.encode() + of_member).hexdigest()[:24]

    def content(self, file: MemberFile, found: FoundMember) -> bytes:
        """Makes a member's file and returns its bytes. Raises EspalierError if the page does not render."""
        member = found.member
        if isinstance(file, PageFile):
            return self._stamped(file, hosts.of_member(self._site, member, found.sponsor, self._pictures.view))
        return member_files.content(self._site, member, file.path)

    def _named_keys(self) -> Iterator[tuple[str, str]]:
        """Yields a name for each page and a digest of what the page is made from.

        The name is the language of the member's site ("" for the company's own) and the page's file.
        """
        site = self._site
        variants = {_COMPANY: site.company_variant}
        variants |= {code: site.member_variant(code) for code in site.settings.locales}
        for code, variant in variants.items():
            landing = self._renderer.landing_page(variant)
            for page in (*self._renderer.plan(variant), *([landing] if landing else [])):
                yield f"{code}/{page.file}", self._fingerprints.page(page)
        for code in site.settings.locales:
            yield f"{code}/{_CARDS}", self._fingerprints.member_files(code)

    def _stamped(self, file: PageFile, host: Host) -> bytes:
        whose: Host | Landing = host
        if file.campaign is not None:
            whose = self._renderer.landing(file.planned, host, file.campaign)
        return self._renderer.stamp(file.planned, self._renderer.sheet(whose))

    def _company_landing(self, file: PageFile) -> StoredFile:
        facts = self.facts(file, _COMPANY)
        content = self._stamped(file, hosts.of_company(self._site))
        return _stored(content, HTML, _digest(facts.key.encode()), facts.since)

    def _warm_up(self) -> None:
        """Stamps the pages of many members for a few seconds, before the processes fork.

        So the processes share what stamping learns about the pages, and visitors do not wait for it.
        """
        ends = thread_time() + _WARMING
        for member, sponsor in self.snapshot.lookup.active_with_sponsors():
            host = hosts.of_member(self._site, member, sponsor, lambda name: _STAND_IN)
            sheet = self._renderer.sheet(host)
            variant = self._site.member_variant(member.locale)
            for planned in self._renderer.plan(variant):
                self._renderer.stamp(planned, sheet)
            page = self._renderer.landing_page(variant)
            if page is not None and len(self.snapshot.placements):
                landing = self._renderer.landing(page, host, Campaign("any", member.id, Channel.WEB))
                self._renderer.stamp(page, self._renderer.sheet(landing))
            if thread_time() > ends:
                break

    def _company_pages(self) -> Iterator[tuple[str, StoredFile]]:
        host = hosts.of_company(self._site)
        for page in self._renderer.plan(self._site.company_variant):
            name = f"{_COMPANY}/{page.file}"
            content = self._renderer.render(page, host)
            yield page.view.path, _stored(content, HTML, self._keys[name], self._times[name])

    def _asset(self, file: AssetFile) -> StoredFile:
        content, oldest = file.asset.content, min(self._times.values())
        return _stored(content, content_type(file.path), _digest(content), oldest, lasting=True)

    def _rendition(self, name: str) -> StoredFile | None:
        made = self._pictures.rendition(name)
        if made is None:
            return None
        return StoredFile(made[0], None, content_type(name), _digest(name.encode()), made[1], lasting=True)

    def _sitemap(self, name: str) -> StoredFile | None:
        made = self._sitemaps.file(name)
        return None if made is None else _stored(made.content, content_type(name), made.tag, made.since)


def _keep_templates(site: Site, environment: jinja2.Environment) -> None:
    """Reads every template now and keeps it, so that a template saved later is used only with the next snapshot."""
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


def _stored(
    content: bytes, kind: str, tag: str | None, since: int, *, lasting: bool = False, status: int = 200
) -> StoredFile:
    packed = compressed(content) if is_compressible(kind) else None
    return StoredFile(content, packed, kind, tag, since, lasting, status)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:24]
