"""The names and values that templates see: the contract between the generator and every theme.

A template gets these names from Espalier, and no others:

=================  ==========================================================================
``site``           SiteView: the company, the current language, all languages
``page``           PageView: the page being rendered
``pages``          Pages: all pages in the current language, by key and in order
``member``         MemberView, or None on the company's own pages
``sponsor``        SponsorView: the nearest active person above the member, or None
``base``           str: the root of this site as an address, ending in "/": ``/ana/``
``home``           str: the same as an absolute address: ``https://example.com/ana/``
``build``          BuildView: which build and which version of the program made this page
``theme``          ThemeView: the theme's name and its settings
``signup``         SignupView: the values that the sign-up form needs besides the member
``capture``        CaptureView: other addresses of the capture service
``campaign``       CampaignView on a campaign's landing page, None elsewhere
``link_query``     str: ends links to this site's pages; ``?c=radio7`` on a landing page, else empty
``t``              the theme's own words in the current language, by key
``asset(path)``    the fingerprinted address of a static file of the theme or of the company
``member_token(member)``        the signed value that credits a sign-up to the member (or the company)
``consent_wording(site, member)``   the exact sentence a prospect agrees to
``person_json_ld(site, member, home)``   schema.org data about the member, as JSON for a script element
=================  ==========================================================================

A link to another page is ``{{ base }}{{ pages.products.path }}{{ link_query }}``. ``member``, ``sponsor``,
``base`` and ``home`` depend on the member, and on a landing page ``campaign``, ``link_query``, ``page`` and
``signup`` on its campaign; everything else is the same for all members (of one home language), which
makes stamping possible. If a template uses a name that is not listed here, or a field that is not listed below,
the build fails with file and line; the page never shows a blank instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from sitegen.model import Company, Link, Locale, LocaleTexts


@dataclass(frozen=True, slots=True)
class SiteView:
    """What a template knows about the company and its site, as ``site``, in the current language."""

    company: Company
    """The company that stands behind the site: name, legal_name, address (lines), email, phone, founded, currency."""
    url: str
    """The company's own address without a slash at its end."""
    base: str
    """The root of the company's own site as seen from this page: "/", or absolute from a member's host."""
    layout: str
    """Where members' sites are: "path" (``example.com/ana/``) or "subdomain" (``ana.example.com``)."""
    locale: Locale
    """The current language: code, name (its own name for itself), direction (ltr or rtl)."""
    locales: tuple[Locale, ...]
    """All languages of this site."""
    texts: LocaleTexts
    """The company's texts in the current language: status, consent, consent_company and notices."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that belongs to a page."""

    src: str
    """The picture's fingerprinted address."""
    alt: str
    """What the picture shows, for people who cannot see it; may be empty for a picture that only decorates."""
    width: int
    """The width in CSS pixels, so that the page does not jump while it loads."""
    height: int
    """The height in CSS pixels."""


@dataclass(frozen=True, slots=True)
class Price:
    """The price of a product."""

    amount: int
    """The price in minor units of the currency: 1250 is 12.50."""
    currency: str
    """The currency's code of three letters (ISO 4217)."""
    text: str
    """The price as people write it in the current language: "12,50 €"."""


@dataclass(frozen=True, slots=True)
class Translation:
    """A page in one of the site's languages, for links between the languages."""

    locale: Locale
    path: str
    """The page's path in that language, relative to ``base``."""
    canonical: str
    """The company's page in that language, as an absolute address."""


@dataclass(frozen=True, slots=True)
class PageView:
    """A page as templates see it: the content of its front matter, and its address."""

    key: str
    """The file name of the page without the ending; the same in every language."""
    path: str
    """The page's path relative to ``base``, ending in "/"; empty for the home page."""
    title: str
    description: str
    """The description for search engines and previews."""
    template: str
    """The name of the template that renders the page, without ".html"."""
    nav: str | None
    """The page's label in the navigation; None if the page is not in the navigation."""
    kicker: str | None
    """A short line over the title."""
    summary: str | None
    """One or two sentences for cards and lists."""
    picture: Picture | None
    price: Price | None
    """The price, if the page is about a product that has one."""
    facts: tuple[tuple[str, str], ...]
    """Label and value pairs of a product: weight, contents, origin."""
    body: str
    """The name of the template that holds the page's Markdown, rendered: ``{% include page.body %}``."""
    canonical: str
    """The company's page in this language, as an absolute address."""
    translations: tuple[Translation, ...]
    """This page in every language of the site, the current one included; one entry where there is no other."""


class Pages:
    """All pages in the current language: ``pages.products`` or ``pages["products/first-frost"]`` by key;
    iterating gives the pages in their order. Not a Mapping, whose methods would hide pages of the same name."""

    def __init__(self, pages: tuple[PageView, ...]) -> None:
        self._ordered = pages
        self._by_key = {page.key: page for page in pages}

    def __getitem__(self, key: str) -> PageView:
        return self._by_key[key]

    def __iter__(self) -> Iterator[PageView]:
        return iter(self._ordered)

    def __len__(self) -> int:
        return len(self._ordered)

    def __repr__(self) -> str:
        return f"Pages({self._ordered!r})"


@dataclass(frozen=True, slots=True)
class PhotoSource:
    """A photo in one encoding, in all its sizes."""

    type: str
    """``image/avif`` or ``image/webp``."""
    srcset: str
    """The addresses of all sizes with their widths, as the HTML attribute ``srcset`` wants them."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A member's photo, square, in several sizes and encodings."""

    src: str
    """The address of the JPEG picture, for browsers that can show none of ``sources``."""
    sources: tuple[PhotoSource, ...]
    """The photo in better encodings, the best first."""
    width: int
    """The width of ``src`` in pixels; the height is the same."""


@dataclass(frozen=True, slots=True)
class MemberView:
    """What a template knows about the member whose site this is; the same on all pages of the site."""

    id: str
    slug: str
    name: str
    first_name: str
    email: str | None
    """None for a member without an address: their site has no link to write to them."""
    locale: str
    """The code of the member's own language."""
    phone: str | None
    """The phone number in E.164, for ``tel:`` links."""
    phone_text: str | None
    """The phone number as people read it, in international form."""
    photo: Photo | None
    monogram: str
    """One or two letters (or one character of a script without case) to draw where there is no photo."""
    tone: int
    """A number from 0 to 5, always the same for a member, by which a theme can vary the monogram's colour."""
    place: str | None
    tagline: str | None
    """One line that the member wrote about themselves."""
    story: Markup | None
    """The member's story as HTML, made from Markdown, with no other markup than that of plain text."""
    links: tuple[Link, ...]
    joined: int | None
    """The year in which the member joined."""
    self_canonical: bool
    """True if search engines should take the member's own pages, not the company's, for the originals."""


@dataclass(frozen=True, slots=True)
class SponsorView:
    """What a template knows about the sponsor: the nearest active person above the member."""

    name: str
    first_name: str
    url: str
    """The root of the sponsor's own site, for a link."""
    photo: Photo | None
    monogram: str
    tone: int
    place: str | None


@dataclass(frozen=True, slots=True)
class BuildView:
    """Which build of which version of the program made this page."""

    id: str
    """Twelve hexadecimal digits that name the text, templates, settings and program version this page was
    made from, apart from members. The same inputs give the same id."""
    version: str
    """The version of the program."""


@dataclass(frozen=True, slots=True)
class ThemeView:
    """The site's theme, with the values that the site chose for its settings."""

    name: str
    settings: Mapping[str, object]
    """The values of the settings by name, as ``theme.toml`` declares them: ``theme.settings.accent``."""


@dataclass(frozen=True, slots=True)
class SignupView:
    """The values that the sign-up form needs besides the member. The form posts ``token`` (from ``member_token``),
    ``page`` (the page token), ``email``, ``first_name``, ``interest`` (products, opportunity, both),
    ``consent`` (the box, value "yes"), the empty trap field ``website`` and, where ``asks_introducer``, the
    optional ``introducer``."""

    action: str
    """The address to which the form is sent."""
    page_token: str
    """The signed value that says which page and which wording of the consent the visitor saw."""
    asks_introducer: bool
    """Whether the form asks who introduced the prospect."""


@dataclass(frozen=True, slots=True)
class CaptureView:
    """Addresses of the capture service that receives sign-ups, other than that of the sign-up form."""

    codes: str
    """The address for a campaign's code that a visitor typed, sent by GET in the field ``code``."""
    pixel: str | None
    """The address of the picture of one pixel that counts visits; a template adds ``?m=`` with the member's token and
    ``&p=`` with the page token. None if the company does not count visits."""
    same_origin: bool
    """Whether this page has the service's scheme, host and port. If not, browsers tell the service the page's whole
    address, which names what brought the visitor, only by ``<meta name="referrer">``."""


@dataclass(frozen=True, slots=True)
class CampaignView:
    """What a template knows about the campaign whose landing page this is. Name, dates and costs are not public."""

    code: str
    """The campaign's code as people type it: ``radio7``."""
    channel: str
    """The channel that brings visitors: web, social, email, radio, newspaper, flyer, event, list or referral."""
