"""What templates see: the contract between the generator and every theme.

A template gets these names, and no others of ours:

=================  ==========================================================================
``site``           SiteView: the company, the current language, all languages
``page``           PageView: the page being rendered
``pages``          Pages: all pages in the current language, by key and in order
``member``         MemberView, or None on the company's own pages
``sponsor``        SponsorView: the nearest active person above the member, or None
``base``           str: the root of this site as an address, ending in "/": ``/ana/``
``home``           str: the same as an absolute address: ``https://example.com/ana/``
``build``          BuildView: what made this page
``theme``          ThemeView: the theme's name and its settings
``signup``         SignupView: what the sign-up form needs beside the member
``capture``        CaptureView: other addresses of the capture service
``campaign``       CampaignView on a campaign's landing page, None elsewhere
``t``              the theme's own words in the current language, by key
``asset(path)``    the fingerprinted address of a static file of the theme or of the company
``member_token(member)``        the signed value that credits a sign-up to the member (or the company)
``consent_wording(site, member)``   the exact sentence a prospect agrees to
``person_json_ld(site, member, home)``   schema.org data about the member, as JSON for a script element
=================  ==========================================================================

A link to another page is ``{{ base }}{{ pages.products.path }}``. ``member``, ``sponsor``, ``base`` and
``home`` depend on the member, and on a landing page ``campaign``, ``page`` and ``signup`` on its campaign;
everything else is the same for all members (of one home language), which is
what makes stamping possible. A name that is not here, or a field that is not below, is an error with
file and line, never a blank.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from sitegen.model import Company, Link, Locale, LocaleTexts


@dataclass(frozen=True, slots=True)
class SiteView:
    """The company's site in the current language."""

    company: Company
    """Who stands behind it: name, legal_name, address (lines), email, phone, founded, currency."""
    url: str
    """The company's own address without a slash at its end."""
    base: str
    """The root of the company's own site as seen from this page: "/", or absolute from a member's host."""
    layout: str
    """"path" or "subdomain"."""
    locale: Locale
    """The current language: code, name (its own name for itself), direction (ltr or rtl)."""
    locales: tuple[Locale, ...]
    """All languages of this site."""
    texts: LocaleTexts
    """status, consent, consent_company and notices in the current language."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that belongs to a page."""

    src: str
    """Its fingerprinted address."""
    alt: str
    """What it shows, for those who don't see it; may be empty for a picture that only decorates."""
    width: int
    """In CSS pixels, so that the page does not jump while it loads."""
    height: int
    """In CSS pixels."""


@dataclass(frozen=True, slots=True)
class Price:
    """The price of a product."""

    amount: int
    """In minor units of the currency: 1250 is 12.50."""
    currency: str
    """ISO 4217."""
    text: str
    """As it is written in the current language: "12,50 €"."""


@dataclass(frozen=True, slots=True)
class Translation:
    """The same page in one language."""

    locale: Locale
    path: str
    """Relative to ``base``."""
    canonical: str
    """The company's page in that language, as an absolute address."""


@dataclass(frozen=True, slots=True)
class PageView:
    """A page: what its front matter says, and where it stands."""

    key: str
    """Its file name without the ending; the same in every language."""
    path: str
    """Relative to ``base``, ending in "/"; empty for the home page."""
    title: str
    description: str
    """For search engines and previews."""
    template: str
    """The template that renders it, without ".html"."""
    nav: str | None
    """Its label in the navigation; None: not there."""
    kicker: str | None
    """A short line over the title."""
    summary: str | None
    """One or two sentences for cards and lists."""
    picture: Picture | None
    price: Price | None
    """Of a product."""
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
    iterating gives the pages in their order. Not a Mapping, whose methods would hide pages of their name."""

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
    """Addresses with their widths, as the srcset attribute wants them."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A member's photo, square, in several sizes and encodings."""

    src: str
    """The address for browsers that take none of the sources."""
    sources: tuple[PhotoSource, ...]
    """Its better encodings, the best first."""
    width: int
    """Of ``src``, in pixels; the height is the same."""


@dataclass(frozen=True, slots=True)
class MemberView:
    """The member whose site this is. None of these depends on the page."""

    id: str
    slug: str
    name: str
    first_name: str
    email: str
    locale: str
    """The code of their own language."""
    phone: str | None
    """In E.164, for ``tel:`` links."""
    phone_text: str | None
    """As people read it, in international form."""
    photo: Photo | None
    monogram: str
    """One or two letters (or one character of a script without case) to draw where there is no photo."""
    tone: int
    """0 to 5, the same for a person always: lets a theme vary the monogram's colour."""
    place: str | None
    tagline: str | None
    """One line of their own."""
    story: Markup | None
    """Their story, from Markdown, cleaned of everything but plain text markup."""
    links: tuple[Link, ...]
    joined: int | None
    """The year."""
    self_canonical: bool
    """True when this member's own pages are their canonical address."""


@dataclass(frozen=True, slots=True)
class SponsorView:
    """The nearest active person above the member."""

    name: str
    first_name: str
    url: str
    """The root of their own site, for a link."""
    photo: Photo | None
    monogram: str
    tone: int
    place: str | None


@dataclass(frozen=True, slots=True)
class BuildView:
    """Which build of which version of the program made this page."""

    id: str
    """Twelve hexadecimal digits that name the text, templates, settings and program version this page was
    made from, members aside. The same inputs give the same id."""
    version: str
    """Of the program."""


@dataclass(frozen=True, slots=True)
class ThemeView:
    """The site's theme, with the values that the site chose for its settings."""

    name: str
    settings: Mapping[str, object]
    """By name, as ``theme.toml`` declares them: ``theme.settings.accent``."""


@dataclass(frozen=True, slots=True)
class SignupView:
    """What the sign-up form needs besides the member. The form posts ``token`` (from ``member_token``),
    ``page`` (the page token), ``email``, ``first_name``, ``interest`` (products, opportunity, both),
    ``consent`` (the box, value "yes"), the empty trap field ``website`` and, where ``asks_introducer``, the
    optional ``introducer``."""

    action: str
    """Where the form is sent."""
    page_token: str
    """The signed value that says which page and wording was seen."""
    asks_introducer: bool
    """Whether the form asks who introduced the prospect."""


@dataclass(frozen=True, slots=True)
class CaptureView:
    """Addresses of the capture service."""

    codes: str
    """Where a campaign's code that was typed by hand is sent, by GET in the field ``code``."""
    pixel: str | None
    """The picture of one pixel that counts visits; ``?m=`` the member's token and ``&p=`` the page's belong to it.
    None: the company counts none."""


@dataclass(frozen=True, slots=True)
class CampaignView:
    """The campaign whose landing page this is. Its name, dates and costs are not public."""

    code: str
    """As people type it: ``radio7``."""
    channel: str
    """Where it met them: web, social, email, radio, newspaper, flyer, event, list or referral."""
